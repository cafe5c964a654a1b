"""Each kind goes when its time is over and not a day before; what is still needed stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import erase, retention
from journal import stored
from journal.verify import recomputed
from loyalty.programme_rows import current, publish
from tests.cli.lived import Lived
from tests.cli.shop import CommandLine
from tests.handlers.redeeming import ready, say
from tests.house import RAMESH, Home


def rules(home: Home, **days: int) -> None:
    with home.house.engine.begin() as conn:
        programme = current(conn, "roshni").programme
        privacy = programme.privacy.model_copy(update=days)
        publish(conn, programme.model_copy(update={"privacy": privacy}), home.at)


def media(home: Home, name: str, *, claim: str | None = None) -> None:
    """A picture in the store; `claim`: of a bill in that state."""
    talk = home.conversation()
    given = {"id": f"med_{name}", "v": talk.id, "c": talk.contact_id, "at": home.at}
    home.house.media.put(f"media/00/med_{name}", b"sealed")
    home.change(
        """INSERT INTO media (id, conversation_id, contact_id, message_sid, position, url, declared_type, stored_as, stored_at,
                              created_at) VALUES (:id, :v, :c, :id, 0, '', 'image/jpeg', 'media/00/' || :id, :at, :at)""",
        **given,
    )
    if claim is not None:
        credited = claim in ("credited", "reversed")
        home.change(
            """INSERT INTO claims (id, programme_id, conversation_id, contact_id, member_id, media, state, sealed, doc_type,
                                   fingerprints, problems, asks, created_at, promised_at, posting_id, points)
               VALUES ('clm_' || :id, 'roshni', :v, :c, :m, ARRAY[:id], :state, 'x', 'invoice', '{}', '{}', 0, :at, :at,
                       CASE WHEN :credited THEN (SELECT min(id) FROM postings) END, CASE WHEN :credited THEN 1 END)""",
            m=talk.member_id, state=claim, credited=credited, **given,
        )  # fmt: skip


def kept(home: Home) -> set[str]:
    return {row.id.removeprefix("med_") for row in home.rows("SELECT id FROM media WHERE stored_as IS NOT NULL")}


def test_each_picture_goes_on_its_day(at_home: Home) -> None:
    ready(at_home, 1)
    media(at_home, "coupon")
    for state in ("refused", "credited", "review", "reversed"):
        media(at_home, state, claim=state)
    everything = {"coupon", "refused", "credited", "review", "reversed"}
    start = at_home.at
    for days, left in (
        (89, everything), (91, everything - {"coupon"}), (179, everything - {"coupon"}),
        (181, {"credited", "review", "reversed"}), (2_921, {"credited", "review", "reversed"}), (2_923, {"review"}),
    ):  # fmt: skip
        at_home.at = start + timedelta(days=days)
        retention.tidy(at_home.house)
        assert kept(at_home) == left, days
    assert sorted(p.name for p in at_home.house.settings.home.rglob("med_*")) == ["med_review"]
    assert at_home.count("SELECT count(*) FROM media WHERE deleted_at IS NOT NULL") == 4


def proof(home: Home, name: str, kind: str, state: str, decided_at: datetime | None) -> None:
    """A picture that proves who somebody is."""
    media(home, name)
    talk = home.conversation()
    home.change(
        """INSERT INTO kyc_checks (id, programme_id, member_id, conversation_id, kind, state, sealed, blind_index, masked,
                                   source, media_id, created_at, decided_at, decided_by)
           VALUES (:id, 'roshni', :m, :v, :kind, :state, 'x', 'k1:0', 'AB••', 'photo', 'med_' || :id, :at, :decided,
                   CASE WHEN CAST(:decided AS timestamptz) IS NOT NULL THEN 'asha' END)""",
        id=name, m=talk.member_id, v=talk.id, kind=kind, state=state, at=home.at, decided=decided_at,
    )  # fmt: skip


def test_proofs_of_identity_go_after_the_decision_and_with_their_owner(at_home: Home) -> None:
    ready(at_home, 1)
    start = at_home.at
    proof(at_home, "verified", "pan", "verified", start)
    proof(at_home, "waits", "gstin", "review", None)
    proof(at_home, "rejected", "udyam", "rejected", start + timedelta(days=50))
    proof(at_home, "replaced", "pan", "replaced", None)
    every = {"verified", "waits", "rejected", "replaced"}
    for days, left in ((29, every), (31, {"waits", "rejected"}), (81, {"waits"}), (400, {"waits"})):
        at_home.at = start + timedelta(days=days)
        retention.tidy(at_home.house)
        assert kept(at_home) == left, days
    at_home.write("delete my data")
    at_home.write("", ButtonPayload="erase", ButtonText="x")
    assert say(at_home, "DELETE") == "my_data.scheduled"
    at_home.forward(days=8)
    assert erase.run_due(at_home.house) == 1
    assert kept(at_home) == set()
    assert {(row.state, row.masked) for row in at_home.rows("SELECT state, masked FROM kyc_checks")} == {("replaced", "")}


def test_the_programme_says_how_long(at_home: Home) -> None:
    ready(at_home, 1)
    rules(at_home, photo_days=2)
    media(at_home, "coupon")
    at_home.forward(days=1)
    assert retention.tidy(at_home.house)["photos"] == 0
    at_home.forward(days=1, seconds=1)
    assert retention.tidy(at_home.house)["photos"] == 1
    assert retention.tidy(at_home.house)["photos"] == 0


def test_a_store_out_of_reach_loses_nothing_and_is_tried_again(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(at_home, 1)
    media(at_home, "coupon")
    at_home.forward(days=91)

    def broken(key: str) -> None:
        raise OSError("out of reach")

    with monkeypatch.context() as patch:
        patch.setattr(at_home.house.media, "delete", broken)
        with pytest.raises(OSError, match="out of reach"):
            retention.tidy(at_home.house)
    assert kept(at_home) == {"coupon"}
    assert retention.tidy(at_home.house)["photos"] == 1


def test_words_go_and_the_conversation_goes_on_and_its_journal_still_verifies(at_home: Home) -> None:
    ready(at_home, 2)
    at_home.forward(days=400)
    at_home.write("balance")
    at_home.forward(days=400)
    gone = retention.tidy(at_home.house)["messages"]
    assert gone > 10 and retention.tidy(at_home.house)["messages"] == 0
    assert at_home.count("SELECT count(*) FROM inbox WHERE length(sealed) > 0") == 1
    line = CommandLine(at_home.house)
    assert line("journal", "show", "+919812345678").exit_code == 0
    assert line("member", "show", "+919812345678").exit_code == 0
    assert say(at_home, "balance").startswith("balance")
    with at_home.house.engine.connect() as conn:
        told = stored.conversation(conn, at_home.house.keyring, at_home.conversation(RAMESH).id)
    assert told is not None and told.forgotten > 0 and told.turns
    assert recomputed(told.turns, told.session, forgotten=told.forgotten) == []
    assert recomputed(told.turns, told.session) != []


def test_the_journal_can_be_emptied_and_nothing_else(at_home: Home) -> None:
    at_home.enrol()
    changes = ("UPDATE journal SET event = 'Said'", "UPDATE journal SET sealed = 'x'", "DELETE FROM journal",
               "TRUNCATE journal")  # fmt: skip
    for sql in changes:
        with pytest.raises(Exception, match=r"append-only|permission denied"):
            at_home.change(sql)
    talk = at_home.conversation()
    for sql in ("SELECT contact_forget(:c)", "SELECT member_forget(:m, :at)"):
        with pytest.raises(Exception, match=r"has .* key"):
            at_home.change(sql, c=talk.contact_id, m=talk.member_id, at=at_home.at)


def test_a_message_that_waits_keeps_its_words(at_home: Home) -> None:
    at_home.enrol()
    at_home.change("UPDATE outbox SET state = 'read'")
    at_home.change("UPDATE outbox SET state = 'held' WHERE id = (SELECT max(id) FROM outbox)")
    at_home.forward(days=800)
    retention.tidy(at_home.house)
    assert at_home.rows("SELECT state FROM outbox WHERE length(sealed) > 0") == [("held",)]


def test_the_report_counts_what_is_kept_and_what_falls_due(life: Lived) -> None:
    report = life.data("privacy", "report")
    (programme,) = report["programmes"]
    only_a_bill = {"photos": 0, "kyc_photos": 0, "refused_bills": 0, "bills": 1}
    assert {row["kind"]: row["kept"] for row in programme["kinds"]} == only_a_bill
    assert report["messages"]["kept"] > 20 and report["at_twilio"] == {"waiting": 1, "given_up": 0}
    assert report["erasures"] == {"waiting": 0, "held_up": 0, "done": 0, "cancelled": 0}
    life.home.forward(days=2_922 - 20)
    (programme,) = life.data("privacy", "report")["programmes"]
    assert {row["kind"]: row["due"] for row in programme["kinds"]} == only_a_bill
    assert "2922" in life("privacy", "report").stdout
