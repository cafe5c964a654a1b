"""docs/contract.md as data: the example under each heading, and what is said of each field."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "contract.md"
ANY = "of any shape"
_SECTION = re.compile(r"^### (.+?)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\| (`.+?) \| (.+?) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Promise:
    """`meanings`: field to what is said of it; several fields may share a line."""

    title: str
    words: str
    meanings: dict[str, str]

    def example(self) -> Any:
        found = re.search(r"^```json\n(.*?)^```", self.words, re.MULTILINE | re.DOTALL)
        return json.loads(found[1]) if found else None

    def differences(self, printed: Any) -> list[str]:
        """Where `printed` is not what was promised: a key too many or too few, another type, a null nobody spoke of."""
        return list(self._differ(self.example(), printed, "", ""))

    def unexplained(self) -> set[str]:
        """Keys of the example of which nothing is said."""
        return {key for key in self._keys(self.example()) if key not in self.meanings and f"`{key}`" not in self.words}

    def _keys(self, value: Any) -> set[str]:
        if isinstance(value, list):
            return {key for inner in value for key in self._keys(inner)}
        if not isinstance(value, dict):
            return set()
        within = [inner for key, inner in value.items() if not {"keys vary", ANY} & {*self._ways(key)}]
        return set(value) | self._keys(within)

    def _ways(self, key: str) -> list[str]:
        return [way for way in ("keys vary", ANY) if way in self.meanings.get(key, "")]

    def _differ(self, promised: Any, printed: Any, where: str, key: str) -> Any:
        said = self.meanings.get(key, "")
        if promised is None or printed is None:
            if promised is not printed and "null" not in said:
                yield f"{where}: promised {promised!r}, printed {printed!r}, and null is not spoken of"
        elif ANY in said:
            return
        elif type(promised) is not type(printed):
            yield f"{where}: promised {type(promised).__name__}, printed {type(printed).__name__}"
        elif isinstance(promised, dict) and "keys vary" in said:
            yield from (f"{where}.{k}: not a plain value" for k, v in printed.items() if isinstance(v, dict | list))
        elif isinstance(promised, dict):
            yield from (f"{where}.{name}: not printed" for name in promised.keys() - printed.keys())
            yield from (f"{where}.{name}: not promised" for name in printed.keys() - promised.keys())
            for name in promised.keys() & printed.keys():
                yield from self._differ(promised[name], printed[name], f"{where}.{name}", name)
        elif isinstance(promised, list) and promised:
            for number, one in enumerate(printed):
                yield from self._differ(promised[0], one, f"{where}[{number}]", key)


def promises() -> dict[str, Promise]:
    """By the verb (or path) that the heading begins with: `member show`, `POST /twilio/inbound`, `python -m ocr`."""
    found = {}
    for heading, words in _SECTION.findall(PAGE.read_text(encoding="utf-8")):
        meanings = {name: said for names, said in _FIELD.findall(words) for name in re.findall(r"`([^`]+)`", names)}
        for title in re.findall(r"`([^`]+)`", heading):
            verb = re.match(r"(?:[A-Z]+ )?[^A-Z<\[]*?(?= --| \[| [A-Z]|$)", title)
            found[verb[0] if verb else title] = Promise(title, words, meanings)
    return found
