"""What a reading is worth: each field against the truth of a manifest, rates with their Wilson intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import sqrt
from typing import Any

FOUR = ("seller_gstin", "invoice_number", "invoice_date", "total_paise")
MORE = ("buyer_gstin", "seller_name", "taxable_paise", "cgst_paise", "sgst_utgst_paise", "igst_paise", "irn")
_AMOUNTS = {
    "total": "total_paise", "amount": "total_paise", "taxable": "taxable_paise", "amount_untaxed": "taxable_paise",
    "cgst": "cgst_paise", "sgst_utgst": "sgst_utgst_paise", "igst": "igst_paise",
}  # fmt: skip
_WORDS = {
    "invoice_number": "invoice_number", "invoice_date": "invoice_date", "date": "invoice_date", "irn": "irn",
    "seller_gstin": "seller_gstin", "buyer_gstin": "buyer_gstin", "seller_name": "seller_name", "issuer": "seller_name",
}  # fmt: skip
Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `of`, and the Wilson interval in which the true rate lies with 95 %."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.of:
            return None
        p, n = self.hits / self.of, self.of
        middle, width = p + Z * Z / (2 * n), Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return (max(0.0, (middle - width) / (1 + Z * Z / n)), min(1.0, (middle + width) / (1 + Z * Z / n)))

    def as_json(self) -> dict[str, Any]:
        share, between = self.share, self.interval
        return {
            "hits": self.hits, "of": self.of, "share": None if share is None else round(share, 4),
            "wilson": None if between is None else [round(end, 4) for end in between],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scored:
    """One file: which fields were right, read from a record of `python -m ocr`. `truth` empty: nothing to compare."""

    file: str
    truth: Mapping[str, Any]
    right: Mapping[str, bool]
    record: Mapping[str, Any]

    @property
    def has_four(self) -> bool:
        return all(name in self.right for name in FOUR)

    @property
    def four_right(self) -> bool:
        return all(self.right[name] for name in FOUR if name in self.right)

    @property
    def auto(self) -> bool:
        return bool(self.record["decision"] == "auto")


def score(item: Mapping[str, Any], record: Mapping[str, Any]) -> Scored:
    """Compare a record with the item of a manifest. What the item calls `hidden` (under a thumb) may be read as nothing."""
    truth = truth_of(item)
    if "codes" in truth:
        texts = [code["text"] for code in record["codes"]]
        return Scored(item["file"], truth, {"codes": set(truth["codes"]) == set(texts)}, record)
    fields = dict(record["fields"])
    state_tax = [fields.get("sgst_paise"), fields.get("utgst_paise")]
    fields["sgst_utgst_paise"] = next((tax for tax in state_tax if tax), None if state_tax == [None, None] else 0)
    unseen = {_AMOUNTS.get(name) or _WORDS.get(name) for name in item.get("hidden", ())}
    right = {
        name: _plain(fields.get(name)) == _plain(value) or (name in unseen and fields.get(name) is None)
        for name, value in truth.items()
    }
    return Scored(item["file"], truth, right, record)


def truth_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The truth by our names, amounts in paise; `codes` where it is the text of QR codes. Unknown fields are left out."""
    given = item.get("ground_truth")
    if isinstance(given, str):
        return {"codes": [given]}
    if isinstance(given, dict) and "texts" in given:
        return {"codes": given["texts"]}
    if isinstance(given, list):
        given = given[0] if given and isinstance(given[0], dict) else None
    if not isinstance(given, dict):
        return {}
    found: dict[str, Any] = {ours: given[name] for name, ours in _WORDS.items() if given.get(name) is not None}
    for name, ours in _AMOUNTS.items():
        if given.get(name) is not None:
            found[ours] = _paise(given[name])
    zero_taxes = ("cgst_paise", "sgst_utgst_paise", "igst_paise")
    return {name: value for name, value in found.items() if not (name in zero_taxes and value == 0)}


def summary(scored: Sequence[Scored]) -> dict[str, Any]:
    """Rates over all files that have a truth; files without one are named."""
    known = [one for one in scored if one.truth]
    papers = [one for one in known if "codes" not in one.truth]
    whole = [one for one in papers if one.has_four]
    auto = [one for one in papers if one.auto]
    ms = sorted(one.record["ms"] for one in scored)
    return {
        "files": len(scored), "without_truth": [one.file for one in scored if not one.truth],
        "auto_without_truth": [one.file for one in scored if not one.truth and one.auto],
        "fields": {name: _rate(known, name).as_json() for name in ("codes", *FOUR, *MORE) if _rate(known, name).of},
        "all_four": Rate(sum(one.four_right for one in whole), len(whole)).as_json(),
        "auto": Rate(len(auto), len(papers)).as_json(),
        "wrong_among_auto": Rate(sum(not one.four_right for one in auto), len(auto)).as_json(),
        "decisions": _counted(str(one.record["decision"]) for one in scored),
        "ms": {"median": ms[len(ms) // 2] if ms else None, "p95": ms[min(int(len(ms) * 0.95), len(ms) - 1)] if ms else None},
    }  # fmt: skip


def _rate(scored: Sequence[Scored], name: str) -> Rate:
    asked = [one.right[name] for one in scored if name in one.right]
    return Rate(sum(asked), len(asked))


def _counted(words: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items()))


def _plain(value: Any) -> Any:
    """Upper case and blanks do not count as differences."""
    return "".join(value.upper().split()) if isinstance(value, str) else value


def _paise(rupees: Any) -> int | None:
    try:
        return int((Decimal(str(rupees)) * 100).to_integral_value())
    except InvalidOperation:
        return None
