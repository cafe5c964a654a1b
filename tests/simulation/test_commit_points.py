"""The process dies before and after each of its commits; Twilio posts again, the sweeper rings: nothing is lost, nothing
happens twice. The same story without a death says what should have been told."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot import lease
from bot import relay as relay_process
from bot.sweep import sweep
from ledger.verify import verify
from sandbox.server import running
from sandbox.settings import Settings
from sandbox.world import World
from tests.bot.media_host import MediaHost, bytes_of, media_host, qr_png
from tests.house import Home, home
from tests.servers import Database
from tests.simulation.killing import killed_at
from whatsapp.relay import Relay

NUMBERS = itertools.count(9_100_000_000)
COMMITS_MAX = 12  # more than any of the steps below has


@dataclass
class Street:
    home: Home
    sandbox: World
    host: MediaHost

    def newcomer(self) -> str:
        return f"whatsapp:+91{next(NUMBERS)}"

    def member(self) -> str:
        who = self.newcomer()
        phone = self.sandbox.phone(who)
        assert phone is not None
        phone.last_inbound_at = self.sandbox.dial.now()  # the sandbox has not seen them write, and its window would be shut
        self.home.enrol(who)
        return who

    def settle(self, form: dict[str, str] | None) -> None:
        """What comes after a death: Twilio's second try, time, the sweeper, the workers."""
        if form is not None:
            assert self.home.post(form).status_code == 200
        for _ in range(5):
            self.home.forward(seconds=200)
            sweep(self.home.house)
            self.home.work()

    def relay(self) -> Relay:
        return Relay(relay_process.ports(self.home.house), self.home.house.ids.new("rly"), workers=2)


@pytest.fixture
def street(database: Database, redis_url: str) -> Iterator[Street]:
    with media_host() as host:
        settings = Settings(
            port=0, bot_url="http://127.0.0.1:1", public_base_url="https://bot.example.com", tick_ms=5, payout_ms=1,
            account_sid="AC" + "0" * 32, auth_token="primary-token", razorpay_key_id="local-key",
            razorpay_key_secret="local-secret",
        )  # fmt: skip
        with running(settings) as world:
            own = world.settings.own_url
            urls = {"twilio_api_base_url": own, "razorpayx_api_base_url": own + "/v1", "media_hosts": host.host}
            with home(database.url, redis_url, **urls) as made:
                made.at = datetime.now(UTC)  # as the sandbox's clock: listings are compared with our times
                yield Street(made, world, host)


Step = Callable[[Street, str], dict[str, str] | None]


def first_message(street: Street, who: str) -> dict[str, str]:
    return street.home.form("hi", who)


def joins(street: Street, who: str) -> dict[str, str]:
    for words in ("hi", "I agree", "Ramesh Kumar", "Electrician"):
        street.home.write(words, who)
    return street.home.form("411001", who)


def types_codes(street: Street, who: str) -> dict[str, str]:
    street.home.enrol(who)
    return street.home.form(" ".join(street.home.codes(2)), who)


def sends_a_photo(street: Street, who: str) -> dict[str, str]:
    street.home.enrol(who)
    page = f"/{who[-10:]}"
    street.host.pages[page] = bytes_of(qr_png(street.home.codes()[0]))
    return street.home.form("", who, NumMedia="1", MediaUrl0=street.host.url + page, MediaContentType0="image/png")


def redeems(street: Street, who: str) -> dict[str, str]:
    street.home.enrol(who)
    street.home.write(street.home.codes()[0], who)
    for words in ("redeem", "100", f"r{who[-10:]}@okaxis"):
        street.home.write(words, who)
    return street.home.form("yes", who)


@pytest.mark.parametrize("step", [first_message, joins, types_codes, sends_a_photo, redeems])
def test_a_web_process_that_dies_at_any_commit(street: Street, step: Step) -> None:
    told, points = undisturbed(street, step)
    for after in (False, True):
        for at in range(1, COMMITS_MAX):
            who = street.newcomer()
            form = step(street, who)
            assert form is not None
            with killed_at(street.home.house, at, after=after) as fate:
                street.home.post(form)
            street.settle(form)
            assert street.home.told(who) == told, (step.__name__, at, after)
            assert balance(street, who) == points
            if fate.commits < at:
                break
        else:
            raise AssertionError("the step has more commits than the test walks")
    sound(street)


@pytest.mark.parametrize("step", [sends_a_photo, redeems])
def test_a_worker_that_dies_at_any_commit(street: Street, step: Step) -> None:
    told, points = undisturbed(street, step)
    for after in (False, True):
        for at in range(1, COMMITS_MAX):
            who = street.newcomer()
            street.home.post(step(street, who) or {})
            with killed_at(street.home.house, at, after=after) as fate:
                street.home.work()
            street.settle(None)
            assert street.home.told(who) == told, (step.__name__, at, after)
            assert balance(street, who) == points
            if fate.commits < at:
                break
        else:
            raise AssertionError("the job has more commits than the test walks")
    sound(street)


def test_a_relay_that_dies_at_any_commit_sends_nothing_twice_and_loses_no_fact(street: Street) -> None:
    for after in (False, True):
        for at in range(1, 4):
            who = street.member()
            assert len(street.home.told(who)) == 5
            dying = street.relay()
            with killed_at(street.home.house, at, after=after):
                for _ in range(4):
                    dying.cycle()
                    dying.wait(1.0)
            dying._threads.shutdown(wait=True)  # what it had asked of Twilio happens, as it does after a real death
            for _ in range(40):
                follow(street)
            street.home.write("points", who)  # tells again what is known to be lost
            for _ in range(4):
                follow(street)
            number = who.removeprefix("whatsapp:")
            got = [m.status_callback.partition("?")[2].partition("&")[0] for m in street.sandbox.by_phone[number]]
            assert len(got) == len(set(got)) == 6, (at, after, got)


def follow(street: Street) -> None:
    """Another relay takes over, a minute later."""
    street.home.forward(seconds=60)
    street.sandbox.dial.advance(60)
    relay = street.relay()
    relay.sweep()
    for _ in range(8):
        if not relay.cycle() and not relay.busy:
            break
        relay.wait(0.5)
    relay.close()


def undisturbed(street: Street, step: Step) -> tuple[list[str], int]:
    """What is told, and what is had, when nobody dies."""
    who = street.newcomer()
    street.home.post(step(street, who) or {})
    street.settle(None)
    assert "news.parked" not in street.home.told(who)
    return street.home.told(who), balance(street, who)


def balance(street: Street, who: str) -> int:
    row = street.home.conversation(who)
    if row.member_id is None:
        return 0
    account = f"%/member/{row.member_id}/available"
    return street.home.count("SELECT coalesce(sum(remaining), 0) FROM lots WHERE account LIKE :account", account=account)


def sound(street: Street) -> None:
    """The books are right, every event was handled once, every payout was made once."""
    with street.home.house.engine.connect() as conn:
        assert verify(conn) == []
    home = street.home
    assert home.count("SELECT count(*) FROM inbox WHERE handled_at IS NULL") == 0
    assert home.count("SELECT count(*) FROM inbox") == home.count("SELECT count(DISTINCT event_key) FROM journal")
    assert home.count("SELECT count(*) FROM tasks WHERE state <> 'done' AND kind <> 'pay'") == 0
    claimed = home.count("SELECT count(*) FROM coupons WHERE state = 'claimed'")
    assert claimed == home.count("SELECT count(*) FROM postings WHERE reason = 'earn'")
    references = [payout.reference_id for payout in street.sandbox.book.payouts.values()]
    assert len(references) == len(set(references)) == home.count("SELECT count(*) FROM payouts")
    assert home.rows("SELECT DISTINCT state FROM payouts") in ([], [("paid",)])
    assert lease.LEASE_S < 200
