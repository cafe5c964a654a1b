"""Ids: unique, sorted by age, safe as an RQ job id, a file name and a Postgres key."""

import re
import threading

from base.ids import ALPHABET, TimeOrderedIds


def test_the_shape() -> None:
    assert re.fullmatch(rf"mbr_[{ALPHABET}]{{26}}", TimeOrderedIds().new("mbr"))


def test_a_later_id_sorts_after_an_earlier_one() -> None:
    ids = TimeOrderedIds()
    made = [ids.new("x") for _ in range(5_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_many_threads_never_make_the_same() -> None:
    ids, made = TimeOrderedIds(), []

    def make() -> None:
        mine = [ids.new("x") for _ in range(500)]
        made.extend(mine)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 4_000
