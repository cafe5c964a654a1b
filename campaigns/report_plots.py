"""The report's plots, each an <svg> to stand inside a page: no script, no font and no address of elsewhere.

Heavy (matplotlib): not for the web process.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping, Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from campaigns.experiment import Comparison
from campaigns.experiment_words import called
from campaigns.report import Figures

COLOURS = ("#1b6e53", "#d9822b", "#3d5a98", "#a23b5f", "#7a6c00", "#5b5b5b")
STEPS = (("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("replied", "replied"), ("clicked", "clicked"),
         ("converted", "converted"))  # fmt: skip
_PROLOGUE = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)


def funnel(arms: Mapping[str, Figures]) -> str:
    """How far the messages came, of 100 whom they were meant for, arm by arm."""

    def draw(axes: Axes) -> None:
        width = 0.8 / max(1, len(arms))
        for at, (name, figures) in enumerate(arms.items()):
            heights = [100 * getattr(figures, step) / figures.people if figures.people else 0 for step, _ in STEPS]
            places = [place + (at - (len(arms) - 1) / 2) * width for place in range(len(STEPS))]
            bars = axes.bar(places, heights, width * 0.92, color=COLOURS[at % len(COLOURS)], label=_plain(called(name)))
            axes.bar_label(bars, [f"{height:.0f}" for height in heights], fontsize=8, padding=1)
        axes.set_xticks(range(len(STEPS)), [words for _, words in STEPS])
        axes.set_ylabel("of 100 people")
        axes.set_ylim(0, 110)

    return _svg("How far the messages came", draw, legend=len(arms) > 1, salt="funnel")


def differences(comparisons: Sequence[Comparison]) -> str:
    """What was seen and where the truth lies, one line a comparison; left of the line of nought: fewer. Empty without any."""
    drawn = [(one, one.decides) for one in comparisons if one.decides is not None]
    if not drawn:
        return ""

    def draw(axes: Axes) -> None:
        for at, (_, found) in enumerate(reversed(drawn)):
            colour = COLOURS[0] if found.low > 0 else COLOURS[3] if found.high < 0 else COLOURS[5]
            axes.plot([100 * found.low, 100 * found.high], [at, at], color=colour, linewidth=3, solid_capstyle="butt")
            axes.plot([100 * found.value], [at], "o", color=colour, markersize=7)
        axes.axvline(0, color="#222", linewidth=1)
        axes.set_yticks(range(len(drawn)), [f"{called(o.arm)} and {called(o.against)}" for o, _ in reversed(drawn)])
        for label in axes.get_yticklabels():
            label.set_parse_math(False)
        axes.set_ylim(-0.6, len(drawn) - 0.4)
        axes.set_xlabel("more (or fewer, left) of 100 people")

    return _svg("Seen (the dot), and where the truth lies", draw, salt="differences",
                height=1.4 + 0.45 * len(drawn))  # fmt: skip


def rising(by_day: Mapping[str | None, Sequence[int]], people: Mapping[str | None, int]) -> str:
    """How many of 100 had done it by which day after their turn. Empty without a goal."""
    if not by_day:
        return ""

    def draw(axes: Axes) -> None:
        for at, (arm, days) in enumerate(by_day.items()):
            everybody = people.get(arm, 0)
            heights = [0.0, *(100 * count / everybody if everybody else 0.0 for count in days)]
            colour = COLOURS[5] if arm is None else COLOURS[at % (len(COLOURS) - 1)]
            style = "--" if arm is None else "-"
            axes.plot(range(len(heights)), heights, style, color=colour, label=_plain(called(arm)), marker="o", markersize=3)
        axes.set_xlabel("days after their turn")
        axes.set_ylabel("of 100 people, who converted")
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)

    return _svg("When they did it", draw, legend=True, salt="rising")


def _plain(words: str) -> str:
    """matplotlib leaves what begins with an underscore out of a legend."""
    return words if not words.startswith("_") else f" {words}"


def _svg(title: str, draw: Callable[[Axes], None], *, salt: str, legend: bool = False, height: float = 3.2) -> str:
    """The same letters for the same figures: ids come from `salt`, and no date stands in it."""
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": salt, "font.family": "sans-serif"}), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # letters that our font lacks: the reader's browser has them
        figure = Figure(figsize=(7.6, height), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        draw(axes)
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
        axes.spines[["top", "right"]].set_visible(False)
        if legend:
            for text in axes.legend(frameon=False, fontsize=9).get_texts():
                text.set_parse_math(False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _PROLOGUE.sub("", out.getvalue()).strip()
