"""From a photo or PDF of a bill to its outcome, through the media worker; the eyes are a test's."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bot import lease, picture_task, tasks
from bot.demo_invoices import samples
from bot.sweep import sweep
from ocr.facts import Ask
from tests.bills import states
from tests.bot.media_host import MediaHost, bytes_of, qr_png
from tests.eyes import NOTHING, FakePaper, eyes, paper
from tests.house import RAMESH, START, SUNITA, Home


def picture(words: str) -> bytes:
    """A sharp page with a few words on it: nothing for a coach to find fault with."""
    page = Image.new("RGB", (900, 1200), (225, 225, 220))
    draw = ImageDraw.Draw(page)
    for row in range(12):
        draw.text((90, 120 + row * 70), f"{words} {row}", fill="black", font_size=34)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def look(home: Home, seen: dict[bytes, FakePaper], together: FakePaper = NOTHING) -> None:
    home.house.__dict__["read_paper"] = eyes(seen, together)


def send(home: Home, host: MediaHost, *files: bytes, who: str = RAMESH, kind: str = "image/png") -> None:
    form: dict[str, str] = {}
    for number, data in enumerate(files):
        path = f"/ME{len(host.pages)}"
        host.pages[path] = bytes_of(data, kind)
        form |= {f"MediaUrl{number}": host.url + path, f"MediaContentType{number}": kind}
    home.write("", who, NumMedia=str(len(files)), **form)


def work(home: Home) -> None:
    for _ in range(3):
        home.work()
        home.forward(seconds=10)
        sweep(home.house)


def answers(home: Home, who: str = RAMESH) -> list[str]:
    told = home.told(who)
    return told[told.index("scan.checking") + 1 :]


def test_a_photo_of_a_bill_is_credited(member: Home, host: MediaHost) -> None:
    page = picture("TAX INVOICE")
    look(member, {page: paper("A-1")})
    send(member, host, page)
    assert member.told()[-1] == "scan.checking"  # at once
    work(member)
    assert answers(member) == ["invoice.credited"]
    tasks_done = member.rows("SELECT kind, state, outcome FROM tasks ORDER BY id")
    assert tasks_done == [("read_photo", "done", "paper"), ("read_paper", "done", "bill")]


def test_a_pdf_goes_the_same_way_and_other_documents_do_not(member: Home, host: MediaHost) -> None:
    pdf = b"%PDF-1.7 of a bill"
    look(member, {pdf: paper("A-1")})
    send(member, host, pdf, kind="application/pdf")
    work(member)
    assert answers(member) == ["invoice.credited"]
    send(member, host, b"PK", kind="application/zip")
    assert member.told()[-1] == "other.cannot_read"
    look(member, {b"%PDF-1.7 broken": FakePaper("unreadable", problems=("pdf_broken",))})
    send(member, host, b"%PDF-1.7 broken", kind="application/pdf")
    work(member)
    assert member.told()[-1] == "scan.photo.pdf"


def test_a_coupon_is_never_taken_for_a_paper(member: Home, host: MediaHost) -> None:
    def never(data: Any, **_: Any) -> Any:
        raise AssertionError("a coupon needs no reading of print")

    member.house.__dict__["read_paper"] = never
    send(member, host, qr_png(member.codes()[0]))
    work(member)
    assert answers(member) == ["scan.credited"]


def test_an_album_of_bills_is_a_claim_each(member: Home, host: MediaHost) -> None:
    first, second, third = (picture(f"BILL {n}") for n in range(3))
    look(member, {first: paper("A-1"), second: paper("A-2"), third: paper("A-3", verdict="review")})
    send(member, host, first, second, third)
    work(member)
    assert sorted(answers(member)) == ["invoice.credited", "invoice.credited", "invoice.review.doubtful"]


def test_the_same_photo_twice_or_forwarded_is_safe(member: Home, host: MediaHost) -> None:
    member.enrol(SUNITA)
    page = picture("BILL")
    look(member, {page: paper("A-1")})
    send(member, host, page, page)
    work(member)
    assert sorted(answers(member)) == ["invoice.credited", "invoice.refused.seen_yours"]
    send(member, host, page, who=SUNITA)
    work(member)
    assert answers(member, SUNITA) == ["invoice.refused.seen_other"]
    assert member.count("SELECT count(*) FROM postings WHERE reason = 'earn'") == 1


CUT = Ask("cut_off", "total_paise", edge="bottom")


def test_the_corner_that_was_asked_for_is_read_with_the_rest(member: Home, host: MediaHost) -> None:
    page, corner = picture("PAGE"), picture("CORNER")
    look(member, {page: paper("A-1", verdict="ask", ask=CUT, total_paise=None), corner: NOTHING}, paper("A-1"))
    send(member, host, page)
    work(member)
    send(member, host, corner)
    work(member)
    assert answers(member) == ["invoice.look", "invoice.corner.bottom", "invoice.checking", "invoice.credited"]
    assert states(member) == [("credited", None)]
    assert len(member.rows("SELECT media FROM claims")[0].media) == 2


def test_another_bill_in_place_of_the_corner_is_a_claim_of_its_own(member: Home, host: MediaHost) -> None:
    page, other = picture("PAGE"), picture("OTHER")
    look(member, {page: paper("A-1", verdict="ask", ask=CUT, total_paise=None), other: paper("B-2")})
    send(member, host, page)
    work(member)
    send(member, host, other)
    work(member)
    assert answers(member)[-2:] == ["invoice.credited", "invoice.corner.bottom"]
    assert [state for state, _ in states(member)] == ["asked", "credited"]


def test_a_corner_that_shows_nothing_asks_again(member: Home, host: MediaHost) -> None:
    page, wall = picture("PAGE"), picture("WALL")
    look(member, {page: paper("A-1", verdict="ask", ask=CUT, total_paise=None)})
    send(member, host, page)
    work(member)
    send(member, host, wall)
    work(member)
    assert answers(member)[-2:] == ["scan.photo.no_code", "invoice.corner.bottom"]


def test_two_photos_of_one_long_bill_sent_at_once_are_one_claim(member: Home, host: MediaHost) -> None:
    top, foot = picture("TOP"), picture("FOOT")
    bare = paper("", verdict="review", invoice_number=None, seller_gstin=None, invoice_date=None)
    look(member, {top: paper("A-1", verdict="ask", ask=CUT, total_paise=None), foot: bare}, paper("A-1"))
    send(member, host, top, foot)
    work(member)
    assert answers(member)[-1] == "invoice.credited" and "invoice.joined" in answers(member)
    assert sorted(state for state, _ in states(member)) == ["credited", "joined"]


def test_pages_that_cannot_be_read_together_are_decided_on_by_what_was_read(member: Home, host: MediaHost) -> None:
    top, foot = picture("TOP"), picture("FOOT")
    bare = paper("", verdict="review", invoice_number=None, seller_gstin=None, invoice_date=None)
    look(member, {top: paper("A-1", verdict="ask", ask=CUT, total_paise=None), foot: bare}, NOTHING)
    send(member, host, top, foot)
    work(member)
    assert answers(member)[-1] == "invoice.corner.bottom"
    assert member.count("SELECT count(*) FROM claims WHERE state = 'read'") == 0


def test_what_is_no_bill_is_told_kindly(member: Home, host: MediaHost) -> None:
    from ocr.facts import Decision

    page, challan = picture("WALL"), picture("DELIVERY CHALLAN")
    problems = ("no_code_found", "not_an_invoice")
    refused = FakePaper("unreadable", decision=Decision("refuse"), problems=problems, words=("x",) * 30)
    look(member, {challan: refused})
    send(member, host, page)
    work(member)
    send(member, host, challan)
    work(member)
    told = [key for key in answers(member) if key.startswith("scan.photo")]
    assert told == ["scan.photo.no_code", "scan.photo.not_an_invoice"]
    assert states(member) == []


def test_the_coach_speaks_before_the_reading_has_ended(member: Home, host: MediaHost) -> None:
    dark = Image.new("RGB", (900, 1200), (22, 22, 24))
    out = io.BytesIO()
    dark.save(out, "PNG")
    read, heard = threading.Event(), []

    def slow(data: Any, **_: Any) -> FakePaper:
        heard.extend(member.told())
        read.set()
        return paper("A-1")

    member.house.__dict__["read_paper"] = slow
    send(member, host, out.getvalue())
    work(member)
    assert read.is_set() and heard[-1] == "coach.dark"
    assert answers(member) == ["coach.dark", "invoice.credited"]


def test_a_strangers_photo_of_a_bill_is_kept_and_credited_on_joining(member: Home, host: MediaHost) -> None:
    page = picture("BILL")
    look(member, {page: paper("A-1")})
    send(member, host, page, who=SUNITA)
    assert member.told(SUNITA) == ["scan.kept", "enrol.consent"]
    work(member)
    for words in ("I agree", "Sunita Devi", "Electrician", "411001"):
        member.write(words, SUNITA)
    assert "invoice.credited" in member.told(SUNITA)


@pytest.mark.parametrize("kind", ["read_photo", "read_paper"])
def test_a_task_that_is_done_twice_makes_one_claim(
    member: Home, host: MediaHost, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    page = picture("BILL")
    look(member, {page: paper("A-1")})
    send(member, host, page)
    calls: list[int] = []
    inner = tasks.KINDS[kind]

    def twice(house: Any, given: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            member.forward(seconds=lease.LEASE_S + 1)
            tasks.run(house, given.id)  # its lease has run out: a second worker takes it, and is faster
        return inner(house, given)

    monkeypatch.setitem(tasks.KINDS, kind, twice)
    work(member)
    assert len(calls) == 2 and states(member) == [("credited", None)]
    assert answers(member) == ["invoice.credited"]
    assert member.count("SELECT count(*) FROM tasks") == 2


def test_a_reader_that_crashes_is_no_silence_and_no_points(member: Home, host: MediaHost) -> None:
    def crash(data: Any, **_: Any) -> Any:
        raise MemoryError

    member.house.__dict__["read_paper"] = crash
    send(member, host, picture("BILL"))
    for _ in range(picture_task.TRIES_MAX + 1):
        member.work()
        member.forward(seconds=120)
        sweep(member.house)
    assert answers(member) == ["scan.photo.unsupported"] and states(member) == []


def test_a_bill_as_a_phone_sees_it_is_read_by_the_real_eyes(member: Home, host: MediaHost, tmp_path: Path) -> None:
    """Nothing of the reader is stood in for: the photo of a printed bill brings its points, sent again it brings none."""
    photo = samples(tmp_path, START.date(), 417)["credited"].read_bytes()
    for told in ("invoice.credited", "invoice.refused.seen_yours"):
        send(member, host, photo, kind="image/jpeg")
        work(member)
        assert answers(member)[-1] == told
    (posted,) = member.rows("SELECT facts FROM postings WHERE reason = 'earn'")
    assert posted.facts["invoice_number"] == "RED/26/00417" and posted.facts["taxable_paise"] == 2_616_000
    assert member.count("SELECT count(*) FROM claims WHERE cardinality(fingerprints) > 0") == 2
