"""Reading a programme file (TOML): a Programme, or every fault in it at once, each with its path and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from base import toml_file
from base.gstin import normal_gstin
from base.toml_file import NotToml
from loyalty.kyc_rules import Kyc, KycRule
from loyalty.kyc_rules import faults as kyc_faults
from loyalty.products import Part, Product, normalised
from loyalty.programme import Distributor, Invoices, Limits, Messages, Notice, Privacy, Programme, Redeem

FILE_BYTES_MAX = 4_000_000
FAULTS_MAX = 50  # beyond that the file is something else; the rest is counted
PAYOUT_PAISE_LEAST = 100  # one rupee: RazorpayX pays no less
PAYOUT_PAISE_MOST = 1_00_000_00  # one lakh rupees: UPI carries no more at a time

_MESSAGES = {
    "missing": "is missing",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "mapping_type": "must be a table",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must have at most {max_length} characters",
    "literal_error": "must be {expected}",
    "too_short": "must have at least {min_length} of them",
    "too_long": "must have at most {max_length} of them",
}
_SHAPES = {  # what a pattern means, by the name of the field
    "id": "must be 2 to 32 small letters, digits or dashes, beginning with a letter",
    "sku": "must be 1 to 40 capitals, digits, dots, dashes or underscores",
    "hsn": "must be 4, 6 or 8 digits in quotes",
    "category": "must be small letters, digits or dashes",
    "links": "must be an https:// address",
    "locales": "must be a language such as en or hi",
    "names": "must be a language such as en or hi",
}
_TABLES: Mapping[int | str, type[Part]] = {
    "products": Product,
    "distributors": Distributor,
    "redeem": Redeem,
    "invoices": Invoices,
    "limits": Limits,
    "notice": Notice,
    "kyc": Kyc,
    "rules": KycRule,
    "privacy": Privacy,
    "messages": Messages,
}


class BadProgramme(ValueError):
    """The file cannot be used. `faults`: one line each, `path: what is wrong`."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def parse_programme(data: bytes) -> Programme:
    """The programme in a file's bytes. Raises BadProgramme, naming every fault at once."""
    raw = _toml(data)
    faults: list[str] = []
    programme = None
    try:
        programme = Programme.model_validate(raw)
    except ValidationError as wrong:
        faults += [_fault(error) for error in wrong.errors(include_url=False)]
    # Looked for in the raw tables, so that a slip in one product does not hide a doubled SKU in another.
    faults += [fault for look in (_duplicates, _languages, _amounts, _redeeming, _knowing, _messaging) for fault in look(raw)]
    if programme is None or faults:
        more = len(faults) - FAULTS_MAX
        raise BadProgramme(faults[:FAULTS_MAX] + ([f"and {more} more faults"] if more > 0 else []))
    return programme


# --- inside ---------------------------------------------------------------------------------------------------------


def _toml(data: bytes) -> dict[str, Any]:
    try:
        return toml_file.tables(data, FILE_BYTES_MAX, "a programme file")
    except NotToml as fault:
        raise BadProgramme([str(fault)]) from fault


def _fault(error: ErrorDetails) -> str:
    path, kind, found = error["loc"], error["type"], error["input"]
    key_of = path[-1] == "[key]"  # pydantic's way to say that a table's key is wrong, not its value
    field = next((str(part) for part in reversed(path) if isinstance(part, str) and part in _SHAPES), "")
    if kind == "extra_forbidden":
        return f"{_path(path)}: is not known here{_meant(path)}"
    if kind == "string_pattern_mismatch":
        message = _SHAPES.get("locales" if key_of else field, "has the wrong shape")
    elif kind == "value_error":
        message = str(error.get("ctx", {}).get("error", error["msg"]))
    else:
        message = _MESSAGES[kind].format_map(error.get("ctx", {})) if kind in _MESSAGES else error["msg"]
    shown = "" if kind in ("missing", "too_short", "too_long") else f" (found {_short(found)})"
    return f"{_path(path[:-1] if key_of else path)}: {message}{shown}"


def _path(parts: tuple[int | str, ...]) -> str:
    """`products[2].names.hi`, counting from 1 as people do."""
    path = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in parts)
    return path.removeprefix(".") or "the file"


def _short(value: object) -> str:
    shown = "a list" if isinstance(value, list) else "a table" if isinstance(value, dict) else repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "…"


def _meant(path: tuple[int | str, ...]) -> str:
    table = next((_TABLES[part] for part in reversed(path[:-1]) if part in _TABLES), Programme)
    near = get_close_matches(str(path[-1]), table.model_fields, n=1)
    return f"; did you mean {near[0]}?" if near else ": remove it"


def _tables(raw: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = raw.get(name)
    for number, row in enumerate(rows if isinstance(rows, list) else [], start=1):
        if isinstance(row, dict):
            yield f"{name}[{number}]", row


def _duplicates(raw: Mapping[str, Any]) -> Iterator[str]:
    """SKUs, words that name two products, GSTINs and locales that stand twice."""
    words: dict[str, str] = {}
    skus: dict[str, str] = {}
    for path, row in _tables(raw, "products"):
        sku = row.get("sku")
        if isinstance(sku, str) and (first := skus.setdefault(sku, path)) != path:
            yield f"{path}.sku: {_short(sku)} stands at {first} already"
            continue
        for where, word in _words(row):
            if (first := words.setdefault(normalised(word), path)) != path:
                yield f"{path}.{where}: {_short(word)} names {first} already"
    gstins: dict[str, str] = {}
    for path, row in _tables(raw, "distributors"):
        number = normal_gstin(row["gstin"]) if isinstance(row.get("gstin"), str) else None
        if number and (first := gstins.setdefault(number, path)) != path:
            yield f"{path}.gstin: {number} stands at {first} already"
    locales = raw.get("locales")
    if isinstance(locales, list) and any(locales.count(locale) > 1 for locale in locales):
        yield "locales: the same language stands twice"


def _words(product: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names, aliases = product.get("names"), product.get("aliases")
    places = [("sku", product.get("sku"))]
    places += [(f"names.{locale}", name) for locale, name in names.items()] if isinstance(names, dict) else []
    places += [(f"aliases[{n}]", a) for n, a in enumerate(aliases, start=1)] if isinstance(aliases, list) else []
    return ((where, word) for where, word in places if isinstance(word, str) and normalised(word))


def _languages(raw: Mapping[str, Any]) -> Iterator[str]:
    """Names and notice links in every language of the programme, and in no other."""
    locales = raw.get("locales")
    if not isinstance(locales, list) or not all(isinstance(locale, str) for locale in locales):
        return
    notice = raw.get("notice")
    spoken = [(f"{path}.names", row.get("names")) for path, row in _tables(raw, "products")]
    spoken += [("notice.links", notice.get("links"))] if isinstance(notice, dict) else []
    for path, table in spoken:
        if isinstance(table, dict):
            yield from (f"{path}.{name}: is missing, and locales names it" for name in locales if name not in table)
            yield from (f"{path}.{name}: locales does not name this language" for name in table if name not in locales)


def _amounts(raw: Mapping[str, Any]) -> Iterator[str]:
    """What one redemption pays must be something that a UPI payout can carry."""
    redeem = raw.get("redeem")
    limits = (redeem.get("least_points"), redeem.get("most_points")) if isinstance(redeem, dict) else ()
    numbers = (raw.get("paise_per_point"), *limits)
    if len(numbers) != 3 or not all(type(number) is int for number in numbers):
        return
    paise, least, most = numbers
    if least > most:
        yield f"redeem.least_points: {least} is more than most_points, {most}"
    if 0 < paise * least < PAYOUT_PAISE_LEAST:
        yield f"redeem.least_points: {least} points are less than 1 rupee, the least a payout can be"
    if paise * most > PAYOUT_PAISE_MOST:
        yield f"redeem.most_points: {most} points are more than 1,00,000 rupees, the most that UPI carries at once"


def _knowing(raw: Mapping[str, Any]) -> Iterator[str]:
    """Whom the programme must know, said twice or beside itself."""
    return iter(tuple(kyc_faults(raw.get("kyc"))))


def _redeeming(raw: Mapping[str, Any]) -> Iterator[str]:
    """Limits that no redemption could keep to, and a PIN that nobody would be asked for."""
    redeem = raw.get("redeem")
    if not isinstance(redeem, dict):
        return
    least, day, month = (redeem.get(name) for name in ("least_points", "most_points_per_day", "most_points_per_month"))
    for name, most in (("most_points_per_day", day), ("most_points_per_month", month)):
        if type(least) is int and type(most) is int and most < least:
            yield f"redeem.{name}: {most} is less than least_points, {least}: nobody could redeem"
    if type(day) is int and type(month) is int and month < day:
        yield f"redeem.most_points_per_month: {month} is less than most_points_per_day, {day}"
    promised, approved = redeem.get("promise_minutes", 120), redeem.get("promise_approved_minutes")
    if type(promised) is int and type(approved) is int and approved < promised:
        yield f"redeem.promise_approved_minutes: {approved} is less than promise_minutes, {promised}: a person takes longer"
    above = redeem.get("pin_above_paise")
    if redeem.get("pin") == "above" and above is None:
        yield "redeem.pin_above_paise: is missing, and pin says above"
    if redeem.get("pin") in ("always", "off", None) and above is not None:
        yield 'redeem.pin_above_paise: counts only with pin = "above"'


def _messaging(raw: Mapping[str, Any]) -> Iterator[str]:
    """More kept for some than there is: then the others could never send."""
    messages = raw.get("messages")
    if not isinstance(messages, dict):
        return
    parts = (("per_week", 3), ("keep_for_high", 1), ("keep_for_normal", 1))
    most, high, normal = (messages.get(name, default) for name, default in parts)
    if all(type(number) is int for number in (most, high, normal)) and high + normal >= most:
        yield f"messages.per_week: {most} leaves nothing to campaigns of low priority: keep less for the others"
