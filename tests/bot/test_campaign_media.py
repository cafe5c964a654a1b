"""A campaign's picture is looked at before anything is sent: there, small enough, and a picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot import campaign_media
from campaigns.file import read
from campaigns.spec import Campaign
from whatsapp.media import Fetched, Fetching, NotAvailable

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "campaigns" / "sample.toml"
URL = "https://cdn.roshni.example/wires.jpg"


@pytest.fixture
def campaign() -> Campaign:
    plain = read(SAMPLE)
    (arm, *_) = plain.arms
    words = {locale: replace(said, buttons=(), media=URL) for locale, said in arm.words.items()}
    return replace(plain, arms=(replace(arm, share=100, words=words),))


def answers(monkeypatch: pytest.MonkeyPatch, found: Fetched | NotAvailable) -> list[tuple[str, Fetching]]:
    asked: list[tuple[str, Fetching]] = []

    def fetch(url: str, fetching: Fetching) -> Fetched | NotAvailable:
        asked.append((url, fetching))
        return found

    monkeypatch.setattr(campaign_media, "fetch", fetch)
    return asked


def test_a_picture_that_is_there_is_fetched_once_and_told_nothing(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, Fetched(b"\xff\xd8\xff\xe0 a picture", "image/jpeg"))
    assert list(campaign_media.faults(campaign)) == []
    assert asked == [(URL, Fetching(("cdn.roshni.example",), None))]


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (NotAvailable("status_404", retry=False), "the picture answers 404: https://cdn"),
        (NotAvailable("timeout", retry=True), "does not answer in time"),
        (NotAvailable("private_address", retry=False), "is inside a private network"),
        (Fetched(b"<html>not found</html>", "text/html"), "neither a JPEG nor a PNG"),
        (Fetched(b"\x89PNG\r\n\x1a\n" + b"0" * 6_000_000, "image/png"), "WhatsApp takes 5242880"),
    ],
)
def test_one_that_is_not(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch, found: Fetched | NotAvailable, complaint: str
) -> None:
    answers(monkeypatch, found)
    faults = list(campaign_media.faults(campaign))
    assert [fault.partition(": ")[0] for fault in faults] == ["arms[1].words.en.media", "arms[1].words.hi.media"]
    assert all(complaint in fault for fault in faults)


def test_a_name_inside_a_private_network_is_not_asked(campaign: Campaign) -> None:
    (arm,) = campaign.arms
    words = {"en": replace(arm.words["en"], media="https://localhost.localdomain.invalid/a.jpg")}
    (fault,) = campaign_media.faults(replace(campaign, arms=(replace(arm, words=words),)))
    assert "cannot be reached" in fault or "private" in fault
