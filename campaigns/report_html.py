"""The report as one HTML page that asks nothing of anybody: styles and plots stand inside, and no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from base.days import in_india
from base.money import grouped, rupees
from campaigns import conversions, reasons
from campaigns.experiment import Comparison, Verdict
from campaigns.experiment_intervals import Interval
from campaigns.experiment_words import DID, called
from campaigns.report import OPT_OUT_WITHIN, REPLY_WITHIN, Figures, Report
from campaigns.report_plots import differences, funnel, rising

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1c1c1c;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}.when{color:#666;margin:.2rem 0 1rem}
.verdict{background:#f2f5f3;border-left:5px solid #1b6e53;padding:.8rem 1rem;font-size:1.05rem}
.uneven,.harms{border-color:#a23b5f;background:#f9f1f4}.too_early,.too_few,.nobody{border-color:#d9822b;background:#fbf5ee}
table{border-collapse:collapse;font-size:.85rem}td,th{padding:.25rem .55rem;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child{text-align:left}.wide{overflow-x:auto}svg{max-width:100%;height:auto}.note{color:#555;font-size:.85rem}
"""
_COLUMNS = (
    ("people", "people"), ("waiting", "waiting"), ("dropped", "not sent"), ("sent", "sent"), ("delivered", "delivered"),
    ("read", "read"), ("failed", "failed"), ("replied", "replied"), ("clicked", "clicked"), ("converted", "converted"),
    ("opted_out", "opted out"),
)  # fmt: skip
_HEADS = {"role": "By role", "locale": "By language", "state": "By state"}


def page(report: Report, verdict: Verdict | None) -> str:
    """The whole page. Names and whatever else people wrote are escaped."""
    campaign = report.row.campaign
    parts = [
        f"<h1>{escape(campaign.name)}</h1>",
        f'<p class="when">{escape(campaign.id)} · {escape(report.row.state)} · as of'
        f" {in_india(report.at)} · {escape(campaign.category)}</p>",
        _verdict(verdict), _table("By message", _groups(report)), funnel(report.arms), *_caused(report, verdict),
        *(_table(_HEADS[by], [(which or "not known", one) for which, one in groups.items()])
          for by, groups in report.segments.items() if groups),
        _counts("Left out, and why", [(reasons.words(why) if why in reasons.REASONS else why, n)
                                      for why, n in report.left_out.items()]),
        _counts("Failed, by code", list(report.total.failed_by_code.items())),
        _counts("Never sent, and why", list(report.total.dropped_by_reason.items())), _notes(report),
    ]  # fmt: skip
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"'
        f' content="{_POLICY}"><meta name="viewport" content="width=device-width"><title>{escape(campaign.name)}</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(part for part in parts if part) + "\n</body></html>\n"
    )


def _verdict(verdict: Verdict | None) -> str:
    words = verdict.words if verdict else "This campaign has no goal, so nobody can say what it caused."
    return f'<p class="verdict {verdict.status if verdict else ""}">{escape(words)}</p>'


def _groups(report: Report) -> list[tuple[str, Figures]]:
    shown = [("all", report.total), *((called(name), one) for name, one in report.arms.items())]
    return [*shown, ("held out, got nothing", report.held_out)] if report.held_out.people else shown


def _table(title: str, groups: Sequence[tuple[str, Figures]]) -> str:
    rows = [
        [escape(which), *(grouped(getattr(one, name)) for name, _ in _COLUMNS), rupees(one.cost_paise), rupees(one.value_paise)]
        for which, one in groups
    ]
    return _html_table(title, ["", *(head for _, head in _COLUMNS), "cost", "value"], rows)


def _counts(title: str, counts: Sequence[tuple[str, int]]) -> str:
    return _html_table(title, ["", "people"], [[escape(what), grouped(count)] for what, count in counts]) if counts else ""


def _html_table(title: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f"<th>{one}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<h2>{title}</h2><div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _caused(report: Report, verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return []
    turns: dict[str | None, int] = {None: report.held_out.people}  # as by_day counts, a member with a trigger having several
    turns |= {name: one.people for name, one in report.arms.items()}
    rows = [_comparison(one) for one in verdict.comparisons]
    heads = ("", "seen, of 100", "95 % interval", "holds at every look (99 %)", "with the past taken out", "rupees a head")
    return [
        _html_table("What it caused", heads, rows) if rows else "",
        differences(verdict.comparisons), rising(report.by_day, turns),
    ]  # fmt: skip


def _comparison(one: Comparison) -> list[str]:
    seen = f"{100 * one.difference.value:+.2f}" if one.difference else "–"
    paise = one.paise_a_head
    money = f"{rupees(round(paise.value))} ({rupees(round(paise.low))} to {rupees(round(paise.high))})" if paise else "–"
    return [f"{escape(called(one.arm))} and {escape(called(one.against))}", seen, _range(one.difference), _range(one.early),
            _range(one.adjusted), money]  # fmt: skip


def _range(found: Interval | None) -> str:
    return f"{100 * found.low:+.2f} to {100 * found.high:+.2f}" if found else "–"


def _notes(report: Report) -> str:
    goal = report.row.campaign.goal
    notes = [
        "People are turns: with a trigger somebody can have several. Sent are also those that failed, and those of which"
        " WhatsApp has not said yet what became of them; who has read has been delivered to as well.",
        f"Replied: wrote within {REPLY_WITHIN.days * 24} hours. Opted out: within {OPT_OUT_WITHIN.days} days. Cost: at"
        " the price in the file, marketing always, a utility message only outside the 24 hours from the member's last one.",
    ]
    if goal:
        value = conversions.VALUES.get(goal.event)
        notes.append(
            f"Converted: {DID[goal.event]} within {goal.within_days} days of their turn; those held out count the same."
            + (f" Value: {value}." if value else "")
        )
    return "".join(f'<p class="note">{escape(note)}</p>' for note in notes)
