"""`./saathi flows`: drawn, and golden conversations written down anew."""

from pathlib import Path

import pytest

from bot.cli import flows as flows_cli
from flows.flowbook import BOOK
from tests.cli.shop import CommandLine


def test_flows_are_drawn(saathi: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(flows_cli, "ROOT", tmp_path)
    monkeypatch.setattr(flows_cli, "DRAWN", tmp_path / "docs" / "flows.md")
    (tmp_path / "docs" / "flows").mkdir()
    (tmp_path / "docs" / "flows" / "gone.svg").write_text("a flow that is no more")
    assert saathi("flows", "draw").stdout == f"wrote docs/flows.md and {len(BOOK)} pictures in docs/flows/\n"
    assert {path.stem for path in (tmp_path / "docs" / "flows").glob("*.svg")} == set(BOOK)
    assert "stateDiagram-v2" in (tmp_path / "docs" / "flows.md").read_text()


def test_a_golden_conversation_is_rewritten_and_what_is_none_is_left_alone(saathi: CommandLine, tmp_path: Path) -> None:
    source = Path(__file__).parents[1] / "conversations" / "balance.en.chat"
    good, bad, binary = tmp_path / "good.chat", tmp_path / "bad.chat", tmp_path / "photo.chat"
    good.write_text(source.read_text(encoding="utf-8").replace("\n< ", "\n< not.this "), encoding="utf-8")
    assert saathi("flows", "rewrite", good).exit_code == 0
    assert good.read_text(encoding="utf-8") == source.read_text(encoding="utf-8")
    for path, words in ((bad, b"what is this\n"), (binary, b"\xff\xfe\x00")):
        path.write_bytes(words)
        assert str(path) in saathi.refusal("flows", "rewrite", path)
        assert path.read_bytes() == words
    saathi.misuse("flows", "rewrite", tmp_path / "none.chat")
    saathi.misuse("flows", "rewrite")
