"""Changing the wrapping key: everybody's data stay readable at every moment, whoever is killed in between."""

from __future__ import annotations

import threading

import pytest

from base.sealing import CannotOpen, Keyring
from bot import key_rotation
from tests.cli.shop import CommandLine
from tests.handlers.redeeming import say
from tests.house import DATA_KEYS, RAMESH, SUNITA, Home

SECOND = "k2:" + "B" * 43 + "="
THIRD = "k3:" + "C" * 43 + "="


def with_keys(home: Home, keys: str) -> None:
    """The house restarted with other DATA_KEYS."""
    home.house.settings = home.house.settings.model_copy(update={"data_keys": keys})
    home.house.__dict__.pop("keyring", None)


def standing(home: Home) -> dict[str, int]:
    with home.house.engine.connect() as conn:
        return {f"{row.table}/{row.key}": row.rows for row in key_rotation.standing(conn)}


@pytest.fixture
def two(at_home: Home) -> Home:
    at_home.enrol(RAMESH)
    at_home.enrol(SUNITA)
    return at_home


def test_everyone_is_wrapped_anew_and_reads_as_before(two: Home) -> None:
    told = two.said()
    with_keys(two, f"{DATA_KEYS},{SECOND}")
    assert standing(two) == {"contacts/k1": 2, "members/k1": 2}
    line = CommandLine(two.house)
    done = line.data("keys", "rotate")
    assert done == {"key": "k2", "rewrapped": 4, "left": 0, "unopened": []}
    assert standing(two) == {"contacts/k2": 2, "members/k2": 2}
    assert line.data("keys", "rotate")["rewrapped"] == 0
    with_keys(two, SECOND)  # the old key is not needed for these any more
    assert two.said() == told and say(two, "balance").startswith("balance")
    assert two.count("SELECT count(*) FROM audit WHERE act = 'keys.rotate'") == 2


def test_the_service_runs_on_meanwhile(two: Home) -> None:
    with_keys(two, f"{DATA_KEYS},{SECOND}")
    stop = threading.Event()
    faults: list[BaseException] = []

    def talk(who: str) -> None:
        try:
            while not stop.is_set():
                two.write("menu", who)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=talk, args=(who,)) for who in (RAMESH, SUNITA)]
    for thread in threads:
        thread.start()
    for keys in (SECOND, f"{SECOND},{THIRD}", f"{THIRD},{SECOND}", f"{SECOND},{THIRD}"):
        ring = Keyring.parse(f"{DATA_KEYS},{keys}")
        two.house.__dict__["keyring"] = ring
        key_rotation.rotate(two.house)
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == [] and two.count("SELECT count(*) FROM inbox WHERE parked_at IS NOT NULL OR failures > 0") == 0
    assert standing(two) == {"contacts/k3": 2, "members/k3": 2}


def test_killed_midway_both_halves_read_and_the_next_run_does_the_rest(two: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with_keys(two, f"{DATA_KEYS},{SECOND}")
    monkeypatch.setattr(key_rotation, "ROWS_AT_ONCE", 1)

    def die(table: str, rows: int) -> None:
        if (table, rows) == ("members", 1):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate(two.house, die)
    assert standing(two) == {"contacts/k2": 2, "members/k1": 1, "members/k2": 1}
    for who in (RAMESH, SUNITA):
        assert say(two, "balance", who=who).startswith("balance")
    assert key_rotation.rotate(two.house).rewrapped == 1
    assert key_rotation.unopened(two.house) == []


def test_one_that_was_erased_or_changed_meanwhile_is_left_as_it_is(two: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with_keys(two, f"{DATA_KEYS},{SECOND}")
    gone, kept = (two.conversation(who).contact_id for who in (RAMESH, SUNITA))
    swap = key_rotation._swap

    def late(house: object, table: str, fresh: list[tuple[str, bytes, bytes]]) -> int:
        two.change("UPDATE contacts SET data_key = NULL WHERE id = :id", id=gone)
        return swap(two.house, table, fresh)

    monkeypatch.setattr(key_rotation, "_swap", late)
    assert key_rotation.rotate(two.house).rewrapped == 3
    rows = dict(two.rows("SELECT id, data_key IS NULL FROM contacts"))  # type: ignore[arg-type]  # rows of two
    assert rows == {gone: True, kept: False}


def test_a_row_that_no_key_opens_is_named_and_stops_nothing(two: Home) -> None:
    lost = two.conversation(RAMESH).contact_id
    stranger = Keyring.parse("k1:" + "Z" * 42 + "w=")
    two.change("UPDATE contacts SET data_key = :key WHERE id = :id", key=stranger.wrap_new(lost), id=lost)
    with_keys(two, f"{DATA_KEYS},{SECOND}")
    line = CommandLine(two.house)
    checked = line("keys", "check")
    assert checked.exit_code == 1 and f"contacts/{lost}" in checked.stderr and "older" in checked.stdout
    rotated = line("keys", "rotate", "--json")
    assert rotated.exit_code == 1 and f"contacts/{lost}" in rotated.stderr
    assert standing(two) == {"contacts/k1": 1, "contacts/k2": 1, "members/k2": 2}


def test_the_next_key_has_an_id_of_its_own(two: Home) -> None:
    line = CommandLine(two.house)
    made = line.data("keys", "next")["append"]
    assert made.startswith("k2:")
    ring = Keyring.parse(f"{DATA_KEYS},{made}")
    assert ring.wrapping == "k2"
    assert line("keys", "next").stdout.startswith(",k2:")
    with_keys(two, f"k2:{'A' * 43}=")
    assert line.data("keys", "next")["append"].startswith("k3:")


def test_a_data_key_is_bound_to_its_owner_also_when_wrapped_anew() -> None:
    ring = Keyring.parse(f"{DATA_KEYS},{SECOND}")
    old = Keyring.parse(DATA_KEYS).wrap_new("con_1")
    fresh = ring.rewrap(old, "con_1")
    assert fresh.startswith(b"k2:") and ring.unwrap(fresh, "con_1") == ring.unwrap(old, "con_1")
    with pytest.raises(CannotOpen):
        ring.rewrap(old, "con_2")
    with pytest.raises(CannotOpen):
        ring.unwrap(fresh, "con_2")
