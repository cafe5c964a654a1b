"""The bank's side by hand: what was paid, and the answer that comes days later."""

from flask import Blueprint, Response, jsonify, request

from sandbox.razorpayx.book import payout_json
from sandbox.razorpayx.outcomes import BY_HAND
from sandbox.razorpayx.payouts import settle
from sandbox.world import the_world

routes = Blueprint("razorpayx_control", __name__, url_prefix="/sandbox/payouts")


@routes.get("")
def listing() -> Response:
    world = the_world()
    with world.lock:
        return jsonify({"payouts": [payout_json(world.book, payout) for payout in world.book.payouts.values()]})


@routes.post("/<id>")
def settle_by_hand(id: str) -> Response | tuple[Response, int]:
    """{status: processed | failed | reversed | rejected}: moves a payout that waits."""
    world = the_world()
    payout = world.book.payouts.get(id)
    asked = request.get_json(silent=True)
    step = BY_HAND.get(str(asked.get("status"))) if isinstance(asked, dict) else None
    if payout is None or step is None:
        return jsonify({"error": f"give a known payout and a status of {', '.join(BY_HAND)}"}), 400
    if not settle(world, payout, step):
        return jsonify({"error": f"a payout that is {payout.step.status} cannot become {step.status}"}), 409
    with world.lock:
        return jsonify(payout_json(world.book, payout))
