"""One claim per code, whatever happens at once, and an answer that says why not."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from base.db import make_engine
from loyalty import coupons, stock
from loyalty.codes import Code, CodeKeys, Typo, read_code
from loyalty.coupons import AlreadyYours, Claimed, ClaimedByOther, Expired, NotActive, OtherProgramme, Unknown, Void
from tests.loyalty.conftest import NOW, Shop
from tests.servers import Database


def printed(shop: Shop, count: int = 1, expires_on: date | None = None, inactive: bool = False) -> list[Code]:
    with shop.engine.begin() as conn:
        batch = stock.issue(conn, shop.programme, "MCB-SP-16", count, expires_on, inactive, shop.keys, shop.ids, NOW)
        codes = list(stock.codes_of(conn, batch, shop.keys))
    read = [read_code(shop.keys, code) for code in codes]
    assert all(isinstance(code, Code) for code in read)
    return [code for code in read if isinstance(code, Code)]


def claim(shop: Shop, code: Code, who: str, key: str, at: datetime = NOW) -> coupons.Claim:
    with shop.engine.begin() as conn:
        return coupons.claim(conn, shop.programme.id, code, who, who, key, at)


def test_the_first_to_type_a_code_has_it(shop: Shop) -> None:
    asha, babu, (code,) = shop.person("asha"), shop.person("babu"), printed(shop)
    assert claim(shop, code, asha, "e1") == Claimed("MCB-SP-16")
    assert claim(shop, code, babu, "e2", NOW + timedelta(hours=1)) == ClaimedByOther()
    assert claim(shop, code, asha, "e3", NOW + timedelta(hours=1)) == AlreadyYours(NOW)


def test_the_same_effect_again_is_claimed_again_and_changes_nothing(shop: Shop) -> None:
    asha, (code,) = shop.person("asha"), printed(shop)
    assert claim(shop, code, asha, "e1") == Claimed("MCB-SP-16")
    assert claim(shop, code, asha, "e1", NOW + timedelta(days=2)) == Claimed("MCB-SP-16")
    with shop.engine.connect() as conn:
        found = stock.read_coupon(conn, code.serial, code.key)
    assert found is not None and found.claimed_at == NOW


def test_a_helper_of_the_same_shop_is_told_it_is_already_theirs(shop: Shop) -> None:
    owner, helper, (code,) = shop.person("owner"), shop.person("helper"), printed(shop)
    claim(shop, code, owner, "e1")
    with shop.engine.begin() as conn:
        assert coupons.claim(conn, shop.programme.id, code, owner, helper, "e2", NOW) == AlreadyYours(NOW)


def test_fifty_at_once_and_exactly_one_has_it(database: Database, shop: Shop) -> None:
    people, (code,) = [shop.person(f"p{n}") for n in range(50)], printed(shop)
    engine, start = make_engine(database.url, pool_size=50), Barrier(50)

    def one(who: str) -> coupons.Claim:
        with engine.begin() as conn:
            conn.execute(text("SELECT 1"))
            start.wait(30)
            return coupons.claim(conn, shop.programme.id, code, who, who, who, NOW)

    with ThreadPoolExecutor(50) as pool:
        answers = Counter(type(answer) for answer in pool.map(one, people))
    engine.dispose()
    assert answers == {Claimed: 1, ClaimedByOther: 49}


def test_one_effect_taken_by_two_processes_at_once_claims_once_and_both_say_so(database: Database, shop: Shop) -> None:
    asha, (code,) = shop.person("asha"), printed(shop)
    start = Barrier(4)

    def one(_: int) -> coupons.Claim:
        with shop.engine.begin() as conn:
            conn.execute(text("SELECT 1"))
            start.wait(30)
            return coupons.claim(conn, shop.programme.id, code, asha, asha, "e1", NOW)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one, range(4))) == {Claimed("MCB-SP-16")}


def test_the_same_codes_in_many_orders_at_once_neither_deadlock_nor_go_twice(database: Database, shop: Shop) -> None:
    people, codes = [shop.person(f"p{n}") for n in range(8)], printed(shop, 30)
    engine = make_engine(database.url, pool_size=8)

    def many(who: str) -> list[coupons.Claim]:
        mine = random.Random(who).sample(codes, len(codes))
        answers = []
        for at in range(0, len(mine), 10):
            with engine.begin() as conn:
                answers += coupons.claim_many(conn, shop.programme.id, mine[at : at + 10], who, who, f"{who}/{at}", NOW)
        return answers

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(type(answer) for part in pool.map(many, people) for answer in part)
    engine.dispose()
    assert answers == {Claimed: 30, ClaimedByOther: 30 * 7}


def test_whoever_waited_for_a_claim_that_was_rolled_back_has_it(shop: Shop) -> None:
    asha, babu, (code,) = shop.person("asha"), shop.person("babu"), printed(shop)
    with ThreadPoolExecutor(1) as pool, shop.engine.connect() as first:
        assert coupons.claim(first, shop.programme.id, code, asha, asha, "e1", NOW) == Claimed("MCB-SP-16")
        waiting = pool.submit(claim, shop, code, babu, "e2")
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        first.rollback()
        assert waiting.result(10) == Claimed("MCB-SP-16")


def test_whoever_waited_for_a_claim_given_back_has_it(shop: Shop) -> None:
    asha, babu, (code,) = shop.person("asha"), shop.person("babu"), printed(shop)
    with ThreadPoolExecutor(1) as pool, shop.engine.connect() as first:
        coupons.claim(first, shop.programme.id, code, asha, asha, "e1", NOW)
        waiting = pool.submit(claim, shop, code, babu, "e2")
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        coupons.give_back(first, code.serial, asha, NOW)
        first.commit()
        assert waiting.result(10) == Claimed("MCB-SP-16")


def test_only_a_claim_of_this_transaction_can_be_given_back(shop: Shop) -> None:
    asha, (code,) = shop.person("asha"), printed(shop)
    claim(shop, code, asha, "e1")
    with shop.engine.begin() as conn, pytest.raises(ValueError, match="was not claimed"):
        coupons.give_back(conn, code.serial, asha, NOW + timedelta(seconds=1))


def test_a_code_holds_through_its_last_day_in_india(shop: Shop) -> None:
    asha, (first, second) = shop.person("asha"), printed(shop, 2, expires_on=date(2026, 3, 31))
    midnight = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)  # 1 April, 00:00 in Kolkata
    assert claim(shop, first, asha, "e1", midnight) == Expired(date(2026, 3, 31))
    assert claim(shop, first, asha, "e2", midnight - timedelta(microseconds=1)) == Claimed("MCB-SP-16")
    assert claim(shop, first, asha, "e3", midnight) == AlreadyYours(midnight - timedelta(microseconds=1))
    assert claim(shop, second, asha, "e4", midnight + timedelta(days=300)) == Expired(date(2026, 3, 31))


def test_stock_that_is_not_switched_on_waits_for_it(shop: Shop) -> None:
    asha, (code, other) = shop.person("asha"), printed(shop, 2, inactive=True)
    assert claim(shop, code, asha, "e1") == NotActive()
    with shop.engine.begin() as conn:
        assert stock.switch_codes(conn, "active", [(code.serial, code.key)]) == {"inactive": 1}
    assert claim(shop, code, asha, "e2") == Claimed("MCB-SP-16")
    assert claim(shop, other, asha, "e3") == NotActive()


def test_void_is_final_and_a_claim_outlives_it(shop: Shop) -> None:
    asha, babu, codes = shop.person("asha"), shop.person("babu"), printed(shop, 3)
    claim(shop, codes[0], asha, "e1")
    with shop.engine.begin() as conn:
        found = stock.read_coupon(conn, codes[0].serial, codes[0].key)
        assert found is not None
        assert stock.switch_batch(conn, "void", found.batch_id) == {"claimed": 1, "active": 2}
        assert stock.switch_batch(conn, "active", found.batch_id) == {"claimed": 1, "void": 2}
    assert claim(shop, codes[1], babu, "e2") == Void()
    assert claim(shop, codes[0], asha, "e3") == AlreadyYours(NOW)
    assert claim(shop, codes[0], babu, "e4") == ClaimedByOther()


def test_a_mistyped_code_never_reaches_the_stock(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        batch = stock.issue(conn, shop.programme, "DB-8W", 1, None, False, shop.keys, shop.ids, NOW)
        (text_,) = stock.codes_of(conn, batch, shop.keys)
    wrong = text_[:-1] + ("7" if text_[-1] != "7" else "8")
    assert isinstance(read_code(shop.keys, wrong), Typo)
    assert read_code(shop.keys, text_.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == read_code(
        shop.keys, text_
    )


def test_a_genuine_looking_code_of_nothing_we_printed_is_unknown(shop: Shop) -> None:
    assert claim(shop, Code("A", 2**40 - 1), shop.person("asha"), "e1") == Unknown()


def test_a_code_of_another_programme_is_told_apart_and_left_alone(shop: Shop) -> None:
    asha, (code,) = shop.person("asha"), printed(shop)
    forged = Code("B", code.serial)
    with shop.engine.begin() as conn:
        answers = coupons.claim_many(conn, "another", [code, forged, code], asha, asha, "e1", NOW)
        assert answers == [OtherProgramme(), Unknown(), OtherProgramme()]
        assert coupons.claim(conn, shop.programme.id, code, asha, asha, "e2", NOW) == Claimed("MCB-SP-16")


def test_a_leaked_key_forges_nothing_that_was_printed_under_another(shop: Shop) -> None:
    asha, (code,) = shop.person("asha"), printed(shop)
    forged = Code("B", code.serial)
    with shop.engine.begin() as conn:
        answers = coupons.claim_many(conn, shop.programme.id, [forged, code], asha, asha, "e1", NOW)
    assert answers == [Unknown(), Claimed("MCB-SP-16")]


def test_codes_printed_before_a_key_was_changed_are_claimed_after_it(shop: Shop) -> None:
    asha = shop.person("asha")
    with shop.engine.begin() as conn:
        batch = stock.issue(conn, shop.programme, "LED-9W", 1, None, False, shop.keys, shop.ids, NOW)
        rotated = CodeKeys.parse("A:" + "1f" * 32 + ",B:" + "2e" * 32)
        (printed_again,) = stock.codes_of(conn, batch, rotated)
        code = read_code(rotated, printed_again)
        assert isinstance(code, Code) and code.key == "A"
        assert coupons.claim(conn, shop.programme.id, code, asha, asha, "e1", NOW) == Claimed("LED-9W")
        with pytest.raises(stock.KeyGone):
            stock.codes_of(conn, batch, CodeKeys.parse("B:" + "2e" * 32))


def test_the_answers_of_a_message_stand_in_its_order_and_cost_one_statement(shop: Shop) -> None:
    asha, codes = shop.person("asha"), printed(shop, 3)
    claim(shop, codes[1], asha, "e0")
    statements: list[str] = []
    event.listen(shop.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    asked = [codes[2], codes[1], Code("A", 999_999), codes[0], codes[2]]
    with shop.engine.begin() as conn:
        answers = coupons.claim_many(conn, shop.programme.id, asked, asha, asha, "e1", NOW)
        assert coupons.claim_many(conn, shop.programme.id, [], asha, asha, "e2", NOW) == []
        assert len(statements) == 2  # the second only because one of them is no coupon of this programme
        coupons.claim_many(conn, shop.programme.id, [codes[0], codes[1]], asha, asha, "e3", NOW)
    assert answers == [Claimed("MCB-SP-16"), AlreadyYours(NOW), Unknown(), Claimed("MCB-SP-16"), AlreadyYours(NOW)]
    assert len(statements) == 3


def test_nothing_is_claimed_for_somebody_who_is_not_there(shop: Shop) -> None:
    (code,) = printed(shop)
    with pytest.raises(IntegrityError):
        claim(shop, code, "nobody", "e1")
    assert claim(shop, code, shop.person("asha"), "e2") == Claimed("MCB-SP-16")
