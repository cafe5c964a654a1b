"""The scorer of the bench: what counts as right, what is skipped, and how sure a rate is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.bench.eyes import NoManifest, measure
from bot.bench.eyes_page import page
from bot.bench.eyes_score import Rate, Scored, score, summary

TRUTH = {
    "invoice_number": "GST/2526/0417", "invoice_date": "2025-08-29", "seller_gstin": "27AAPFU0939F1ZV",
    "buyer_gstin": None, "cgst": 9, "sgst_utgst": 9, "igst": 0, "taxable": 100.0, "total": 118,
}  # fmt: skip
READ = {
    "invoice_number": "gst/2526/0417", "invoice_date": "2025-08-29", "seller_gstin": "27AAPFU0939F1ZV",
    "taxable_paise": 10000, "cgst_paise": 900, "sgst_paise": 900, "utgst_paise": None, "igst_paise": None,
    "total_paise": 11800,
}  # fmt: skip


def record(decision: str | None = "auto", codes: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    listed = [{"text": text, "kind": "foreign", "corners": [[0, 0], [1, 0], [1, 1], [0, 1]]} for text in codes]
    return {"kind": "invoice", "codes": listed, "fields": READ | fields, "decision": decision, "problems": [], "ms": 7}


def scored(item: dict[str, Any], read: dict[str, Any]) -> Scored:
    return score({"file": "a.jpg"} | item, read)


def test_case_and_blanks_are_no_differences_and_a_truth_that_is_missing_is_not_asked() -> None:
    one = scored({"ground_truth": TRUTH}, record())
    assert one.four_right and one.has_four and all(one.right.values())
    assert "buyer_gstin" not in one.right and "igst_paise" not in one.right


@pytest.mark.parametrize("wrong", [{"total_paise": 11801}, {"total_paise": None}, {"invoice_date": "2025-08-28"}])
def test_one_wrong_field_makes_an_approved_paper_a_wrong_one(wrong: dict[str, Any]) -> None:
    figures = summary([scored({"ground_truth": TRUTH}, record(**wrong)), scored({"ground_truth": TRUTH}, record())])
    assert figures["wrong_among_auto"]["hits"] == 1 and figures["wrong_among_auto"]["of"] == 2
    assert figures["all_four"]["hits"] == 1


def test_what_has_no_truth_is_named_and_counts_nowhere_else() -> None:
    figures = summary([scored({"ground_truth": None}, record()), scored({"ground_truth": TRUTH}, record("ask"))])
    assert figures["without_truth"] == ["a.jpg"] and figures["auto_without_truth"] == ["a.jpg"]
    assert figures["auto"] == {"hits": 0, "of": 1, "share": 0.0, "wilson": [0.0, 0.7935]}


def test_a_false_reading_beside_the_right_code_is_wrong() -> None:
    assert scored({"ground_truth": "hello"}, record(codes=("hello",))).right == {"codes": True}
    assert scored({"ground_truth": "hello"}, record(codes=("hello", "12"))).right == {"codes": False}


def test_the_interval_of_a_rate() -> None:
    """Wilson's for 8 of 10, as in the textbooks: 0.490 to 0.943."""
    low, high = Rate(8, 10).interval or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert Rate(0, 0).interval is None


def test_a_folder_without_a_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoManifest, match="has no manifest"):
        measure(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(NoManifest, match="cannot be used"):
        measure(tmp_path)


def test_the_page_escapes_what_it_quotes(tmp_path: Path) -> None:
    one = scored({"ground_truth": TRUTH}, record(seller_name="<script>"))
    made = page([(tmp_path, summary([one]), [one])])
    assert "<script>" not in made and "&lt;script&gt;" in made


def test_what_a_thumb_hid_may_be_left_unread_but_not_be_read_wrong() -> None:
    item = {"ground_truth": TRUTH, "hidden": ["total"]}
    assert scored(item, record(total_paise=None)).four_right
    assert not scored(item, record(total_paise=1)).four_right
