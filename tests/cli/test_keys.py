"""`./saathi keys`: fresh ones, as an environment file wants them."""

import json

from base.sealing import Keyring
from loyalty.codes import CodeKeys
from tests.cli.shop import CommandLine


def test_new_keys_are_usable_and_never_the_same(saathi: CommandLine) -> None:
    first, second = saathi.data("keys", "new"), saathi.data("keys", "new")
    assert not set(first.values()) & set(second.values())
    Keyring.parse(first["DATA_KEYS"])
    CodeKeys.parse(first["CODE_KEYS"])
    lines = saathi("keys", "new").stdout.splitlines()
    assert [line.partition("=")[0] for line in lines] == ["DATA_KEYS", "CODE_KEYS"]  # as an environment file wants them


def test_what_is_printed_as_json_is_one_document(selling: CommandLine) -> None:
    for words in (("programme", "show"), ("ledger", "trial"), ("keys", "new")):
        json.loads(selling(*words, "--json").stdout)
