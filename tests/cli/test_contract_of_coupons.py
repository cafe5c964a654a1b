"""What the documents promise of each verb's JSON is what the verb prints."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shop import SAMPLE, CommandLine

DOCS = Path(__file__).resolve().parents[2] / "docs"


def promised(verb: str) -> Any:
    """The JSON example under the heading that begins with the verb, wherever in docs/contract*.md it stands."""
    words = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("contract*.md")))
    found = re.search(rf"^#+ `(?:\./saathi )?{verb}[ `].*?^```json\n(.*?)^```", words, re.MULTILINE | re.DOTALL)
    assert found, f"docs/contract*.md has no example of {verb}"
    return json.loads(found[1])


def shape(value: Any) -> Any:
    """Keys and types; the first element of a list stands for all."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def printed(saathi: CommandLine, verb: str, tmp_path: Path) -> Any:
    issue = ("coupon", "issue", "--sku", "LED-9W", "--count", 3, "--expires", "2099-03-31", "--inactive")
    if verb == "programme publish":
        return saathi.data("programme", "publish", SAMPLE)
    if verb == "programme show":
        return saathi.data("programme", "show")
    made = saathi.data(*issue)
    first, batch = made["codes"][0], ("--batch", made["batch"])
    match verb:
        case "coupon issue":
            return made
        case "coupon sheet":
            return saathi.data("coupon", "sheet", *batch, "--out", tmp_path / "a.pdf", "--number", "14155238886")
        case "coupon activate":
            saathi.data("coupon", "activate", "--code", first)
            return saathi.data("coupon", "activate", *batch)
        case "coupon show":
            return saathi.data("coupon", "show", first)
        case "coupon codes":
            return saathi.data("coupon", "codes", *batch)
        case _:
            return saathi.data("coupon", "batches")


@pytest.mark.parametrize(
    "verb",
    ["programme publish", "programme show", "coupon issue", "coupon codes", "coupon batches", "coupon sheet",
     "coupon activate", "coupon show"],
)  # fmt: skip
def test_the_example_in_the_documents_is_what_the_verb_prints(selling: CommandLine, tmp_path: Path, verb: str) -> None:
    assert shape(printed(selling, verb, tmp_path)) == shape(promised(verb))
