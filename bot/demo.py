"""The demo: a fresh house, two people, real pictures through real HTTP; then the books and the journal of one turn."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.demo_invoices import samples
from bot.demo_pictures import photograph
from bot.phone import Phone
from config.settings import ROOT
from loyalty.code_search import wa_link

Run = Callable[..., Any]


def conversations(sandbox_url: str, sender: str, run: Run, pictures: Path) -> dict[str, float]:
    """Two people and what they get; measured seconds by name."""
    one, six = _issue(run, 1), _issue(run, 6)
    measured: dict[str, float] = {}
    _sunita(sandbox_url, _photo(one, sender, pictures / "one-label.jpg", 1, 0.12), measured)
    bill = samples(pictures, datetime.now(UTC).date(), 1)["credited"]
    _prakash(sandbox_url, _photo(six, sender, pictures / "six-labels.jpg", 3, 0.3), bill, measured)
    return measured


def _sunita(url: str, label: Path, measured: dict[str, float]) -> None:
    """An electrician whose very first message is a photo of a label; Hindi; four answers, then the points."""
    title("Sunita, an electrician, photographs a label before she has ever written")
    phone = Phone(url, "+919811100001", "Sunita Devi", show)
    phone.photo(label)
    phone.hear(2)
    phone.tap("yes-hi")
    phone.hear()
    phone.text("सुनीता देवी")
    phone.hear()
    phone.tap("electrician")
    phone.hear()
    started = time.monotonic()
    phone.text("४११००१")
    phone.hear(2)
    measured["last answer to points told"] = time.monotonic() - started
    phone.text("मेरे पॉइंट")
    phone.hear()


def _prakash(url: str, labels: Path, bill: Path, measured: dict[str, float]) -> None:
    """A retailer; English; a photo of six labels at an angle, the same photo again, a bill, the balance, a paid redemption."""
    title("Prakash, a retailer, photographs six labels at an angle, twice, then a bill, and takes the money")
    phone = Phone(url, "+919811100002", "Prakash Rao", show)
    phone.text("hello")
    phone.hear()
    phone.tap("yes-en")
    phone.hear()
    phone.tap("yes-name")
    phone.hear()
    phone.tap("retailer")
    phone.hear()
    phone.text("560001")
    phone.hear(2)
    phone.text("Rao Electricals")
    phone.hear()
    started = time.monotonic()
    phone.photo(labels)
    phone.hear(2)
    measured["photo to points told"] = time.monotonic() - started
    phone.hear()  # the photo again, with each code marked
    phone.photo(labels)
    phone.hear(3)
    started = time.monotonic()
    phone.photo(bill)
    phone.hear(2)
    measured["bill to points told"] = time.monotonic() - started
    phone.text("balance")
    phone.hear()
    phone.text("redeem")
    phone.hear()
    phone.text("100")
    phone.hear()
    phone.text("prakash.rao@okaxis")
    phone.hear()
    started = time.monotonic()
    phone.tap("yes")
    phone.hear(2)
    measured["confirmed to money paid"] = time.monotonic() - started


def title(words: str) -> None:
    click.echo("\n" + click.style(words, bold=True))


def show(who: str, message: dict[str, Any]) -> None:
    """One bubble of the transcript."""
    words = message["text"] or ""
    if message["media"]:
        name = message["media"][0]["filename"]
        words = f"[photo {name}] {words}".strip() if name else f"[photo] {words}".strip()
    offered = message["buttons"] or (message["list"] or {"items": []})["items"]
    mark = click.style(f"{who.split()[0]:>8} │ ", fg="green" if who == "saathi" else "cyan")
    for line in words.split("\n") + (["  ".join(f"[{one['title']}]" for one in offered)] if offered else []):
        click.echo(mark + line)


def _issue(run: Run, count: int) -> list[str]:
    sku = run("programme", "show", "--json")["content"]["products"][0]["sku"]
    codes: list[str] = run("coupon", "issue", "--sku", sku, "--count", str(count), "--json")["codes"]
    return codes


def _photo(codes: list[str], sender: str, path: Path, columns: int, tilt: float) -> Path:
    digits = sender.removeprefix("whatsapp:").lstrip("+")
    labels = [(wa_link(digits, code), code) for code in codes]
    return photograph(labels, path, columns=columns, tilt=tilt)


def saathi(*words: str, env: dict[str, str]) -> str:
    """Run our own command line, as anyone would."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"./saathi {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def saathi_json(env: dict[str, str]) -> Run:
    return lambda *words: json.loads(saathi(*words, env=env))
