"""Which of an invoice's lines earn points: by the names dealers write, forgiving a slip, never a wrong size. Pure.

A line is a product's when it is written like one of its names, with the same numbers in it (1.5 is not 2.5, 6 A is not
16 A). The HSN code is a hint: of a name not written exactly, a different one forbids it, an agreeing one lets it be looser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz import fuzz

from loyalty.earn import Credit, invoice_credit
from loyalty.products import Product, normalised
from loyalty.programme import Programme
from loyalty.reading import Reading, ReadLine

SCORE_MIN = 90  # of 100, for a name that is not written exactly
SCORE_MIN_SAME_HSN = 80
HSN_COMPARED = 4  # digits: small sellers print no more
LINE_ROUNDING_PAISE = 100  # each line is rounded for itself
LETTERS_MIN = 5  # a shorter name must be written exactly
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_GLUED = re.compile(r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)")  # 90MTR = 90 MTR, SP16A = SP 16 A
_UNITS = {"mtr": "m", "mtrs": "m", "mt": "m", "meter": "m", "metre": "m", "sqmm": "sq mm", "amp": "a", "amps": "a",
          "watt": "w", "watts": "w", "ltr": "l", "litre": "l", "lit": "l"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matched:
    line: ReadLine
    product: Product
    score: int


@dataclass(frozen=True, slots=True)
class Eligible:
    """What counts. `matched` is empty where the whole taxable value does."""

    taxable_paise: int
    matched: tuple[Matched, ...] = ()


@dataclass(frozen=True, slots=True)
class NotEligible:
    """why: no_products (none of the lines is ours) | lines (they could not be told for certain)."""

    why: str


def eligible(programme: Programme, reading: Reading) -> Eligible | NotEligible:
    """The taxable value that earns points. Lines must add up to the invoice's taxable value, or none of them is believed."""
    if reading.counted_paise is not None:
        return Eligible(reading.counted_paise)
    distributor = programme.distributor(reading.seller_gstin or "")
    if distributor is not None and distributor.brand_only and reading.taxable_paise:
        return Eligible(reading.taxable_paise)
    if not _sound(reading):
        return NotEligible("lines")
    found = [(line, match_line(programme, line)) for line in reading.lines]
    matched = tuple(match for _, match in found if match is not None)
    if any(match is None and _may_be_ours(programme, line) for line, match in found):
        return NotEligible("lines")
    if not matched:
        return NotEligible("no_products")
    return Eligible(sum(match.line.taxable_paise or 0 for match in matched), matched)


def match_line(programme: Programme, line: ReadLine) -> Matched | None:
    """The product that a line names; None where none does, or two do equally well."""
    exact = programme.product_called(line.description)
    if exact is not None:
        return Matched(line, exact, 100)
    scored = sorted(((_score(product, line), product.sku, product) for product in programme.products), reverse=True)
    best, _, product = scored[0]
    tied = len(scored) > 1 and scored[1][0] == best
    return None if tied or best < _score_min(product, line) else Matched(line, product, best)


def credit_for(programme: Programme, version_number: int, counted: Eligible, reading: Reading, at: datetime) -> Credit:
    """Points for what counts, with the facts that say why for ever."""
    credit = invoice_credit(programme, version_number, counted.taxable_paise, at)
    skus: dict[str, int] = {}
    for match in counted.matched:
        skus[match.product.sku] = skus.get(match.product.sku, 0) + (match.line.taxable_paise or 0)
    by_line = "; ".join(f"{sku} {paise}" for sku, paise in skus.items()) or "whole taxable value"
    facts = {
        **credit.facts, "invoice_number": reading.invoice_number or "", "seller_gstin": reading.seller_gstin or "",
        "invoice_date": reading.invoice_date.isoformat() if reading.invoice_date else "", "lines": by_line,
    }  # fmt: skip
    return Credit(credit.points, credit.expires_at, facts)


def _sound(reading: Reading) -> bool:
    amounts = [line.taxable_paise for line in reading.lines]
    if not amounts or reading.taxable_paise is None or any(amount is None or amount < 0 for amount in amounts):
        return False
    off = abs(sum(amount or 0 for amount in amounts) - reading.taxable_paise)
    return off <= min(LINE_ROUNDING_PAISE * len(amounts), max(reading.taxable_paise // 100, LINE_ROUNDING_PAISE))


def _may_be_ours(programme: Programme, line: ReadLine) -> bool:
    """A line that matches no product but bears the brand's name: a reviewer must tell."""
    brand = normalised(programme.brand).split()[0]
    return brand in normalised(line.description).split()


def _score(product: Product, line: ReadLine) -> int:
    """How well the line is written like one of the product's names, 0 where it cannot be this one."""
    if _hsn(line) and _hsn(line) != product.hsn[:HSN_COMPARED]:
        return 0
    written = _folded(line.description)
    return max((_likeness(_folded(name), written) for name in (*product.names.values(), *product.aliases)), default=0)


def _likeness(name: str, written: str) -> int:
    if len(name) < LETTERS_MIN or not _numbers(name) <= _numbers(written):
        return 0
    return int(fuzz.token_set_ratio(name, written)) if _covers(name, written) else 0


def _covers(name: str, written: str) -> bool:
    """Every word of the name is on the line, give or take a letter: a shared "wire" alone is no product."""
    there = written.split()
    return all(any(fuzz.ratio(word, other) >= SCORE_MIN_SAME_HSN for other in there) for word in name.split())


def _score_min(product: Product, line: ReadLine) -> int:
    return SCORE_MIN_SAME_HSN if _hsn(line) == product.hsn[:HSN_COMPARED] else SCORE_MIN


def _hsn(line: ReadLine) -> str:
    digits = "".join(letter for letter in line.hsn or "" if letter.isdecimal())
    return digits[:HSN_COMPARED] if len(digits) >= HSN_COMPARED else ""


def _folded(words: str) -> str:
    """For comparing: units spelled one way, numbers apart from letters, a decimal point kept inside its number."""
    apart = _GLUED.sub(" ", words)
    kept = normalised(re.sub(r"(?<=\d)\.(?=\d)", "\u0663point\u0663", apart)).replace("\u0663point\u0663", ".")
    return " ".join(_UNITS.get(word, word) for word in kept.split())


def _numbers(words: str) -> set[str]:
    return set(_NUMBER.findall(words))


