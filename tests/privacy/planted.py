"""Looking for planted values in everything that a house leaves behind: in the clear, in base64 at any offset, in hex."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping

from bot import bells
from tests.house import Home


def forms(value: str | bytes) -> list[bytes]:
    """How the value could stand there, letters in lower case."""
    plain = value if isinstance(value, bytes) else value.encode()
    found = [plain, plain.hex().encode()]
    if isinstance(value, str):
        found += [value.encode("utf-16-le"), value.encode("unicode_escape"), value.replace(" ", "").encode()]
    for offset in range(3):  # what stands before it shifts the letters of base64
        whole = base64.b64encode(b"\0" * offset + plain)
        sure = whole[2 * offset : len(plain) * 4 // 3 + offset - 4]  # the letters that no neighbour has a part in
        found += [sure, sure.translate(bytes.maketrans(b"+/", b"-_"))]
    return [each.lower() for each in found]


def seen(planted: Mapping[str, str | bytes], where: Iterator[tuple[str, bytes]]) -> list[str]:
    """Which of them stand where."""
    looked_for = [(name, form) for name, value in planted.items() for form in forms(value)]
    found = []
    for place, data in where:
        low = data.lower()
        found += [f"{name} in {place}" for name, form in looked_for if form in low]
    return sorted(set(found))


def every_cell(home: Home) -> Iterator[tuple[str, bytes]]:
    """Every column of every row of every table, bytes as they are."""
    for table in home.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"):
        for row in home.rows(f'SELECT * FROM "{table.tablename}"'):
            for column, cell in row._mapping.items():
                raw = bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                yield f"{table.tablename}.{column}", raw


def every_key(home: Home) -> Iterator[tuple[str, bytes]]:
    """Every key of Redis with what it holds."""
    redis = bells.redis(home.house)
    read = {
        "string": redis.get, "hash": redis.hgetall, "list": lambda key: redis.lrange(key, 0, -1), "set": redis.smembers,
        "zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
    }  # fmt: skip
    for key in redis.scan_iter("*"):
        held = read[redis.type(key).decode()](key)
        yield f"redis {key!r}", key + b" " + repr(held).encode() + (held if isinstance(held, bytes) else b"")


def every_file(home: Home) -> Iterator[tuple[str, bytes]]:
    """Every file below the house's own directory: the media store, metrics, keys."""
    for path in sorted(home.house.settings.home.rglob("*")):
        if path.is_file():
            yield f"file {path.name}", path.read_bytes()


def alone(value: str, where: Iterator[tuple[str, bytes]]) -> list[str]:
    """Places where a short value stands as a word of its own, in what is text."""
    word = re.compile(rf"(?<![\w.:+-]){re.escape(value)}(?![\w.:+-])")
    return sorted({place for place, data in where if word.search(data.decode("utf-8", "ignore")) and _is_text(data)})


def _is_text(data: bytes) -> bool:
    try:
        return data.decode().isprintable()
    except UnicodeDecodeError:
        return False
