"""Every engine keeps the same promise; the default one reads any way up, quietly, and in a process forked from its maker."""

import importlib.util
import math
import subprocess
import sys
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from ocr.engines import choose
from ocr.engines.choose import ENGINES, engine
from ocr.engines.engine import Engine, EngineMissing
from ocr.engines.recognition import Alphabet
from tests.ocr.prints import LINES, page, said

ROOT = Path(__file__).parents[2]
WHOLE = {line.replace(" ", "") for line in LINES}


@pytest.fixture(scope="module", params=sorted(ENGINES))
def reader(request: pytest.FixtureRequest) -> Engine:
    if request.param != "rapidocr" and importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return engine(request.param)


@pytest.mark.parametrize("turns", range(4))
def test_text_is_read_whichever_way_up_and_its_box_starts_at_its_own_top_left(reader: Engine, turns: int) -> None:
    upright = page()
    words = reader.read(np.ascontiguousarray(np.rot90(upright, -turns)))  # clockwise
    for line in WHOLE:  # EasyOCR takes a zero for an O, wherever it stands
        assert max(SequenceMatcher(None, line, text).ratio() for text in said(words)) > 0.8
    if reader.name == "rapidocr":
        assert said(words) == WHOLE
    for word in words:
        (x0, y0), (x1, y1), _, (x3, y3) = word.box
        assert round(math.atan2(y1 - y0, x1 - x0) / (math.pi / 2)) % 4 == turns
        assert math.dist((x0, y0), (x1, y1)) > math.dist((x0, y0), (x3, y3))
        assert 0 < word.confidence <= 1
    total = next(word for word in words if word.text.endswith("00"))
    height, width = upright.shape[:2]
    corner = {0: (0, height), 1: (0, 0), 2: (width, 0), 3: (height, width)}[turns]  # where the bottom left went
    assert math.dist(total.box[3], corner) < 0.5 * height


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (700, 2), (33, 31), (300, 400)])
def test_a_picture_without_text_gives_no_words(reader: Engine, shape: tuple[int, int]) -> None:
    assert reader.read(np.full((*shape, 3), 255, np.uint8)) == ()
    assert reader.read(np.zeros((*shape, 3), np.uint8)) == ()


def test_noise_is_no_error(reader: Engine) -> None:
    reader.read(np.random.default_rng(1).integers(0, 255, (240, 320, 3), dtype=np.uint8))


def test_an_engine_nobody_knows_is_named_with_the_choice() -> None:
    with pytest.raises(EngineMissing, match=r"OCR_ENGINE=tesseract .*: easyocr, rapidocr"):
        engine("tesseract")


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "easyocr" else real(name))
    with pytest.raises(EngineMissing, match=r"pip install -r requirements\.txt") as fault:
        engine("easyocr")
    assert "\n" not in str(fault.value)


def test_choosing_imports_no_engine() -> None:
    check = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import ocr.engines.choose; print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert choose.ENGINES is ENGINES


_FORKING = """
import os, sys
sys.path.insert(0, sys.argv[1])
from ocr.engines.choose import engine
from tests.ocr.prints import page, said
made = engine("rapidocr")
if sys.argv[2] == "read":
    before = said(made.read(page()))
readable, writable = os.pipe()
child = os.fork()
if child == 0:
    os.write(writable, "|".join(sorted(said(made.read(page())))).encode())
    os._exit(0)
os.close(writable)
print(os.read(readable, 10_000).decode())
assert os.waitpid(child, 0)[1] == 0
if sys.argv[2] == "read":
    assert said(made.read(page())) == before, "the parent reads on"
"""


@pytest.mark.parametrize("parent", ["read", "only made"])
def test_a_forked_child_reads_with_the_models_its_parent_loaded(parent: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKING, str(ROOT), parent],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert set(done.stdout.strip().split("|")) == WHOLE, done.stderr
    assert done.stderr == ""  # the package's own remarks on every model file are kept back


def test_letters_are_those_of_an_indian_invoice() -> None:
    alphabet = Alphabet(["blank", "里", "1", "２", "A", "₹", " ", "à"])
    steps = np.array([
        [0.0, 0.9, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0],  # a foreign letter: the best of ours instead
        [0.0, 0.0, 0.8, 0.1, 0.1, 0.0, 0.0, 0.0],  # the same once more: one letter
        [0.9, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.8, 0.1, 0.1, 0.0, 0.0, 0.0],  # after a gap: another
        [0.0, 0.0, 0.1, 0.9, 0.0, 0.0, 0.0, 0.0],  # full width
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.7, 0.0, 0.3],
    ])  # fmt: skip
    text, confidence = alphabet.decode(steps)
    assert (text, round(confidence, 3)) == ("112₹", round((0.1 + 0.8 + 0.9 + 0.7) / 4, 3))
    assert alphabet.decode(steps[2:3]) == ("", 0.0)
