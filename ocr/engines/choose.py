"""The engine of a name, made with its models loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ocr.engines.engine import Engine, EngineMissing


def _rapidocr() -> Engine:
    from ocr.engines.rapidocr import RapidOcr  # each package is imported only when its engine is asked for

    return RapidOcr()


def _easyocr() -> Engine:
    from ocr.engines.easyocr import EasyOcr

    return EasyOcr()


ENGINES: Mapping[str, Callable[[], Engine]] = {"rapidocr": _rapidocr, "easyocr": _easyocr}


def engine(name: str) -> Engine:
    """Raises EngineMissing, with the remedy, for a name that is not in ENGINES or whose package is not installed."""
    make = ENGINES.get(name)
    if make is None:
        raise EngineMissing(f"OCR_ENGINE={name} is no engine; choose one of: {', '.join(sorted(ENGINES))}")
    return make()
