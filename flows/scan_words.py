"""What is said about a picture that was read and about codes that were claimed: a text for each thing that differs."""

from __future__ import annotations

from flows.effects import Line, Say, Value
from flows.events import CodeResult, CodesClaimed, PhotoRead

LINES_MAX = 12  # a message stays readable, and well under WhatsApp's limit

# outcome of a code -> what its text names besides the code and the points, and cannot name when it is not known;
# each has a text scan.<outcome>, a line scan.line.<outcome> and, where something may be missing, both with _bare
NEEDS: dict[str, tuple[str, ...]] = {
    "credited": ("product",),
    "already_yours": ("on",),
    "claimed_by_other": (),
    "not_active": (),
    "expired": ("on",),
    "void": (),
    "other_programme": (),
    "typo": (),
    "budget_spent": (),
    "over_limit": (),
}
PROBLEMS = (
    "pdf",
    "not_an_invoice",
    "not_an_image",
    "truncated",
    "too_large",
    "too_many_pixels",
    "not_available",
    "unsupported",
    "aadhaar",
)
HINTS = ("too_small", "too_far", "blurred", "dark", "glare", "cut_edges")  # the first that applies is told


def about_photo(read: PhotoRead) -> Say:
    """Why a picture brought no code, and what to do about it."""
    if read.problem in PROBLEMS:
        return Say(f"scan.photo.{read.problem}")
    if read.foreign:
        return Say("scan.photo.foreign")
    hint = next((hint for hint in HINTS if hint in read.hints), None)
    return Say(f"scan.photo.{hint}" if hint else "scan.photo.no_code")


def about_claimed(claimed: CodesClaimed) -> tuple[Say, ...]:
    """What came of the codes, and that no more are taken for a while where too many were wrong."""
    if not claimed.locked_at:
        return (about_results(claimed),)
    locked = Say("limit.codes", {"until_at": claimed.locked_at})
    return (about_results(claimed), locked) if claimed.results else (locked,)


def about_results(claimed: CodesClaimed) -> Say:
    """One code has its own words; several share a summary with a line each."""
    if not claimed.results:
        return Say("scan.photo.no_code")
    if len(claimed.results) == 1:
        return _single(claimed.results[0], claimed.available)
    credited = [result for result in claimed.results if result.outcome == "credited"]
    shown = claimed.results if len(claimed.results) <= LINES_MAX else claimed.results[: LINES_MAX - 1]
    lines = [Line(f"scan.line.{_variant(result)}", _values(result)) for result in shown]
    if hidden := len(claimed.results) - len(shown):
        lines.append(Line("scan.line.more", {"count": hidden}))
    if not credited:
        return Say("scan.summary_none", {"available": claimed.available}, tuple(lines))
    points = sum(result.points for result in credited)
    return Say("scan.summary", {"points": points, "available": claimed.available}, tuple(lines))


def _single(result: CodeResult, available: int) -> Say:
    return Say(f"scan.{_variant(result)}", {**_values(result), "available": available})


def _variant(result: CodeResult) -> str:
    """The text of a result; a shorter one where its date or product is not known: a text never has a hole in it."""
    outcome = result.outcome if result.outcome in NEEDS else "void"
    missing = any(not getattr(result, need) for need in NEEDS[outcome])
    return f"{outcome}_bare" if missing else outcome


def _values(result: CodeResult) -> dict[str, Value]:
    values: dict[str, Value] = {"code": result.code}
    if result.outcome == "credited":
        values["points"] = result.points
    named = {need: getattr(result, need) for need in NEEDS.get(result.outcome, ()) if getattr(result, need)}
    return {**values, **named}
