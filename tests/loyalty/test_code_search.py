"""Codes are found in whatever people type, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.code_search import code_in_link, find_codes, wa_link
from loyalty.codes import SERIAL_MAX, Code, CodeKeys, Typo, make_code, read_code
from loyalty.near_codes import find_near_codes

KEYS = CodeKeys.parse("A:" + "5e" * 32)
CODE, OTHER = "7K3M-9QXA-2B4C-5D60", "8VW1-3TGY-6ZS0-N4PH"
codes = st.integers(0, SERIAL_MAX).map(lambda serial: make_code(KEYS, serial))


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        f"SAATHI {CODE}",
        f"saathi{' '}{CODE.lower()}",
        f"Saathi: {CODE}.",
        f"SAATHI-{CODE}",
        "SAATHI 7K3M9QXA2B4C5D60",
        "7k3m 9qxa 2b4c 5d60",
        "7k3m9qxa2b4c5d60",
        "7K3M9QXA 2B4C5D60",
        "7K3M-9QXA 2B4C-5D60",
        "7K3M - 9QXA - 2B4C - 5D60",
        "7K3M–9QXA—2B4C−5D60",
        "7K3M‑9QXA‑2B4C‑5D60",
        "7K3M_9QXA_2B4C_5D60",
        "7K3M-9QXA-\n2B4C-5D60",
        "7K3M\u200b-9QXA\u200d-2B4C\ufeff-5D60",
        "7K3M-9QXA-2B4C-5D6O",
        "७K३M-९QXA-२B४C-५D६०",
        "７Ｋ３Ｍ－９ＱＸＡ－２Ｂ４Ｃ－５Ｄ６０",
        "मेरा कोड 7K3M-9QXA-2B4C-5D60 है",
        f"mera code {CODE} jama karo",
        "mera code 7k3m 9qxa 2b4c 5d60 jama karo",
        f"code:{CODE},call 98765 43210",
        f"*{CODE}*",
        f"({CODE})",
        f"https://wa.me/919812345678?text=SAATHI%20{CODE}",
        f"wa.me/919812345678?text=SAATHI+{CODE}",
        f"see HTTPS://WA.ME/919812345678?text=SAATHI%20{CODE} ok",
        f"{CODE}\x00",
    ],
)
def test_a_code_is_found_however_it_is_written(text: str) -> None:
    assert find_codes(text) == [CODE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "send some more data",
        "saathi mera code nahi aaya",
        "need 1000 more coil",
        "ACKNOWLEDGEMENTS",
        "responsibilities",
        "27AAPFU0939F1ZV",
        "my GSTIN is 27AAPFU0939F1ZV 5 star",
        "ACUPA7085R",
        "+91 98765 43210",
        "9876543210 9123456780",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "2341 2341 2346",
        "HDFCN12345678901",
        "UTR SBIN123456789012 paid",
        "INV-2526-0001-0017",
        "BILL-2526-0004-0017",
        "GST2526000000417",
        "7k3m9qxa2b4c5d60@ybl",
        "550e8400-e29b-41d4-a716-446655440000",
        "https://example.in/7K3M-9QXA-2B4C-5D60",
        "https://wa.me/919812345678?text=hello",
        "7K3M-9QXA-2B4C",
        "7K3M-9QXA-2B4C-5D60-8VW1",
        "X7K3M-9QXA-2B4C-5D60Y",
        "😀😀😀",
        "\x00" * 50,
    ],
)
def test_nothing_else_is_taken_for_a_code(text: str) -> None:
    assert find_codes(text) == []


@pytest.mark.parametrize("typed", ["7K3M-9QXA-2B4C-5D6", "7K3M-9QXA-2B4C-5D600", "7K3M-9QX-2B4C-5D60"])
def test_a_code_with_a_letter_lost_or_doubled_is_still_a_candidate(typed: str) -> None:
    assert find_codes(f"mera code {typed.lower()}") == [typed]


@pytest.mark.parametrize("typed", [
    "7K3M9QXA2B4C5D6", "7k3m9qxa2b4c5d600", "7K3M 9QXA 2B4C 5D6", "7k3m 9qx 2b4c 5d60", "7K3M 9QXA 2B4C 5D600",
    "mera code 7k3m9qxa2b4c5d6 hai", "code: 7K3M/9QXA/2B4C/5D6", "ye lo 7K 3M 9Q XA 2B 4C 5D 6", "7K3 M9Q XA2 B4C 5D6",
    "bhai mera code check karo 7K3M 9QXA 2B4C 5D6 kab se try kar raha hu",
])  # fmt: skip
def test_a_code_a_letter_off_is_a_candidate_however_it_is_spelt(typed: str) -> None:
    (found,) = find_codes(typed)
    assert isinstance(read_code(KEYS, found), Typo)


@pytest.mark.parametrize("typed", [
    "7K3M/9QXA/2B4C/5D60", "7k3m.9qxa.2b4c.5d60", "7K3M,9QXA,2B4C,5D60", "7K3M:9QXA:2B4C:5D60", "7K3M | 9QXA | 2B4C | 5D60",
    "7K 3M 9Q XA 2B 4C 5D 60", "7 k 3 m 9 q x a 2 b 4 c 5 d 6 0", "7K3 M9Q XA2 B4C 5D6 0",
    "mera code 7K 3M 9Q XA 2B 4C 5D 60 hai",
    "7K-3M-9Q-XA-2B-4C-5D-60", "7K3M--9QXA--2B4C--5D60", "7K3M * 9QXA * 2B4C * 5D60",
])  # fmt: skip
def test_a_whole_code_is_found_in_odd_spacings_and_marks(typed: str) -> None:
    assert find_codes(typed) == [CODE]


@pytest.mark.parametrize("words", [
    "LED 9W B22 10 pcs, 12W 5 pcs, FR 1.5 sqmm 90m 2 coil", "MCB 32A SP 10 nos 63A DP 4 nos", "wire/coil/lamp/fans",
    "5x10 6x12 8x15 9x18 wali sheet", "2 pcs 3 box 5 nos 10 mtr", "aaj 2 coil aur 3 box lena hai", "27AAPFU0939F1ZV",
    "27 AAPFU 0939 F1ZV", "27AAPFUO939F1ZV", "MALBB51BLDM123456", "vin MA3ERLF1S00123456", "MH12AB1234 MH14CD5678",
    "INV/2025-26/0017/A1", "T2409121234567890", "356789104567890", "00:1A:2B:3C:4D:5E", "1 2 3 4 5 6 7 8 9 10 11 12",
    "ka ja ra ma na la ta pa sa", "10 20 30 40 50 60 70 80", "a b c d e f g h i j k l m n o p", "ab 12 cd 34",
    "25/05/2026 10:30",
    "40W 60W 100W 12V", "RS485 4-20mA 24VDC", "SBIN0001234 ac 12345678901", "9812345678 9898989898", "12A/16A/20A/32A",
    "1000 1200 1500 1800", "flat 12B tower C4 sector 62 noida", "B22D E27 9W 12W 230V", "Wi-Fi 802.11ac 5GHz 2.4GHz",
    "my number is 98 12 34 56 78 call me at 5", "acknowledgement", "electricalsshop",
])  # fmt: skip
def test_trade_talk_is_no_odd_code(words: str) -> None:
    assert find_codes(words) == []


@given(st.lists(st.from_regex(r"[a-z]{1,12}|[0-9]{1,8}|[0-9]{1,3}(mm|w|pcs|mtr|a|v)", fullmatch=True), max_size=12))
def test_words_numbers_and_quantities_are_no_odd_code(words: list[str]) -> None:
    assert find_near_codes(" ".join(words).upper()) == []


@given(codes, st.integers(0, 15), st.sampled_from(["", "7", "Q"]))
def test_a_letter_off_is_never_taken_for_another_code(code: str, place: int, instead: str) -> None:
    """Lost or doubled, whatever is made of it is no genuine code."""
    letters = code.replace("-", "")
    typed = letters[:place] + instead * 2 + letters[place + 1 :]
    assert not any(isinstance(read_code(KEYS, found), Code) for found in find_codes(f"code {typed}"))


@pytest.mark.parametrize("between", ["\n", ", ", " ", " and ", " / ", "\n\n", ";"])
def test_several_codes_come_in_order_and_once(between: str) -> None:
    assert find_codes(between.join([OTHER, CODE, OTHER.lower()])) == [OTHER, CODE]


def test_two_codes_typed_with_spaces_are_told_apart() -> None:
    assert find_codes(f"{OTHER} {CODE}".replace("-", " ").lower()) == [OTHER, CODE]


@given(codes)
def test_every_code_is_found_as_printed_and_as_linked(code: str) -> None:
    assert find_codes(f"Saathi {code.lower()}") == [code]
    assert find_codes(f"mera code {code} hai") == [code]
    assert code_in_link(wa_link("919812345678", code)) == code


@given(st.text(max_size=300))
def test_any_text_gives_a_list_of_plausible_candidates(text: str) -> None:
    assert all(15 <= len(code.replace("-", "")) <= 17 for code in find_codes(text))


@pytest.mark.parametrize(
    "piece", ["7K3M ", "7K ", "7 K ", "7K/", "A-", " - ", " ", "-", "@", "a@", "https://wa.me/?text=", "ﷺ", "7K3M-9QXA-"]
)
def test_a_megabyte_of_anything_is_read_without_effort(piece: str) -> None:
    find_codes(piece * (1_000_000 // len(piece)))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not a link",
        "https://wa.me/919812345678",
        "https://evil.example/?text=SAATHI%20" + CODE,
        "https://wa.me.evil.example/1?text=SAATHI%20" + CODE,
        "https://user@[::1/?text=x",
        "javascript:wa.me?text=SAATHI%20" + CODE,
        "https://wa.me/1?" + "&".join(f"a{n}=1" for n in range(50)) + "&text=" + CODE,
        "https://wa.me/1?text=https%3A%2F%2Fwa.me%2F1%3Ftext%3D" + CODE,
    ],
)
def test_other_links_hold_no_code(url: str) -> None:
    assert code_in_link(url) is None


def test_links_of_whatsapps_other_spellings_are_understood() -> None:
    for start in (
        "https://api.whatsapp.com/send?phone=919812345678&text=",
        "whatsapp://send?text=",
        "wa.me/9198?text=",
    ):
        assert code_in_link(f"{start}SAATHI%20{CODE}") == CODE


def test_the_link_on_a_label() -> None:
    assert wa_link("919812345678", CODE) == f"https://wa.me/919812345678?text=SAATHI%20{CODE}"
    for digits in ("+919812345678", "whatsapp:+91", "0919812345678", "123", "९१९८१२३४५६७८", ""):
        with pytest.raises(ValueError, match="number"):
            wa_link(digits, CODE)
    for code in ("7K3M9QXA2B4C5D60", CODE.lower(), "", "7K3M-9QXA-2B4C-5D6O"):
        with pytest.raises(ValueError, match="code"):
            wa_link("919812345678", code)
