"""Rules of the house that a reader relies on: short files, short functions, layers, purity, time only from the clock."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from flows.kernel import Effect
from handlers.registry import HANDLERS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "flows", "handlers", "ocr", "ledger", "payouts", "loyalty", "whatsapp", "journal", "base", "sandbox", "config",
         "migrations", "console", "campaigns")  # fmt: skip
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
PURE = ("flows", "payouts/lifecycle.py", "payouts/schedule.py", "payouts/destination.py", "payouts/approval.py",
        "payouts/modes.py", "payouts/differences.py", "payouts/names.py", "payouts/tax.py", "ledger/moves.py", "base/pan.py",
        "base/permissions.py",
        "ledger/merkle.py", "ledger/canonical.py", "ledger/postings.py",
        "loyalty/earn.py", "loyalty/codes.py",
        "loyalty/reading.py", "loyalty/eligible.py", "loyalty/claim_rules.py", "loyalty/witness.py", "ocr/likeness.py",
        "ocr/invoice.py", "ocr/checks.py", "ocr/decide.py", "ocr/merge.py", "ocr/rows.py", "ocr/flatten.py", "ocr/fields",
        "ocr/gstin.py", "ocr/amounts.py", "ocr/jws.py",
        "loyalty/code_search.py", "whatsapp/window.py", "whatsapp/inbound.py", "ocr/kinds.py",
        "journal/drift.py", "journal/masked.py", "journal/replay_keys.py", "journal/replay_view.py", "journal/why.py",
        "journal/verify.py", "base/udyam.py", "loyalty/kyc_rules.py", "ocr/pan_card.py", "ocr/aadhaar_card.py",
        "campaigns/reasons.py", "campaigns/stored.py", "campaigns/attention.py", "campaigns/decide.py",
        "bot/data_file.py", "campaigns/spec.py", "campaigns/file.py", "campaigns/file_words.py",
        "campaigns/toml_table.py", "campaigns/pace.py", "campaigns/assign.py", "campaigns/condition.py",
        "campaigns/condition_sql.py", "campaigns/expression.py", "campaigns/field_table.py",
        "campaigns/field_words.py", "campaigns/token_reader.py", "campaigns/tokens.py",
        "campaigns/sheet.py", "campaigns/price.py")  # fmt: skip
NOT_PURE = {"flask", "sqlalchemy", "psycopg", "redis", "rq", "requests", "httpx", "time", "random", "uuid", "os", "logging",
            "threading", "secrets", "socket", "subprocess", "structlog"}  # fmt: skip
CLOCK_OF_THE_DATABASE = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid|uuid_generate_v4)\s*\(\s*\)"
    r"|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b|'now'", re.IGNORECASE,
)  # fmt: skip
SQL_WORD = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DEFAULT)\b")


def sources(*suffixes: str, tests: bool = False) -> Iterator[Path]:
    for room in (*ROOMS, "tests") if tests else ROOMS:
        yield from (p for p in sorted((ROOT / room).rglob("*")) if p.suffix in suffixes and "__pycache__" not in p.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    lengths = {name_of(p): len(p.read_text().splitlines()) for p in sources(".py", ".sql", tests=True)}
    long = {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX}
    assert long == {}


def test_no_function_is_longer_than_seventy_lines() -> None:
    long = {}
    for path in sources(".py", tests=True):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    long[f"{name_of(path)}:{node.name}"] = lines
    assert long == {}


def test_init_files_hold_words_and_no_code() -> None:
    for path in sources(".py"):
        if path.name == "__init__.py":
            body = tree_of(path).body
            assert len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant), name_of(path)


def test_every_module_says_what_it_is_for() -> None:
    silent = [name_of(p) for p in sources(".py") if not ast.get_docstring(tree_of(p))]
    assert silent == []


def test_the_layers_hold() -> None:
    lint = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert lint.returncode == 0, lint.stdout[-3_000:] + lint.stderr[-1_000:]


def test_pure_modules_import_nothing_of_the_world() -> None:
    found = []
    for place in PURE:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found += [f"{name_of(file)}: {name}" for name in imported(tree_of(file)) if name.partition(".")[0] in NOT_PURE]
    assert found == []


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_only_the_wiring_and_command_lines_read_the_settings() -> None:
    roots = r"wiring|preflight|up|own_root|keys|doctor_inside|demo\w*|seed|local\w*|supervis\w*"
    compose = rf"bot/bench/|bot/({roots})\.py|bot/cli/|bot/__main__\.py|ocr/__main__\.py"
    allowed = re.compile(compose + "|config/")
    found = []
    for path in sources(".py"):
        if any(name.partition(".")[0] == "config" for name in imported(tree_of(path))) and not allowed.match(name_of(path)):
            found.append(name_of(path))
    assert found == []


def test_the_sandbox_knows_no_other_room() -> None:
    rooms = set(ROOMS) - {"sandbox"}
    found = [
        f"{name_of(p)}: {name}"
        for p in sources(".py") if name_of(p).startswith("sandbox/")
        for name in imported(tree_of(p)) if name.partition(".")[0] in rooms
    ]  # fmt: skip
    assert found == []


def test_time_and_chance_never_come_from_the_database() -> None:
    """A default or a call in SQL would be a second clock, which the tests and the development dial cannot move."""
    found = []
    for path in sources(".py", ".sql"):
        for number, words in sql_in(path):
            if match := CLOCK_OF_THE_DATABASE.search(words):
                found.append(f"{name_of(path)}:{number}: {match[0]}")
    assert found == []


def sql_in(path: Path) -> Iterator[tuple[int, str]]:
    if path.suffix == ".sql":
        yield from enumerate((line.partition("--")[0] for line in path.read_text().splitlines()), start=1)
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_WORD.search(node.value):
            words = "\n".join(line.partition("--")[0] for line in node.value.splitlines())
            if "\n" in words.strip() or " FROM " in words or "VALUES" in words:
                yield node.lineno, words


def test_every_effect_has_a_handler_and_no_handler_is_for_nothing() -> None:
    from flows.codec import kinds

    declared = {kind for kind in kinds().values() if issubclass(kind, Effect)}
    assert set(HANDLERS) == declared


def test_nothing_is_left_to_be_done_or_swallowed() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|raise NotImplemented\b")
    found = []
    for path in sources(".py"):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if unfinished.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()}")
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler) and broad(node) and all(isinstance(s, ast.Pass) for s in node.body):
                found.append(f"{name_of(path)}:{node.lineno}: swallows everything")
    assert found == []


def broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException"))


def test_every_ignored_fault_says_why() -> None:
    """Of the type checker and of the linter, in our code and in the tests."""
    found, ignored = [], re.compile(r"# (?:type: ignore|noqa)\b")
    why = re.compile(r"# (?:type: ignore\[[\w, -]+\]|noqa: [A-Z0-9, ]+)  # \w")
    for path in sources(".py", tests=True):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if ignored.search(line) and not why.search(line):
                found.append(f"{name_of(path)}:{number}")
    assert found == []


def test_migrations_ask_for_no_extension_and_nothing_newer_than_postgres_15() -> None:
    newer = re.compile(r"CREATE EXTENSION|\bMERGE\b.*RETURNING|JSON_TABLE|uuidv7\(|ANY_VALUE|VIRTUAL\b", re.IGNORECASE)
    for path in (ROOT / "migrations").rglob("*"):
        if path.suffix in (".py", ".sql"):
            assert not newer.search(path.read_text()), name_of(path)


@pytest.mark.parametrize("package", ["flows", "ledger", "loyalty", "payouts", "whatsapp", "journal", "base"])
def test_the_strict_packages_are_among_those_that_mypy_checks(package: str) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    assert settings["strict"] is True and package in settings["packages"]


def test_tables_for_spreadsheets_are_written_in_one_place() -> None:
    """A cell that begins like a formula is made text there, and nowhere else is a table written."""
    found = [name_of(path) for path in sources(".py") if "csv" in set(imported(tree_of(path)))]
    assert found == ["base/csv_safe.py", "campaigns/sheet.py"]
    assert "riter" not in (ROOT / "campaigns/sheet.py").read_text()  # it reads tables
