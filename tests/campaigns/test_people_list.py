"""CSV lists as operators really save them: every row reported, nothing executed, nobody twice."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import people_list, sheet
from campaigns.people_list import BadSheet
from tests.campaigns.crowd import NOW, Crowd, ago


@pytest.fixture
def crowd(database: Any) -> Crowd:
    return Crowd(database.engine)


def read(crowd: Crowd, file: str | bytes, *, marketing: bool = True) -> list[tuple[int, str, str | None]]:
    with crowd.engine.begin() as conn:
        data = file.encode() if isinstance(file, str) else file
        found = people_list.read(conn, crowd.programme.id, data, marketing=marketing)
        return [(row.line, row.outcome, row.member_id) for row in found]


def test_every_row_is_reported_with_its_line(crowd: Crowd) -> None:
    one, out, promo = crowd.member(), crowd.member(), crowd.member()
    crowd.do("UPDATE conversations SET stopped_at = :at WHERE id = :id", at=NOW, id=out.conversation)
    crowd.do("UPDATE conversations SET marketing_stopped_at = :at WHERE id = :id", at=NOW, id=promo.conversation)
    erased = crowd.member()
    crowd.erase(erased)
    assert read(crowd, f"""Name,Phone
Ramesh,{one.phone}

"Sunita
Devi",{out.phone}
Promo,{promo.phone}
Again,{one.phone[:3]} {one.phone[3:8]}-{one.phone[8:]}
Nobody,+919999999999
Nobody again,+919999999999
No plus,{one.phone[1:]}
From Excel,9.19813E+11
Short,+9198123
Letters,+91981234567O
Empty,
Erased,{erased.phone}
""") == [
        (2, "found", one.id), (4, "opted_out", out.id), (6, "opted_out", promo.id), (7, "duplicate", None),
        (8, "unknown", None), (9, "duplicate", None), *((line, "not_e164", None) for line in range(10, 15)),
        (15, "unknown", None),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_as_sheets_save_it(crowd: Crowd, encoding: str, delimiter: str, end: str) -> None:
    one = crowd.member()
    words = end.join([delimiter.join(["नाम", "मोबाइल नंबर", "x"]), delimiter.join(["सुनीता", f'"{one.phone}"', "a"]), ""])
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    assert read(crowd, mark + words.encode(encoding)) == [(2, "found", one.id)]


@pytest.mark.parametrize("file", ["{}\n", "phone\n{}", "People\n{}\n", "'{}\n", "whatsapp:{}\n", "\ufeff{},x\n",
                                  "sep=;\n{};a;b\n", "\n\n{}\n",
                                  "\u202a{}\u202c\n", "Mobile_Number;name\n{};a,b\n"])  # fmt: skip
def test_with_and_without_names_of_columns(crowd: Crowd, file: str) -> None:
    one = crowd.member()
    assert [row[1:] for row in read(crowd, file.format(one.phone))] == [("found", one.id)]


@pytest.mark.parametrize("cells", ["{},=1+1", "{},=HYPERLINK(\"http://x\")", "{},@SUM(A1)", "{},-2+3+cmd|' /C calc'!A0",
                                   "{},+1-cmd|x", "={},a", "=\"{}\",a", "{}, =1", "{},＝1", "+{}+cmd,a"])  # fmt: skip
def test_a_row_with_a_formula_is_refused_whole(crowd: Crowd, cells: str) -> None:
    one = crowd.member()
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells.format(one.phone).split(","))
    assert read(crowd, f"phone,more\n{quoted}\n{one.phone},fine\n") == [(2, "formula", None), (3, "found", one.id)]


def test_what_is_shown_of_a_cell_does_nothing_to_a_terminal(crowd: Crowd) -> None:
    with crowd.engine.begin() as conn:
        (row,) = people_list.read(conn, crowd.programme.id, b'"\x1b[2J\x1b]0;x\x0798\n12' + b"9" * 90 + b'"', marketing=True)
    assert row.phone == "[2J]0;x9812" + "9" * 29 + "…" and row.outcome == "not_e164"


def test_a_second_phone_and_a_dash_are_no_formulas(crowd: Crowd) -> None:
    one = crowd.member()
    assert read(crowd, f"phone,other,mail\n{one.phone},+91 98123 45678,-\n") == [(2, "found", one.id)]


@pytest.mark.parametrize(("file", "told"), [
    (b"", "the file is empty"),
    (b"phone,name\n", "no row but the names"),
    (b"\n\n\n", "no row but the names"),
    (b"Name,City\nRamesh,Pune\n", "no column is called phone, but name, city"),
    ("phone\n+919812345678\n".encode("utf-16-le"), "save the sheet as CSV UTF-8"),  # without its mark
    ("phone\n".encode("utf-32"), "no CSV file"),
    (b"PK\x03\x04 an xlsx", "no CSV file"),
    (b"phone\n+91981234\xff\xfe\n", "is not UTF-8"),
    ("phone\nx\n".encode("utf-16") + b"\x00", "is not UTF-16"),
    (b'phone,name\n+919812345678,"Ramesh\n+919812345679,x\n', "never closed"),
    (b'phone,name\n+919812345678,"Ram"esh\n', "two of them for one"),
    (b"phone\n" + b"9" * 20_000, "longer than"),
    (b"phone\n\x00\x00\n", "no text"),
])  # fmt: skip
def test_a_file_that_is_no_list(crowd: Crowd, file: bytes, told: str) -> None:
    with pytest.raises(BadSheet, match=told):
        read(crowd, file)


def test_two_hundred_thousand_rows_in_flat_memory(crowd: Crowd) -> None:
    one = crowd.member()
    file = io.BytesIO(b"phone,name\n" + b"".join(b"+9170%08d,Somebody With A Name\n" % n for n in range(200_000))
                      + f"{one.phone},last\n".encode())  # fmt: skip
    length, last = len(b"+917000000000,Somebody With A Name\n"), None
    for row in sheet.rows(file):
        assert file.tell() - row.line * length < 100_000  # no more of it is read than the next rows need
        last = row
    assert last is not None and (last.line, last.phone) == (200_002, one.phone)


def test_more_rows_than_a_list_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "ROWS_MAX", 3)
    with pytest.raises(BadSheet, match="line 4: a list has at most 3 rows"):
        list(sheet.rows(io.BytesIO(b"+919812345671\n+919812345672\n+919812345673\n+919812345674\n")))


def test_pages_meet_each_other(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [crowd.member() for _ in range(5)]
    monkeypatch.setattr(people_list, "PAGE", 2)
    told = read(crowd, "\n".join(one.phone for one in [*people, people[0]]))
    assert [row[1] for row in told] == ["found"] * 5 + ["duplicate"]
    crowd.campaign("holi")
    with crowd.engine.begin() as conn:
        assert people_list.put(conn, crowd.programme.id, "holi", (one.id for one in people)) == 5
        assert people_list.put(conn, crowd.programme.id, "holi", [people[0].id]) == 0


def test_stop_is_stop_wherever_they_said_it(crowd: Crowd) -> None:
    one, before = crowd.member(), crowd.member()
    crowd.talk("cnv_second", one.contact, "hi", "snd_2", one.id)
    crowd.do("UPDATE contacts SET merged_into = :c WHERE id = :k", c=one.contact, k=before.contact)
    assert read(crowd, one.phone) == [(1, "found", one.id)]
    for conversation in ("cnv_second", before.conversation):
        crowd.do("UPDATE conversations SET stopped_at = :at WHERE id = :id", at=NOW, id=conversation)
        assert read(crowd, one.phone) == [(1, "opted_out", one.id)]
        crowd.do("UPDATE conversations SET stopped_at = NULL WHERE id = :id", id=conversation)


def test_who_wants_no_marketing_stays_on_the_list_of_a_utility_campaign(crowd: Crowd) -> None:
    halt, promo = crowd.member(), crowd.member()
    crowd.do("UPDATE conversations SET stopped_at = :at WHERE id = :id", at=NOW, id=halt.conversation)
    crowd.do("UPDATE conversations SET marketing_stopped_at = :at WHERE id = :id", at=NOW, id=promo.conversation)
    rows = read(crowd, f"{halt.phone}\n{promo.phone}\n", marketing=False)
    assert rows == [(1, "opted_out", halt.id), (2, "found", promo.id)]


def test_whose_phone_it_is(crowd: Crowd) -> None:
    shop, second, helper, moved = (crowd.member() for _ in range(4))
    crowd.do("UPDATE memberships SET role = 'helper', member_id = :shop WHERE contact_id = :c", shop=shop.id, c=helper.contact)
    crowd.do("UPDATE memberships SET contact_id = :c, since = :at WHERE member_id = :m", c=shop.contact, m=second.id, at=ago(1))
    crowd.do("INSERT INTO contact_addresses VALUES ('whatsapp:+919812300000', :c, :at)", c=moved.contact, at=NOW)
    assert read(crowd, shop.phone) == [(1, "found", shop.id)]  # of two shops the one they act for now
    crowd.do("UPDATE conversations SET member_id = :m WHERE contact_id = :c", m=second.id, c=shop.contact)
    assert read(crowd, shop.phone) == [(1, "found", second.id)]
    assert read(crowd, helper.phone) == [(1, "unknown", None)]
    assert read(crowd, "+919812300000") == [(1, "found", moved.id)]  # the number they wrote from before
    assert [row[1] for row in read(crowd, f"+919812300000\n{moved.phone}\n")] == ["found", "duplicate"]


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=200), st.text(alphabet='+91a,;\t"\'\n\r =é', max_size=60).map(str.encode)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        for row in sheet.rows(io.BytesIO(data)):
            assert row.line >= 1
    except BadSheet as fault:
        assert str(fault) and "\n" not in str(fault)
