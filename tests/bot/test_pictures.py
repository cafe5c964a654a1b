"""Pictures of ours: they leave by a link that ends, for nobody but who has it; several coupons come back framed."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from bot import drawing, pictures
from bot.relay import ports
from ocr.facts import Ask
from tests.bot.media_host import MediaHost
from tests.bot.test_bill_photos import look, picture, send, work
from tests.eyes import paper
from tests.house import RAMESH, Home
from tests.pictures import Camera, take
from whatsapp.outcome import Accepted, Outcome, Post
from whatsapp.relay import Relay


class FakeTwilio:
    def __init__(self) -> None:
        self.posts: list[Post] = []

    def send(self, post: Post) -> Outcome:
        self.posts.append(post)
        return Accepted(f"SM{len(self.posts):032x}")

    def listed(self, **_: object) -> list[object]:
        return []


def relayed(member: Home) -> list[Post]:
    """Everything that waits, handed to Twilio."""
    twilio = FakeTwilio()
    member.house.__dict__["twilio"] = twilio
    relay = Relay(ports(member.house), "rly_test")
    for _ in range(60):
        relay.cycle()
        relay.wait(0.05)
        member.forward(seconds=1)
    relay.close()
    return twilio.posts


def kept(member: Home, jpeg: bytes = b"\xff\xd8\xff picture") -> str:
    contact = member.conversation().contact_id
    key = member.rows("SELECT data_key FROM contacts WHERE id = :id", id=contact)[0].data_key
    return pictures.keep(member.house, jpeg, contact, member.house.keyring.unwrap(key, contact))


def path_of(member: Home, picture_id: str) -> str:
    return pictures.link(member.house, picture_id).removeprefix("https://bot.example.com")


def test_a_link_shows_its_picture_and_names_nobody(member: Home) -> None:
    picture_id = kept(member)
    path = path_of(member, picture_id)
    answer = member.web.get(path)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"\xff\xd8\xff picture", "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "9812345678" not in path and member.conversation().contact_id not in path
    stored = member.rows("SELECT stored_as FROM pictures")[0].stored_as
    assert b"picture" not in member.house.media.get(stored)


def test_a_link_that_was_made_up_or_changed_shows_nothing(member: Home) -> None:
    picture_id = kept(member)
    path = path_of(member, picture_id)
    other = kept(member)
    bare = f"/media/{picture_id}"
    made_up = [path[:-1] + ("0" if path[-1] != "0" else "1"), path + "x", path.replace(picture_id, other), bare, f"{bare}."]
    made_up += [f"{bare}.\u00e9", "/media/.", "/media/../../etc/passwd"]
    for wrong in made_up:
        assert member.web.get(wrong).status_code == 404, wrong


def test_a_link_ends_after_two_days_and_with_its_person(member: Home) -> None:
    path = path_of(member, kept(member))
    member.forward(hours=47)
    assert member.web.get(path).status_code == 200
    member.forward(hours=1)
    assert member.web.get(path).status_code == 404
    path = path_of(member, kept(member))
    member.change("UPDATE contacts SET data_key = NULL")
    assert member.web.get(path).status_code == 404


def test_a_picture_that_cannot_be_had_is_no_crash(member: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(key: str) -> bytes:
        raise OSError("no store today")

    path = path_of(member, kept(member))
    with monkeypatch.context() as patch:
        patch.setattr(member.house.media, "get", broken)
        assert member.web.get(path).status_code == 503
    member.house.media.delete(member.rows("SELECT stored_as FROM pictures")[0].stored_as)
    assert member.web.get(path).status_code == 404


def test_several_coupons_come_back_framed_by_what_became_of_them(member: Home, host: MediaHost) -> None:
    mine, theirs = member.codes(2)
    member.change("UPDATE coupons SET state = 'void' WHERE serial = 2")
    photo = take([mine, theirs, "https://example.com/menu"], 5, Camera(fill=0.8), columns=3)
    send(member, host, photo.jpeg, kind="image/jpeg")
    work(member)
    assert member.told()[-2:] == ["scan.summary", "scan.drawn"]
    posts = relayed(member)
    assert [bool(post.media_url) for post in posts[-2:]] == [False, True] and posts[-1].body == member.said()[-1].body
    answer = member.web.get(posts[-1].media_url.removeprefix("https://bot.example.com"))
    drawn = np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGB")).astype(int)
    red, green = drawn[..., 0] - drawn[..., 1], drawn[..., 1] - drawn[..., 0]
    assert (red > 90).sum() > 200 and (green > 60).sum() > 200 and len(answer.data) <= 300_000


def test_one_coupon_is_not_drawn(member: Home, host: MediaHost) -> None:
    photo = take([member.codes()[0]], 5, Camera(fill=0.6))
    send(member, host, photo.jpeg, kind="image/jpeg")
    work(member)
    assert member.told()[-1] == "scan.credited" and member.count("SELECT count(*) FROM pictures") == 0


def test_a_drawing_that_fails_is_given_up_in_silence(member: Home, host: MediaHost, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = take(member.codes(2), 5, Camera())
    with monkeypatch.context() as patch:
        patch.setattr(drawing, "_drawn", lambda *_: None)
        send(member, host, photo.jpeg, kind="image/jpeg")
        work(member)
    assert member.told()[-1] == "scan.summary"
    assert member.count("SELECT count(*) FROM tasks WHERE state <> 'done'") == 0


def test_the_missing_part_of_a_bill_is_shown(member: Home, host: MediaHost) -> None:
    page = picture("PAGE")
    cut = Ask("cut_off", "total_paise", edge="bottom")
    look(member, {page: paper("A-1", verdict="ask", ask=cut, total_paise=None)})
    send(member, host, page)
    work(member)
    assert member.told()[-2:] == ["invoice.look", "invoice.corner.bottom"]
    assert member.said(RAMESH)[-2].picture.startswith("pic_") and not member.said()[-1].picture
    posts = relayed(member)
    assert member.web.get(posts[-2].media_url.removeprefix("https://bot.example.com")).status_code == 200
