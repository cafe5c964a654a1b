"""What handlers do inside a turn: people, pictures, codes, balance, redeeming; seen from outside, through the webhook."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from ledger import budget
from ledger.verify import verify
from tests.bot.test_webhooks import INBOUND, sign
from tests.handlers.redeeming import second_phone
from tests.house import RAMESH, SUNITA, Home

HIDDEN = "whatsapp:IN.4566546130240823"
PHOTO = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}


def details(home: Home) -> dict[str, str]:
    row = home.rows("SELECT id, data_key, details FROM members")[0]
    opened: dict[str, str] = json.loads(home.house.keyring.unwrap(row.data_key, row.id).open(row.details, f"members/{row.id}"))
    return opened


# ---- people -------------------------------------------------------------------------------------------------------------


def test_enrolling_makes_one_member_whose_details_are_sealed(at_home: Home) -> None:
    at_home.enrol()
    member = at_home.rows("SELECT * FROM members")
    assert [(m.role, m.pin_code, m.state, m.mobile_known) for m in member] == [("electrician", "411001", "MH", True)]
    assert details(at_home) == {"name": "Ramesh Kumar", "shop": "", "mobile": "+919812345678"}
    assert at_home.rows("SELECT role FROM memberships") == [("owner",)]


def test_a_hidden_number_is_asked_for_and_kept(at_home: Home) -> None:
    for words in ("hi", "I agree", "Sunita Devi", "Retailer", "110001", "Devi Electricals", "98765 43210"):
        at_home.write(words, HIDDEN, WaId="")
    assert details(at_home) == {"name": "Sunita Devi", "shop": "Devi Electricals", "mobile": "+919876543210"}
    assert at_home.rows("SELECT shop_known, mobile_known FROM members") == [(True, True)]


def test_every_consent_is_kept_with_what_was_shown_and_by_which_message(at_home: Home) -> None:
    for words in ("hi", "No / नहीं", "hi", "सहमत हूँ", "STOP", "START", "STOP OFFERS"):
        at_home.write(words)
    rows = at_home.rows("SELECT * FROM consents ORDER BY id")
    assert [(r.kind, r.given, r.locale) for r in rows] == [
        ("notice", False, "en"), ("notice", True, "hi"), ("messages", False, "hi"), ("messages", True, "hi"),
        ("marketing", False, "hi"),
    ]  # fmt: skip
    assert {r.message_sid for r in rows} <= {r.key for r in at_home.rows("SELECT key FROM inbox")}
    conversation = at_home.conversation()
    assert conversation.consented_at and conversation.marketing_stopped_at and not conversation.stopped_at


def test_the_language_that_was_chosen_is_used_within_the_same_turn(at_home: Home) -> None:
    at_home.write("hi")
    at_home.write("सहमत हूँ")
    assert at_home.said()[-1].locale == "hi"
    assert at_home.conversation().locale == "hi"


# ---- pictures and papers ------------------------------------------------------------------------------------------------


def test_a_photo_becomes_a_row_and_a_task_each(at_home: Home) -> None:
    at_home.enrol()
    more = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(3)}
    more |= {"MediaContentType0": "image/jpeg", "MediaContentType1": "image/png", "MediaContentType2": "audio/ogg"}
    at_home.write("", NumMedia="3", **more)
    assert at_home.count("SELECT count(*) FROM media") == 2
    assert at_home.rows("SELECT DISTINCT kind, queue, state FROM tasks") == [("read_photo", "media", "ready")]
    assert at_home.count("SELECT count(DISTINCT key) FROM tasks") == 2


def test_a_pdf_is_read_and_any_other_document_is_answered_and_not_read(at_home: Home) -> None:
    at_home.enrol()
    for kind, told in (("application/pdf", "scan.checking"), ("application/zip", "other.cannot_read")):
        at_home.write("", **{**PHOTO, "MediaContentType0": kind})
        assert at_home.told()[-1] == told
    assert at_home.count("SELECT count(*) FROM tasks") == 1


# ---- codes --------------------------------------------------------------------------------------------------------------


def test_each_outcome_of_a_code_has_its_own_answer(at_home: Home) -> None:
    at_home.enrol()
    at_home.enrol(SUNITA)
    mine, theirs, void, inactive = at_home.codes(4)
    at_home.write(theirs, SUNITA)
    at_home.change("UPDATE coupons SET state = 'void' WHERE serial = 3")
    at_home.change("UPDATE coupons SET state = 'inactive' WHERE serial = 4")
    typo = mine[:-1] + ("2" if mine[-1] != "2" else "3")
    for code in (mine, mine, theirs, void, inactive, typo):
        at_home.write(code)
    assert at_home.told()[5:] == [
        "scan.credited", "scan.already_yours", "scan.claimed_by_other", "scan.void", "scan.not_active", "scan.typo",
    ]  # fmt: skip


def test_many_codes_in_one_message_are_summed_up(at_home: Home) -> None:
    at_home.enrol()
    codes = at_home.codes(20)
    at_home.write("\n".join([*codes, codes[0]]))
    assert at_home.told()[-1] == "scan.summary"
    assert at_home.said()[-1].values["points"] == "2,000"
    assert at_home.count("SELECT count(*) FROM postings WHERE reason = 'earn'") == 20


def test_a_code_that_ten_people_type_at_once_is_credited_to_one(at_home: Home) -> None:
    people = [f"whatsapp:+9190000000{n:02d}" for n in range(10)]
    for who in people:
        at_home.enrol(who)
    code = at_home.codes()[0]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda who: write_alone(at_home, code, who), people))
    last = sorted(at_home.told(who)[-1] for who in people)
    assert last == ["scan.claimed_by_other"] * 9 + ["scan.credited"]
    with at_home.house.engine.connect() as conn:
        assert verify(conn) == []


def write_alone(home: Home, body: str, who: str) -> None:
    """With a client of its own: the test client is not for several threads."""
    form = home.form(body, who)
    assert home.web.application.test_client().post(INBOUND, data=form, headers=sign(form)).status_code == 200


def test_a_budget_that_is_spent_leaves_the_code_good(at_home: Home) -> None:
    at_home.enrol()
    code, later = at_home.codes(2)
    with at_home.house.engine.begin() as conn:
        budget.set_budget(
            conn, key="less", programme_id="roshni", budget_points=100, happened_at=at_home.at, recorded_at=at_home.at
        )  # fmt: skip
    at_home.write(code)
    at_home.write(later)
    assert at_home.told()[-2:] == ["scan.credited", "scan.budget_spent"]
    assert at_home.rows("SELECT state FROM coupons ORDER BY serial") == [("claimed",), ("active",)]


def test_a_strangers_code_is_kept_reserves_nothing_and_is_credited_on_joining(at_home: Home) -> None:
    code = at_home.codes()[0]
    at_home.write(code)
    assert at_home.rows("SELECT state FROM coupons") == [("active",)]
    for words in ("I agree", "Ramesh Kumar", "Electrician", "411001"):
        at_home.write(words)
    assert "scan.credited" in at_home.told()


# ---- balance and money --------------------------------------------------------------------------------------------------


def test_the_balance_names_what_is_there_what_is_held_and_what_expires(at_home: Home) -> None:
    at_home.enrol()
    for code in at_home.codes(6):
        at_home.write(code)
    redeem(at_home, "250")
    at_home.write("points")
    body = at_home.said()[-1].body
    assert "350 points" in body and "250 points" in body and "6 Jan 2027" in body
    assert body.count("\n5 Jan 2026: ") == 5  # the last five movements


def redeem(home: Home, points: str, who: str = RAMESH, vpa: str = "ramesh@okaxis") -> None:
    for words in ("redeem", points, vpa, "yes"):
        home.write(words, who)


def test_redeeming_holds_the_points_and_asks_for_one_payout(at_home: Home) -> None:
    at_home.enrol()
    for code in at_home.codes(3):
        at_home.write(code)
    redeem(at_home, "200")
    assert at_home.told()[-1] == "redeem.on_its_way"
    payout = at_home.rows("SELECT * FROM payouts")
    assert [(p.points, p.amount_paise, p.state, p.masked) for p in payout] == [(200, 20_000, "requested", "ra•••@okaxis")]
    assert at_home.rows("SELECT kind, queue, key FROM tasks") == [("pay", "payouts", payout[0].key)]
    assert at_home.count("SELECT sum(remaining) FROM lots") == 100


def test_a_second_yes_does_not_pay_again(at_home: Home) -> None:
    at_home.enrol()
    for code in at_home.codes(3):
        at_home.write(code)
    redeem(at_home, "100")
    token = next(b.id for m in at_home.said() for b in m.buttons if b.id.startswith("yes-100-"))
    for _ in range(3):
        at_home.write("Yes, send it", ButtonPayload=token)  # the old button is still on the screen
        at_home.write("yes")
    assert at_home.count("SELECT count(*) FROM payouts") == 1
    assert at_home.count("SELECT sum(remaining) FROM lots") == 200


def test_the_upi_id_that_was_used_is_offered_next_time_and_one_that_was_not_is_not(at_home: Home) -> None:
    at_home.enrol()
    for code in at_home.codes(3):
        at_home.write(code)
    for words in ("redeem", "100", "wrong@okaxis", "no", "redeem", "100"):
        at_home.write(words)
    assert at_home.told()[-1] == "redeem.ask_vpa"
    at_home.write("cancel")
    redeem(at_home, "100")
    at_home.write("redeem")
    at_home.write("100")
    assert at_home.told()[-1] == "redeem.offer.one"
    assert at_home.said()[-1].values["masked1"] == "ra•••@okaxis"


def test_a_upi_id_that_the_bank_did_not_know_is_not_offered_again(at_home: Home) -> None:
    at_home.enrol()
    for code in at_home.codes(3):
        at_home.write(code)
    failed = "UPDATE payouts SET state = 'failed', settled_at = requested_at, reason = :why WHERE state = 'requested'"
    for vpa, why in (("ramesh@okaxis", "beneficiary_psp_offline"), ("gone@okaxis", "beneficiary_vpa_invalid")):
        redeem(at_home, "50", vpa=vpa)
        at_home.change(failed, why=why)
        for words in ("redeem", "50"):
            at_home.write(words)
        assert at_home.said()[-1].values["masked1"] == "ra•••@okaxis"  # its bank was only out of reach
        at_home.write("cancel")


def test_two_conversations_of_one_member_cannot_redeem_the_same_points(at_home: Home) -> None:
    """A helper's phone acts for the same member: the ledger's floor decides."""
    at_home.enrol()
    at_home.enrol(SUNITA)
    second_phone(at_home)
    at_home.write(at_home.codes()[0])
    for who in (RAMESH, SUNITA):
        for words in ("redeem", "100", f"{who[-4:]}x@okaxis"):
            at_home.write(words, who)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: write_alone(at_home, "yes", who), (RAMESH, SUNITA)))
    assert sorted(at_home.told(who)[-1] for who in (RAMESH, SUNITA)) == ["redeem.on_its_way", "redeem.too_few"]
    assert at_home.count("SELECT count(*) FROM payouts") == 1
    with at_home.house.engine.connect() as conn:
        assert verify(conn) == []


def test_what_is_no_upi_id_is_refused_and_nothing_is_asked_for(at_home: Home) -> None:
    at_home.enrol()
    at_home.write(at_home.codes()[0])
    for vpa in ("not a vpa", "ramesh@", "@okaxis", "ramesh@ok axis", "ramesh@gmail.com", "a" * 300 + "@okaxis"):
        for words in ("redeem", "100", vpa):
            at_home.write(words)
        assert at_home.told()[-1] in ("redeem.vpa_malformed", "redeem.vpa_refused"), vpa
    assert at_home.count("SELECT count(*) FROM payouts") == 0
