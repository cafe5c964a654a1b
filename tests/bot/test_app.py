"""What the operator's machines ask the web: is it alive, is it ready, what has it counted; and what it must not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import Home

ROOT = Path(__file__).resolve().parents[2]
NOT_FOR_THE_WEB = ("torch", "cv2", "easyocr", "rapidocr", "PIL", "twilio.rest", "zxingcpp", "numpy", "onnxruntime", "reportlab")


def test_healthz_needs_nothing(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(at_home.house), "_engines", lambda self: 1 / 0)
    answer = at_home.web.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_readyz_is_200_when_everything_is_there(with_bells: Home) -> None:
    answer = with_bells.web.get("/readyz")
    assert (answer.status_code, answer.json["ready"], answer.json["missing"]) == (200, True, {})


def test_readyz_names_what_is_missing(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = at_home.web.get("/readyz")
    assert answer.status_code == 503
    assert list(answer.json["missing"]) == ["redis"]
    dead = {"database_url": "postgresql://nobody@127.0.0.1:1/none"}
    with monkeypatch.context() as patch:
        patch.setattr(at_home.house, "settings", at_home.house.settings.model_copy(update=dead))
        at_home.house.close()
        answer = at_home.web.get("/readyz")
    at_home.house.close()
    assert answer.status_code == 503
    assert sorted(answer.json["missing"]) == ["database", "redis"]
    assert "nobody" not in answer.text


def test_readyz_refuses_an_older_database(with_bells: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.migrate.is_current", lambda conn: False)
    answer = with_bells.web.get("/readyz")
    assert (answer.status_code, list(answer.json["missing"])) == (503, ["migrations"])


def test_metrics_count_what_was_taken_repeated_and_answered(at_home: Home) -> None:
    form = at_home.form("hi")
    for _ in range(3):
        at_home.post(form)
    page = at_home.web.get("/metrics").get_data(as_text=True)
    for line in ("saathi_inbound_messages_total 1.0", "saathi_inbound_repeated_total 2.0", "saathi_turns_total 1.0"):
        assert line in page


def test_the_web_never_loads_what_only_workers_need() -> None:
    """In a process of its own, since this one has loaded everything."""
    words = "import sys, bot.app, bot.gunicorn; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    assert "flask" in loaded
    for name in NOT_FOR_THE_WEB:
        assert name not in loaded, name


def test_paths_that_are_not_there_are_404_without_a_word_about_us(at_home: Home) -> None:
    for path in ("/", "/.env", "/console/../etc/passwd", "/twilio", "/admin"):
        answer = at_home.web.get(path)
        assert answer.status_code == 404, path
        assert "Traceback" not in answer.text
