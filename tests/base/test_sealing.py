"""Sealed values open under their key and in their place only; keys are checked when they are read."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.sealing import BadKeys, CannotOpen, Keyring, Sealer

OLD, NEW = bytes(32), bytes([7]) * 32
SEALER = Sealer(OLD)


def entry(name: str, key: bytes) -> str:
    return f"{name}:{base64.b64encode(key).decode()}"


@given(st.binary(max_size=200), st.text(st.characters(codec="utf-8"), max_size=20))
def test_what_was_sealed_opens_in_its_place(plain: bytes, place: str) -> None:
    assert SEALER.open(SEALER.seal(plain, place), place) == plain


@given(st.binary(min_size=1, max_size=60), st.data())
def test_one_changed_bit_anywhere_and_it_does_not_open(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal(plain, "here"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotOpen):
        SEALER.open(bytes(sealed), "here")


@given(st.binary(max_size=60))
def test_arbitrary_bytes_do_not_open(garbage: bytes) -> None:
    with pytest.raises(CannotOpen):
        SEALER.open(garbage, "here")


def test_a_value_pasted_into_another_row_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        SEALER.open(SEALER.seal(b"x", "members/1"), "members/2")


def test_another_key_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        Sealer(NEW).open(SEALER.seal(b"x", "here"), "here")


def test_half_a_value_does_not_open() -> None:
    sealed = SEALER.seal(b"a longer text", "here")
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            SEALER.open(sealed[:length], "here")


def test_the_same_words_twice_look_different() -> None:
    assert SEALER.seal(b"x", "here") != SEALER.seal(b"x", "here")


def test_what_the_database_hands_back_as_a_memoryview_opens() -> None:
    assert SEALER.open(memoryview(SEALER.seal(b"x", "here")), "here") == b"x"


class TestKeyring:
    def test_a_data_key_is_for_its_owner_only(self) -> None:
        ring = Keyring.parse(entry("k1", OLD))
        wrapped = ring.wrap_new("con_1")
        sealed = ring.unwrap(wrapped, "con_1").seal(b"x", "here")
        assert ring.unwrap(wrapped, "con_1").open(sealed, "here") == b"x"
        with pytest.raises(CannotOpen):
            ring.unwrap(wrapped, "con_2")

    def test_every_owner_gets_another_key(self) -> None:
        ring = Keyring.parse(entry("k1", OLD))
        first, second = (ring.unwrap(ring.wrap_new("con_1"), "con_1") for _ in range(2))
        assert first.key != second.key

    def test_the_last_key_wraps_and_all_unwrap(self) -> None:
        before = Keyring.parse(entry("k1", OLD)).wrap_new("con_1")
        ring = Keyring.parse(f"{entry('k1', OLD)}, {entry('k2', NEW)},")
        assert ring.unwrap(before, "con_1").key
        assert ring.wrap_new("con_1").startswith(b"k2:")

    def test_a_key_that_left_the_ring_opens_nothing_more(self) -> None:
        wrapped = Keyring.parse(entry("k1", OLD)).wrap_new("con_1")
        with pytest.raises(CannotOpen, match="no key"):
            Keyring.parse(entry("k2", NEW)).unwrap(wrapped, "con_1")

    def test_a_key_of_the_same_name_that_is_another_does_not_open(self) -> None:
        wrapped = Keyring.parse(entry("k1", OLD)).wrap_new("con_1")
        with pytest.raises(CannotOpen):
            Keyring.parse(entry("k1", NEW)).unwrap(wrapped, "con_1")

    @pytest.mark.parametrize("wrapped", [b"", b"k1", b"k1:", b":", b"\xff\xfe:x", b"k1:" + bytes(40)])
    def test_garbage_does_not_unwrap(self, wrapped: bytes) -> None:
        with pytest.raises(CannotOpen):
            Keyring.parse(entry("k1", OLD)).unwrap(wrapped, "con_1")

    @pytest.mark.parametrize(
        "text",
        [
            "", " , ,", "k1", "k1:", ":" + base64.b64encode(OLD).decode(), "k1:not base64!", entry("k1", bytes(31)),
            entry("k1", bytes(33)), entry("k-1", OLD), entry("k" * 21, OLD), f"{entry('k1', OLD)},k2:", entry("k 1", OLD),
            "k1:" + "é" * 44,
        ],
    )  # fmt: skip
    def test_keys_that_cannot_be_used_are_refused(self, text: str) -> None:
        with pytest.raises(BadKeys):
            Keyring.parse(text)

    def test_two_keys_of_one_name_are_refused(self) -> None:
        """One would take the other's place, and all that it had sealed would be lost."""
        with pytest.raises(BadKeys, match="twice"):
            Keyring.parse(f"{entry('k1', OLD)},{entry('k1', NEW)}")

    def test_no_fault_shows_a_key(self) -> None:
        short, sound = (base64.b64encode(key).decode() for key in (b"a secret that is too short", OLD))
        for words in (f"k1:{short}", short, sound, f":{sound}", f"k1:{sound},k1:{sound}"):
            with pytest.raises(BadKeys, match="DATA_KEYS") as caught:
                Keyring.parse(words)
            assert short not in str(caught.value) and sound not in str(caught.value)

    def test_neither_a_ring_nor_a_sealer_shows_its_keys(self) -> None:
        """A traceback or a log line may print them."""
        ring = Keyring.parse(entry("k1", NEW))
        assert repr(NEW) not in repr(ring) and repr(NEW) not in repr(Sealer(NEW))
