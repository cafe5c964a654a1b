"""`./saathi programme`: a file in force, or every reason why not and nothing done."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from ledger.points import earn
from tests.cli.shop import SAMPLE, CommandLine

TEXT = SAMPLE.read_text(encoding="utf-8")


def written(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    changed = TEXT
    for old, new in changes:
        assert old in changed
        changed = changed.replace(old, new, 1)
    file = tmp_path / "programme.toml"
    file.write_text(changed, encoding="utf-8")
    return file


def budget(points: str) -> tuple[str, str]:
    return ("budget_points = 5_000_000", f"budget_points = {points}")


def test_publishing_puts_the_file_in_force_and_opens_its_budget(saathi: CommandLine) -> None:
    published = saathi.data("programme", "publish", SAMPLE)
    assert published.pop("published_at").startswith("20")
    assert published == {
        "programme": "roshni", "version": 1, "budget_points": 5_000_000, "budget_remaining": 5_000_000,
    }  # fmt: skip
    shown = saathi.data("programme", "show")
    assert shown["version"] == 1 and shown["content"]["redeem"] == {
        "least_points": 50, "most_points": 20_000, "payout_approval_above_paise": 10_000_00,
        "payout_two_approvals_above_paise": 15_000_00, "most_points_per_day": 40_000, "most_points_per_month": None,
        "cool_off_hours": 24, "promise_minutes": 120, "promise_approved_minutes": 1_440, "pin": "above",
        "pin_above_paise": 500_000, "pin_tries": 5, "pin_lock_hours": 24,
    }  # fmt: skip


def test_publishing_the_same_again_changes_nothing(selling: CommandLine) -> None:
    first = selling.data("programme", "show")
    selling.data("programme", "publish", SAMPLE)
    assert selling.data("programme", "show") == first


def test_what_a_person_reads_names_the_version_the_products_and_the_budget(selling: CommandLine) -> None:
    assert selling("programme", "publish", SAMPLE).stdout == (
        "Roshni Rewards: version 1 is in force, 50,00,000 points to give\n"
    )
    shown = selling("programme", "show").stdout
    assert "MCB-SP-16" in shown and "₹1" in shown and "50,00,000 of 50,00,000 points" in shown


def test_a_larger_budget_tops_up_and_a_smaller_one_takes_back_what_is_not_given(
    selling: CommandLine, tmp_path: Path
) -> None:
    more = selling.data("programme", "publish", written(tmp_path, budget("6_000_000")))
    assert (more["version"], more["budget_points"], more["budget_remaining"]) == (2, 6_000_000, 6_000_000)
    less = selling.data("programme", "publish", written(tmp_path, budget("1_000")))
    assert (less["version"], less["budget_points"], less["budget_remaining"]) == (3, 1_000, 1_000)
    again = selling.data("programme", "publish", SAMPLE)
    assert (again["version"], again["budget_remaining"]) == (4, 5_000_000)


def test_a_budget_below_what_is_given_out_is_refused_and_nothing_is_published(
    selling: CommandLine, tmp_path: Path
) -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    with selling.house.engine.begin() as conn:
        earn(
            conn, key="e1", programme_id="roshni", member_id="mbr_1", points=1_500, expires_at=None,
            happened_at=now, recorded_at=now, facts={},
        )  # fmt: skip
    refused = selling.refusal("programme", "publish", written(tmp_path, budget("1_000")))
    assert "budget_points: 1,500 points are given out already; write at least that many" in refused
    shown = selling.data("programme", "show")
    assert (shown["version"], shown["budget_points"], shown["budget_remaining"]) == (1, 5_000_000, 4_998_500)


def test_every_fault_stands_on_a_line_of_its_own_with_file_and_place(saathi: CommandLine, tmp_path: Path) -> None:
    file = written(tmp_path, budget('"lots"'), ('hsn = "854449"', 'hsn = "wire"'))
    result = saathi("programme", "publish", file)
    assert result.exit_code == 1 and result.stdout == ""
    assert result.stderr.splitlines() == [
        f"{file}: budget_points: must be a whole number (found 'lots')",
        f"{file}: products[1].hsn: must be 4, 6 or 8 digits in quotes (found 'wire')",
    ]
    with saathi.house.engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM programmes")).scalar_one() == 0


def test_a_language_we_have_no_words_in_is_refused(saathi: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "programme.toml"
    file.write_text(TEXT.replace('"hi"]', '"xx"]').replace("hi = ", "xx = "), encoding="utf-8")
    assert "locales: there are no words in xx; choose from en, hi" in saathi.refusal("programme", "publish", file)


def test_a_product_with_coupons_in_the_market_stays(selling: CommandLine, tmp_path: Path) -> None:
    selling.data("coupon", "issue", "--sku", "GEYSER-15L", "--count", 1)
    file = written(tmp_path, ('sku = "GEYSER-15L"', 'sku = "GEYSER-25L"'))
    assert "coupons of GEYSER-15L can still be claimed" in selling.refusal("programme", "publish", file)
    assert selling.data("programme", "show")["version"] == 1


def test_a_file_that_is_not_there_is_wrong_usage(saathi: CommandLine, tmp_path: Path) -> None:
    assert "does not exist" in saathi.misuse("programme", "publish", tmp_path / "none.toml")
    assert "is a directory" in saathi.misuse("programme", "publish", tmp_path)


def test_with_nothing_published_the_remedy_is_named(saathi: CommandLine) -> None:
    assert saathi.refusal("programme", "show") == "no programme is published: run `./saathi programme publish FILE`"


def test_with_several_published_one_must_be_named(selling: CommandLine, tmp_path: Path) -> None:
    selling.data("programme", "publish", written(tmp_path, ('id = "roshni"', 'id = "ujala"')))
    assert "several programmes are published: add --programme with one of roshni, ujala" in selling.misuse(
        "programme", "show"
    )
    assert selling.data("programme", "show", "--programme", "ujala")["programme"] == "ujala"
    assert "no programme 'other' is published" in selling.refusal("programme", "show", "--programme", "other")
