"""Numbers next to nothing are zero while the detector works, in its thread and those it makes, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ocr.engines import subnormals
from ocr.engines.rapidocr import RapidOcr
from ocr.engines.subnormals import taken_as_zero
from tests.ocr.prints import LINES, page, said

needs_sse = pytest.mark.skipif(subnormals._libm is None, reason="this machine's arithmetic is left alone")


def least() -> float:
    """The square of a very small number: one next to nothing."""
    small = float("1e-160")
    return small * small


def in_a_new_thread(what: Callable[[], float]) -> float:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(what).result()


@needs_sse
def test_it_holds_inside_and_in_threads_made_inside_and_ends_with_it() -> None:
    assert least() > 0
    with ThreadPoolExecutor(1) as made_before:
        made_before.submit(least).result()
        with taken_as_zero():
            inside = least(), in_a_new_thread(least), made_before.submit(least).result()
    assert inside[0] == 0 and inside[1] == 0 and inside[2] > 0  # compared out here: inside, all of them equal zero
    assert least() > 0 and in_a_new_thread(least) > 0


@needs_sse
def test_an_error_inside_ends_it_too() -> None:
    with pytest.raises(ValueError, match="inside"), taken_as_zero():
        raise ValueError("inside")
    assert least() > 0


def test_reading_leaves_ordinary_arithmetic_behind_and_reads_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {line.replace(" ", "") for line in LINES}
    assert said(RapidOcr().read(page())) == whole and least() > 0 and np.float32(1e-30) * np.float32(1e-12) > 0
    monkeypatch.setattr(subnormals, "_libm", None)
    assert said(RapidOcr().read(page())) == whole
