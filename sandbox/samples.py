"""Photos to send from the page for those who have none at hand: the files of the folder SANDBOX_SAMPLES."""

from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, send_file

from sandbox.world import the_world

routes = Blueprint("samples", __name__, url_prefix="/sandbox/samples")


@routes.get("")
def listed() -> Response:
    return jsonify({"samples": sorted(path.name for path in _files())})


@routes.get("/<name>")
def sample(name: str) -> Response:
    found = next((path for path in _files() if path.name == name), None)
    return send_file(found.resolve()) if found else abort(404)


def _files() -> list[Path]:
    """Only what lies in the folder itself: a name from outside is compared, never joined to a path."""
    folder = the_world().settings.samples
    return [path for path in Path(folder).iterdir() if path.is_file()] if folder and Path(folder).is_dir() else []
