"""Arithmetic as the judge: of all the sums beside labels, those that close taxable + taxes + charges + rounding = total."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ocr.facts import Found
from ocr.fields.sums import Candidate
from ocr.rows import Cell

_ROUNDING_MAX = 50  # paise a total is rounded by without a word; printed round-offs may reach a rupee
_PRINTED_ROUNDING_MAX = 100
_TAX_MAX = 0.75  # of the taxable value, cess included
_TOP = 9
_LIKE_RUPEE = "2378"
_NOWHERE = Cell("", 0, 0, 0, 0, 0.0, ((0, 0), (0, 0), (0, 0), (0, 0)))
# How much a candidate of a label's kind counts in each part of the sum.
_ROLES: dict[str, dict[str, float]] = {
    "total": {"total": 1.0, "weak": 0.62, "gross": 0.4},
    "taxable": {"taxable": 1.0, "gross": 0.7, "weak": 0.62},
    "sgst": {"sgst": 1.0, "utgst": 1.0},
    **{kind: {kind: 1.0} for kind in ("cgst", "igst", "cess", "tax", "round", "adjust")},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    paise: int
    weight: float
    cell: Candidate


@dataclass(frozen=True, slots=True)
class Balance:
    total: Found[int] | None = None
    taxable: Found[int] | None = None
    cgst: Found[int] | None = None
    sgst: Found[int] | None = None
    igst: Found[int] | None = None
    cess: Found[int] | None = None
    round_off: Found[int] | None = None
    undivided_tax: int | None = None
    adjustment: int | None = None
    words: int | None = None
    rivals: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Closing:
    score: float
    taxable: Value | None = None
    cgst: Value | None = None
    sgst: Value | None = None
    igst: Value | None = None
    cess: Value | None = None
    round_off: Value | None = None
    undivided_tax: int | None = None
    adjustment: int | None = None
    exact: bool = False  # nothing but printed sums was needed
    taxed: bool = False  # a tax is part of it, be it only as `total tax`


_Taxes = tuple[int, float, Value | None, Value | None, Value | None]


def balance(candidates: Sequence[Candidate], words: Sequence[tuple[int, bool]], *, untaxed: bool = False) -> Balance:
    """`words`: what the amount in words may say. `untaxed`: a bill of supply, which prints no taxes."""
    values = {role: _values(candidates, kinds) for role, kinds in _ROLES.items()}
    spoken = dict(words)
    totals = (
        values["total"]
        + _rounded(values["total"], candidates)
        + [Value(p, 0.3, _spoken(p)) for p, exact in words if exact and not _has(values["total"], p)]
    )
    best: tuple[float, Value, _Closing] | None = None
    for total in totals[: _TOP + 2]:
        if total.paise <= 0 or _unrounded(total, totals):
            continue
        closing = _close(total, values, untaxed)
        score = total.weight + closing.score + (1.2 if spoken.get(total.paise) else 0.8 if total.paise in spoken else 0)
        if best is None or score > best[0]:
            best = (score, total, closing)
    return _told(best[1], best[2], spoken, values, untaxed) if best else Balance()


def _values(candidates: Iterable[Candidate], kinds: dict[str, float]) -> list[Value]:
    """Different sums, the most likely first; one printed more than once counts a little more."""
    seen: dict[int, tuple[float, int, Candidate]] = {}
    for candidate in candidates:
        factor = kinds.get(candidate.kind, 0.0)
        if not factor:
            continue
        weight, times, cell = seen.get(candidate.paise, (0.0, 0, candidate))
        better = candidate.weight * factor > weight
        seen[candidate.paise] = (max(weight, candidate.weight * factor), times + 1, candidate if better else cell)
    for paise, (weight, times, cell) in list(seen.items()):  # a rupee sign may have been read as the first figure
        bare = int(str(paise)[1:]) if paise >= 10_000 and str(paise)[0] in _LIKE_RUPEE else 0
        if bare >= 10_000 // 10 and str(paise)[1] != "0" and bare not in seen and weight > 0.6:
            seen[bare] = (weight * 0.4, times, cell)
    values = [Value(paise, min(1.0, weight + 0.02 * (times - 1)), cell) for paise, (weight, times, cell) in seen.items()]
    return sorted(values, key=lambda v: (-v.weight, -v.paise))[:_TOP]


def _has(values: Sequence[Value], paise: int) -> bool:
    return any(value.paise == paise for value in values)


def _unrounded(total: Value, totals: Sequence[Value]) -> bool:
    """A table's `Total` before rounding, where the rounded one stands beside a better label, or anywhere else."""
    return total.cell.kind != "total" and any(
        v.paise % 100 == 0
        and 0 < abs(v.paise - total.paise) <= (_PRINTED_ROUNDING_MAX if v.cell.kind == "total" else _ROUNDING_MAX)
        for v in totals
    )


def _rounded(totals: Sequence[Value], candidates: Sequence[Candidate]) -> list[Value]:
    """Whole rupees printed without a label they could be matched with, next to a total that is not whole."""
    uneven = [v.paise for v in totals if v.paise % 100 and v.cell.kind != "total"]
    found = {
        c.paise: Value(c.paise, c.weight * 0.9, c)
        for c in candidates
        if c.kind == "loose" and c.paise % 100 == 0 and any(0 < abs(c.paise - paise) <= _ROUNDING_MAX for paise in uneven)
    }
    return [value for paise, value in found.items() if not _has(totals, paise)]


def _spoken(paise: int) -> Candidate:
    return Candidate("words", paise, 0.3, _NOWHERE, "words")


def _close(total: Value, values: dict[str, list[Value]], untaxed: bool) -> _Closing:
    best = _Closing(0.0)
    taxed = any(v.paise > 0 for role in ("cgst", "igst", "sgst") for v in values[role])
    for taxable in values["taxable"]:
        if not 0 < taxable.paise <= 2 * total.paise or taxable.cell.cell is total.cell.cell:
            continue
        for tax in _taxes(values, taxable.paise):
            closing = _gap_closed(total, taxable, tax, values)
            if closing is None:
                continue
            score = closing.score
            if tax[0] == 0 and not untaxed:  # then only a sum called taxable, not any column's total, and no tax beside it
                score *= 0.0 if taxed or taxable.cell.kind != "taxable" else 0.5
            if score > best.score:
                best = replace(closing, score=score)
    return best


def _taxes(values: dict[str, list[Value]], taxable: int) -> Iterator[_Taxes]:
    """Central and state tax in equal halves, or integrated tax, or none."""
    yield 0, 0.0, None, None, None
    for central in values["cgst"]:
        if not 0 < central.paise <= taxable * _TAX_MAX / 2:
            continue
        state = next((v for v in values["sgst"] if abs(v.paise - central.paise) <= 2), None)
        if state:
            yield central.paise + state.paise, (central.weight + state.weight) / 2, central, state, None
    for state in values["sgst"]:  # half of a pair whose other label was not read: the sum has to prove it
        if 0 < state.paise <= taxable * _TAX_MAX / 2 and not any(abs(v.paise - state.paise) <= 2 for v in values["cgst"]):
            yield 2 * state.paise, state.weight * 0.5, Value(state.paise, state.weight * 0.5, state.cell), state, None
    for central in values["cgst"]:
        if 0 < central.paise <= taxable * _TAX_MAX / 2 and not any(abs(v.paise - central.paise) <= 2 for v in values["sgst"]):
            yield (
                2 * central.paise,
                central.weight * 0.5,
                central,
                Value(central.paise, central.weight * 0.5, central.cell),
                None,
            )
    for integrated in values["igst"]:
        if 0 < integrated.paise <= taxable * _TAX_MAX:
            yield integrated.paise, integrated.weight, None, None, integrated
    for both in values["tax"]:  # "total tax" alone: it closes the sum, but says not which taxes it is made of
        if 0 < both.paise <= taxable * _TAX_MAX:
            yield both.paise, both.weight * 0.6, None, None, None


def _gap_closed(total: Value, taxable: Value, tax: _Taxes, values: dict[str, list[Value]]) -> _Closing | None:
    """The best way printed cess, charges and rounding fill what is missing, or None."""
    paise, weight, central, state, integrated = tax
    base = total.paise - taxable.paise - paise
    best: _Closing | None = None
    for cess, charge, charge_weight in _fillers(values):
        gap = base - (cess.paise if cess else 0) - charge
        rounding, bonus, exact = _rounding(gap, values["round"], total.paise)
        if bonus is None:
            continue
        score = 0.6 * bonus + 0.5 * taxable.weight + 0.6 * weight + charge_weight
        if best is None or score > best.score:
            undivided = paise if not (central or state or integrated) and paise else None
            best = _Closing(
                score, taxable, central, state, integrated, cess, rounding, undivided, charge or None, exact, paise > 0
            )
    return best


def _fillers(values: dict[str, list[Value]]) -> Iterator[tuple[Value | None, int, float]]:
    charges = [(0, 0.0)]
    for value in values["adjust"][:5]:
        if value.paise and value.weight > 0.4:
            charges += [(abs(value.paise), -0.45), (-abs(value.paise), -0.4)]
    for cess in [None, *(v for v in values["cess"][:3] if v.paise > 0)]:
        for charge, weight in charges:
            yield cess, charge, weight + (0.1 if cess else 0.0)


def _rounding(gap: int, printed: Sequence[Value], total: int) -> tuple[Value | None, float | None, bool]:
    """The printed round-off that fills the gap; or none needed; or one a whole-rupee total implies."""
    for value in printed:
        if gap and abs(gap) <= _PRINTED_ROUNDING_MAX and abs(abs(value.paise) - abs(gap)) <= 1:
            return Value(gap, value.weight, value.cell), 2.2, True
    if gap == 0:
        zero = next((v for v in printed if v.paise == 0), None)
        return zero, 2.1, True
    if abs(gap) <= 2:
        return None, 1.7, True
    if abs(gap) <= _ROUNDING_MAX and total % 100 == 0:
        return None, 1.4, False
    return None, None, False


def _told(total: Value, closing: _Closing, spoken: dict[int, bool], values: dict[str, list[Value]], untaxed: bool) -> Balance:
    closes = closing.score > 0
    agreed = total.paise in spoken
    rivals = tuple(
        v.paise for v in values["total"]
        if v.cell.kind == "total" and v.weight > 0.7 and abs(v.paise - total.paise) > _PRINTED_ROUNDING_MAX
        and not (closing.taxable and v.paise == closing.taxable.paise)
    )  # fmt: skip
    taxed = closing.taxed or untaxed  # else what "closes" is a total and the same total before rounding
    sure = _sureness(total, closing, agreed, bool(rivals), taxed)
    if any(_adjusted(total, rival, values["adjust"]) for rival in rivals):
        sure = min(sure, 0.85)
    lone = values["taxable"][0] if values["taxable"] and not closes and values["taxable"][0].cell.kind == "taxable" else None
    exact = [paise for paise, right in spoken.items() if right]
    words = total.paise if agreed else exact[0] if len(exact) == 1 else None
    part = 0.96 if closing.exact else 0.9
    return Balance(
        _found(total, sure), _found(closing.taxable, part) if closes and taxed else _found(lone, 0.5),
        _found(closing.cgst, part), _found(closing.sgst, part), _found(closing.igst, part), _found(closing.cess, part),
        _found(closing.round_off, part),
        closing.undivided_tax if closes else None, closing.adjustment if closes else None, words, rivals,
    )  # fmt: skip


def _adjusted(total: Value, rival: int, adjustments: Sequence[Value]) -> bool:
    """`Total 5,900.00, less CD 100.00, Net Amount 5,800.00`: the better label stands beside the other sum."""
    return total.cell.kind != "total" and any(
        value.paise and abs(abs(rival - total.paise) - abs(value.paise)) <= _PRINTED_ROUNDING_MAX for value in adjustments
    )


def _sureness(total: Value, closing: _Closing, agreed: bool, rivals: bool, taxed: bool) -> float:
    closes = closing.score > 0
    if closes and agreed:
        return 0.99
    if total.cell.kind != "total" and total.paise % 100 and not agreed:
        return 0.88 if closes and taxed else 0.5  # perhaps the sum before rounding
    if closes and taxed and closing.exact and closing.taxable and closing.taxable.weight > 0.4:
        return 0.97 if total.weight > 0.5 else 0.9
    if agreed:
        return 0.95 if total.weight > 0.5 else 0.85
    if closes:
        return 0.93 if total.weight > 0.5 and taxed else 0.8
    return round(0.8 * min(1.0, total.weight) * (0.6 if rivals else 1.0), 3)


def _found(value: Value | None, sure: float) -> Found[int] | None:
    if value is None or (value.cell.cell is _NOWHERE and value.cell.kind != "words"):
        return None
    box = None if value.cell.cell is _NOWHERE else value.cell.cell.box
    return Found(value.paise, round(sure, 3), box, value.cell.cell.page)
