"""Programme files: the sample is good, and whatever is wrong with another is named, all of it at once."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.products import normalised, one_line
from loyalty.programme import Programme
from loyalty.programme_file import FAULTS_MAX, BadProgramme, parse_programme
from tests.loyalty.conftest import SAMPLE

TEXT = SAMPLE.read_text(encoding="utf-8")


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(BadProgramme) as refused:
        parse_programme(text.encode() if isinstance(text, str) else text)
    return refused.value.faults


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_sample_is_a_programme(sample: Programme) -> None:
    assert sample.id == "roshni"
    assert [product.sku for product in sample.products][:2] == ["WIRE-1.5-90", "WIRE-2.5-90"]
    assert sample.model_validate(sample.model_dump(mode="json")) == sample


def test_products_are_found_by_sku_and_by_what_people_call_them(sample: Programme) -> None:
    mcb = sample.product("MCB-SP-16")
    assert mcb is not None and mcb.points == 15
    assert sample.product("mcb-sp-16") is None
    for words in ("mcb sp 16", " Mcb 16A  SP c-curve", "ＭＣＢ सिंगल पोल 16 a", "MCB single pole 16 A"):
        assert sample.product_called(words) == mcb
    assert sample.product_called("") is None
    assert mcb.name("hi") == "MCB सिंगल पोल 16 A" and mcb.name("ta") == "MCB single pole 16 A"


def test_distributors_are_found_by_gstin(sample: Programme) -> None:
    found = sample.distributor("27 aabcr4521p1z3")
    assert found is not None and found.name.startswith("Rane")
    assert sample.distributor("27AAPFU0939F1ZV") is None and sample.distributor("") is None


def test_a_programme_without_a_term_or_distributors_is_one(sample: Programme) -> None:
    text = changed(("points_expire_after_days = 365", "")).split("# Invoices earn")[0]
    programme = parse_programme(text.encode())
    assert programme.points_expire_after_days is None and programme.distributors == ()


def test_a_file_saved_with_a_byte_order_mark_is_read(sample: Programme) -> None:
    assert parse_programme(b"\xef\xbb\xbf" + TEXT.encode()) == sample


def test_every_fault_is_named_at_once() -> None:
    text = changed(
        ('id = "roshni"', 'id = "Roshni Rewards"'),
        ("paise_per_point = 100", 'paise_per_point = "100"'),
        ("budget_points = 5_000_000", "budgetpoints = 5_000_000"),
        ("least_points = 50", "least_points = 30_000"),
        ('hsn = "854449"', 'hsn = "85a4"'),
        ("points = 100", "points = 0"),
        ('sku = "SWITCH-6A"', 'sku = "MCB-SP-16"'),
        ('names = { en = "Power socket 16 A", hi = "पावर सॉकेट 16 A" }', 'names = { en = "Power socket 16 A" }'),
        ('aliases = ["CF 1200MM", "ceiling fan 48 inch"]', 'aliases = ["9w  led b22"]'),
        ('gstin = "24AAECV8810K1Z4"', 'gstin = "24AAECV8810K1Z5"'),
        ('gstin = "09AAFFB3307M1ZF"', 'gstin = "27aabcr4521p1z3"'),
        ("https://roshni.example/privacy", "http://roshni.example/privacy"),
    )
    assert faults(text) == [
        "id: must be 2 to 32 small letters, digits or dashes, beginning with a letter (found 'Roshni Rewards')",
        "paise_per_point: must be a whole number (found '100')",
        "budget_points: is missing",
        "notice.links.en: must be an https:// address (found 'http://roshni.example/privacy')",
        "products[1].hsn: must be 4, 6 or 8 digits in quotes (found '85a4')",
        "products[2].points: must be at least 1 (found 0)",
        "distributors[2].gstin: is not a valid GSTIN: compare it with the registration certificate "
        "(found '24AAECV8810K1Z5')",
        "budgetpoints: is not known here; did you mean budget_points?",
        "products[5].sku: 'MCB-SP-16' stands at products[3] already",
        "products[8].aliases[1]: '9W LED B22' names products[7] already",
        "distributors[3].gstin: 27AABCR4521P1Z3 stands at distributors[1] already",
        "products[4].names.hi: is missing, and locales names it",
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("budget_points = 5_000_000", "budget_points = 0"), "budget_points: must be at least 1 (found 0)"),
        (("budget_points = 5_000_000", "budget_points = -5"), "budget_points: must be at least 1 (found -5)"),
        (("budget_points = 5_000_000", "budget_points = 5e6"), "budget_points: must be a whole number (found 5000000"),
        (("budget_points = 5_000_000", "budget_points = true"), "budget_points: must be a whole number (found True)"),
        (("budget_points = 5_000_000", "budget_points = nan"), "budget_points: must be a whole number (found nan)"),
        (("budget_points = 5_000_000", "budget_points = " + "9" * 40), "budget_points: must be at most 1000000000000"),
        (("budget_points = 5_000_000", "budget_points = 2026-01-05"), "budget_points: must be a whole number"),
        (('name = "Roshni Rewards"', 'name = 5'), "name: must be text in quotes (found 5)"),
        (('name = "Roshni Rewards"', 'name = "  "'), "name: must not be empty (found '  ')"),
        (('name = "Roshni Rewards"', 'name = "two\\nlines"'), "name: must be one line"),
        (('name = "Roshni Rewards"', 'name = "nul\\u0000"'), "name: must be one line"),
        (('name = "Roshni Rewards"', 'name = "\\u202Eevil"'), "name: must be one line"),
        (('name = "Roshni Rewards"', f'name = "{"x" * 500}"'), "name: must have at most 80 characters"),
        (('locales = ["en", "hi"]', 'locales = []'), "locales: must have at least 1 of them"),
        (('locales = ["en", "hi"]', 'locales = "en"'), "locales: must be a list (found 'en')"),
        (('locales = ["en", "hi"]', 'locales = ["en", "hi", "hi"]'), "locales: the same language stands twice"),
        (('locales = ["en", "hi"]', 'locales = ["EN", "hi"]'), "locales[1]: must be a language such as en or hi"),
        (('locales = ["en", "hi"]', 'locales = ["en"]'), "products[1].names.hi: locales does not name this language"),
        (('{ en = "LED bulb', '{ English = "LED bulb'), "products[8].names.English: must be a language such"),
        (("[redeem]", "[redeemed]"), "redeem: is missing"),
        (("[redeem]", "[[redeem]]"), "redeem: must be a table (found a list)"),
        (("least_points = 50 ", "leest_points = 50 "), "redeem.leest_points: is not known here; did you mean l"),
        (("most_points = 20_000", "most_points = 200_000"), "redeem.most_points: 200000 points are more than"),
        (("paise_per_point = 100", "paise_per_point = 1"), "redeem.least_points: 50 points are less than 1 rupee"),
        (("points_expire_after_days = 365", "points_expire_after_days = 0"), "points_expire_after_days: must be at "),
        (('hsn = "854449"', "hsn = 854449"), "products[1].hsn: must be text in quotes (found 854449)"),
        (('sku = "LED-9W"', 'sku = "LED 9W"'), "products[8].sku: must be 1 to 40 capitals"),
        (('sku = "LED-9W"', 'sku = "LED-9W\\n"'), "products[8].sku: must be 1 to 40 capitals"),
        (('sku = "LED-9W"\n', ""), "products[8].sku: is missing"),
        (('sku = "LED-9W"\n', 'sku = "LED-9W"\ncolour = "white"\n'), "products[8].colour: is not known here: "),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_place(change: tuple[str, str], fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(changed(change))), faults(changed(change))


def test_a_programme_without_products_is_none() -> None:
    head = TEXT.split("[[products]]")[0]
    assert faults(head) == ["products: is missing"]
    assert "products: must have at least 1 of them" in faults("products = []\n" + head)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"id = ", "the file is not TOML: "),
        (b"id = 'a'\nid = 'b'", "the file is not TOML: "),
        (b"\xff\xfe\x00", "the file is not UTF-8 text (byte 0): save it as UTF-8"),
        (b"a = " + b"[" * 50_000, "the file is not TOML: "),
        (b"budget_points = " + b"9" * 10_000, "the file is not TOML: a value is too large"),
        (b"#" * 4_000_001, "the file has more than 4000000 bytes"),
        (b"PK\x03\x04", "the file is not TOML: "),
    ],
)
def test_what_is_no_programme_file_at_all_is_said_in_one_line(data: bytes, fault: str) -> None:
    (only,) = faults(data)
    assert only.startswith(fault) and "\n" not in only


def test_an_empty_file_lacks_everything() -> None:
    assert {fault.split(":")[0] for fault in faults("")} == {
        name for name, field in Programme.model_fields.items() if field.is_required()
    }


def test_a_thousand_faults_are_not_poured_out() -> None:
    found = faults(TEXT + '[[products]]\nsku = "x y"\n' * 1000)
    assert len(found) == FAULTS_MAX + 1 and found[-1].startswith("and ")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from([*Programme.model_fields, "other"])


@given(st.dictionaries(FIELDS, VALUES, max_size=6))
def test_nonsense_of_any_shape_is_refused_with_faults_and_never_with_a_crash(nonsense: dict[str, object]) -> None:
    from unittest.mock import patch

    with patch("loyalty.programme_file._toml", return_value={**tomllib.loads(TEXT), **nonsense, "id": 5}):
        assert faults("")


@given(st.text(max_size=30))
def test_a_line_stays_as_it_is_once_accepted(text: str) -> None:
    try:
        line = one_line(text)
    except ValueError:
        return
    assert one_line(line) == line and "\n" not in line and "\x00" not in line
    assert normalised(normalised(line)) == normalised(line)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("most_points_per_day = 40_000", "most_points_per_day = 40")],
         "redeem.most_points_per_day: 40 is less than least_points"),
        ([("most_points_per_day = 40_000", "most_points_per_day = 40_000\nmost_points_per_month = 30_000")],
         "redeem.most_points_per_month: 30000 is less than most_points_per_day, 40000"),
        ([('pin = "above" ', 'pin = "sometimes" ')], "redeem.pin: must be 'off', 'above' or 'always' (found 'sometimes')"),
        ([('pin = "above" ', 'pin = "always" ')], 'redeem.pin_above_paise: counts only with pin = "above"'),
        ([("pin_above_paise = 500_000 ", "# ")], "redeem.pin_above_paise: is missing, and pin says above"),
        ([("cool_off_hours = 24 ", "cool_off_hours = -1 ")], "redeem.cool_off_hours: must be at least 0"),
        ([("promise_minutes = 120 ", "promise_minutes = 0 ")], "redeem.promise_minutes: must be at least 1"),
        ([("promise_approved_minutes = 1_440", "promise_approved_minutes = 60")],
         "redeem.promise_approved_minutes: 60 is less than promise_minutes, 120"),
        ([("promise_approved_minutes = 1_440", "promise_approved_minutes = 0")],
         "redeem.promise_approved_minutes: must be at least 1"),
        ([('pin = "above" ', 'pin_tries = 1\npin = "above" ')], "redeem.pin_tries: must be at least 3"),
    ],
)  # fmt: skip
def test_rules_of_redeeming_that_make_no_sense_are_named(changes: list[tuple[str, str]], told: str) -> None:
    assert any(fault.startswith(told) for fault in faults(changed(*changes))), faults(changed(*changes))


def test_a_file_of_before_these_rules_keeps_its_meaning() -> None:
    kept = [line for line in TEXT.splitlines() if not line.startswith(("most_points_per", "cool_off", "promise", "pin"))]
    redeem = parse_programme("\n".join(kept).encode()).redeem
    assert (redeem.pin, redeem.cool_off_hours, redeem.promise_minutes) == ("off", 24, 120)
    assert redeem.promise_approved_minutes == 1_440
    assert redeem.most_points_per_day is redeem.most_points_per_month is None
