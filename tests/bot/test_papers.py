"""Papers in a queue of their own: no coupon and no coach waits behind a bill, and a slow paper stays its worker's."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageDraw

import ocr.qr
from base.sealing import CannotOpen
from bot import bells, lease, papers, seen_codes, tasks
from bot.sweep import sweep
from ocr.einvoice_keys import Keyring
from ocr.paper import read_paper
from ocr.qr import Reading, Readings
from tests.bills import states
from tests.bot.media_host import MediaHost, qr_png
from tests.bot.test_bill_photos import answers, look, picture, send, work
from tests.eyes import FakePaper, paper
from tests.house import SUNITA, Home
from tests.ocr.sheets import INVOICE
from tests.ocr.test_paper import Reads


def reads(member: Home, read: Callable[[Callable[[], bool]], FakePaper]) -> None:
    member.house.__dict__["read_paper"] = lambda data, *, go_on: read(go_on)


def test_a_coupon_behind_many_bills_is_told_before_any_of_them_is_read(member: Home, host: MediaHost) -> None:
    member.enrol(SUNITA)
    for number in range(4):
        send(member, host, picture(f"BILL {number}"))
    send(member, host, qr_png(member.codes()[0]), who=SUNITA)
    member.house.__dict__.pop("read_paper", None)  # whoever read a paper here would need the models
    member.work("media")
    assert answers(member, SUNITA) == ["scan.credited"]
    assert len(bells.queue(member.house, "paper")) == 4 and "eyes" not in member.house.__dict__


def test_a_picture_that_shows_no_writing_is_answered_without_reading_unless_it_may_be_part_of_a_bill(
    member: Home, host: MediaHost
) -> None:
    wall = io.BytesIO()
    Image.effect_noise((900, 1200), 12).convert("RGB").save(wall, "PNG")
    foreign = qr_png("https://example.com/menu")
    for data, told in ((wall.getvalue(), "scan.photo.no_code"), (foreign, "scan.photo.foreign")):
        send(member, host, data)
        member.work("media")
        assert member.told()[-1] == told
    assert member.count("SELECT count(*) FROM tasks WHERE kind = 'read_paper'") == 0
    send(member, host, qr_png("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJOSUMiLCJkYXRhIjoie30ifQ.c2lnbmF0dXJl"))
    member.work("media")
    assert member.count("SELECT count(*) FROM tasks WHERE kind = 'read_paper'") == 1


def test_codes_are_looked_for_once_and_what_was_found_goes_with_the_paper(
    member: Home, host: MediaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    inner = ocr.qr.read_codes

    def counted(given: Any, **more: Any) -> Readings:
        looked.append(1)
        return inner(given, **more)

    monkeypatch.setattr("ocr.qr.read_codes", counted)
    monkeypatch.setattr("ocr.paper.read_codes", counted)
    found: list[Any] = []

    def real(data: Any, **more: Any) -> Any:
        found.append(read_paper(data, engine=lambda: Reads(INVOICE), keyring=Keyring(), **more))
        return found[-1]

    member.house.__dict__["read_paper"] = real
    bill = Image.open(io.BytesIO(picture("TAX INVOICE")))
    bill.paste(Image.open(io.BytesIO(qr_png("upi://pay?pa=someone@okaxis"))).convert("RGB"), (560, 20))
    page = io.BytesIO()
    bill.save(page, "PNG")
    send(member, host, page.getvalue())
    work(member)
    assert looked == [1] and [code.text for code in found[0].codes] == ["upi://pay?pa=someone@okaxis"]
    assert found[0].kind == "invoice"
    assert "okaxis" not in member.every_row()


def test_a_paper_that_takes_longer_than_its_lease_is_read_once(member: Home, host: MediaHost) -> None:
    rung: list[int] = []

    def slowly(go_on: Callable[[], bool]) -> FakePaper:
        for _ in range(6):
            assert go_on()
            member.forward(seconds=lease.LEASE_S - 10)
            rung.append(sweep(member.house))
        return paper("A-1")

    reads(member, slowly)
    send(member, host, picture("BILL"))
    work(member)
    assert rung == [0] * 6
    assert answers(member) == ["invoice.credited"] and states(member) == [("credited", None)]
    assert member.rows("SELECT attempts FROM tasks WHERE kind = 'read_paper'") == [(1,)]


def test_a_worker_that_stood_still_past_its_lease_leaves_the_paper_to_the_next(member: Home, host: MediaHost) -> None:
    turns: list[int] = []

    def stands_still_once(go_on: Callable[[], bool]) -> FakePaper:
        turns.append(1)
        if len(turns) == 1:
            member.forward(seconds=lease.LEASE_S + 1)
            (task,) = member.rows("SELECT id FROM tasks WHERE kind = 'read_paper'")
            lease.take(member.house, task.id)
            go_on()
            raise AssertionError("what is another's is not read on")
        return paper("A-1")

    reads(member, stands_still_once)
    send(member, host, picture("BILL"))
    member.work()
    assert answers(member) == [] and states(member) == []
    member.forward(seconds=lease.LEASE_S + 1)
    work(member)
    assert answers(member) == ["invoice.credited"] and len(turns) == 2


def test_a_worker_that_died_over_a_paper_is_followed(member: Home, host: MediaHost) -> None:
    class Killed(BaseException):
        pass

    def dies(go_on: Callable[[], bool]) -> FakePaper:
        raise Killed

    reads(member, dies)
    send(member, host, picture("BILL"))
    member.work("media")
    with pytest.raises(Killed):
        member.work("paper")
    reads(member, lambda go_on: paper("A-1"))
    member.forward(seconds=lease.LEASE_S + 1)
    work(member)
    assert answers(member) == ["invoice.credited"]


def test_pages_that_would_come_too_late_are_left_unread(member: Home, host: MediaHost) -> None:
    at = [0.0]
    member.house.monotonic = lambda: at[0]
    told: list[bool] = []

    def slowly(go_on: Callable[[], bool]) -> FakePaper:
        for _ in range(3):
            told.append(go_on())
            at[0] += papers.READ_S_MAX * 0.7
        return paper("A-1")

    reads(member, slowly)
    send(member, host, picture("BILL"))
    work(member)
    assert told == [True, True, False]
    slowest_page_s = lease.LEASE_S
    assert papers.READ_S_MAX + slowest_page_s < bells.JOB_TIMEOUT_S["paper"]


def test_nothing_is_lost_between_the_first_look_and_the_reading(
    member: Home, host: MediaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(member, {page: paper("A-1") for page in [picture("BILL")]})
    with monkeypatch.context() as patch:
        patch.setattr(bells, "ring_task", lambda *_: None)  # Redis is away from here on
        send(member, host, picture("BILL"))
        (task,) = member.rows("SELECT id FROM tasks")
        tasks.run(member.house, task.id)
    assert member.rows("SELECT kind, state FROM tasks ORDER BY id") == [("read_photo", "done"), ("read_paper", "ready")]
    member.forward(seconds=10)
    sweep(member.house)
    work(member)
    assert answers(member) == ["invoice.credited"]


def test_codes_on_their_way_are_sealed_to_their_picture(member: Home) -> None:
    row = member.rows("SELECT c.id, c.data_key FROM contacts c")[0]
    sealer = member.house.keyring.unwrap(row.data_key, row.id)
    corners = ((1.0, 2.0), (3.0, 2.0), (3.0, 4.0), (1.0, 4.0))
    codes = Readings((Reading("upi://pay?pa=₹\x00", corners),), ("zxing",), ("zbar_half",), 2)
    words = seen_codes.sealed(codes, "med_1", sealer)
    assert seen_codes.opened(words, "med_1", sealer) == codes
    assert seen_codes.opened(seen_codes.sealed(Readings((), (), (), 0), "m", sealer), "m", sealer).codes == ()
    with pytest.raises(CannotOpen):
        seen_codes.opened(words, "med_2", sealer)


# --- a page of print, whose codes the first look does not see --------------------------------------------------------


@pytest.fixture
def blind_first(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first rung sees nothing, as with a code that is soft or dense; the rungs that were climbed, by their names."""
    climbed: list[str] = []

    def rung(name: str, see: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda gray: climbed.append(name) or see(gray)

    first, *others = ocr.qr._LADDER
    blind = replace(first, look=rung(first.name, lambda gray: ocr.qr._Look([], [])))
    monkeypatch.setattr(ocr.qr, "_LADDER", (blind, *(replace(each, look=rung(each.name, each.look)) for each in others)))
    return climbed


def printed(code: str) -> bytes:
    """More letters than any label has, and a code."""
    page = Image.new("RGB", (1200, 1600), "white")
    draw = ImageDraw.Draw(page)
    for row in range(24):
        draw.text((60, 60 + row * 44), f"{row:02} Copper wire 1.5 sq mm FR, 90 m coil, red", fill="black", font_size=30)
    page.paste(Image.open(io.BytesIO(qr_png(code))).convert("RGB").resize((330, 330)), (800, 1200))
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def test_a_page_of_print_is_searched_to_the_end_only_when_it_is_read(
    member: Home, host: MediaHost, blind_first: list[str]
) -> None:
    look(member, {})
    send(member, host, printed(member.codes()[0]))
    member.work("media")
    assert blind_first == ["zxing"] and answers(member) == [], "the first look is a short one"
    work(member)
    assert answers(member) == ["scan.credited"] and blind_first[1:3] == ["zxing", "zxing_2x"]


def test_little_print_is_searched_at_once(member: Home, host: MediaHost, blind_first: list[str]) -> None:
    send(member, host, qr_png(member.codes()[0]))
    member.work("media")
    assert answers(member) == ["scan.credited"] and blind_first == ["zxing", "zxing_2x"]


def test_a_card_that_is_told_by_its_code_late_is_forgotten_all_the_same(
    member: Home, host: MediaHost, blind_first: list[str]
) -> None:
    look(member, {})
    send(member, host, printed('<?xml version="1.0"?><PrintLetterBarcodeData uid="234123412346" name="R"/>'))
    work(member)
    assert answers(member) == ["scan.photo.aadhaar"] and blind_first.count("zxing_2x") == 1
    (stored,) = member.rows("SELECT stored_as, deleted_at IS NOT NULL FROM media")
    assert stored == (None, True)
    assert "234123412346" not in member.every_row()
