"""`python -m ocr`: one line per file, in order, whatever the files are."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import segno
from reportlab.pdfgen.canvas import Canvas

from ocr import __main__ as command
from ocr import paper
from tests.ocr.sheets import INVOICE
from tests.pictures import Camera, coupon_texts, links, take

KEYS = ["file", "kind", "codes", "fields", "confidence", "decision", "problems", "ms"]


def run(capsys: pytest.CaptureFixture[str], *files: object) -> list[dict[str, object]]:
    assert command.main([str(file) for file in files]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def qr_file(folder: Path, text: str) -> Path:
    file = folder / "code.png"
    segno.make(text, error="m", micro=False).save(str(file), scale=6, border=4)
    return file


def test_a_photo_of_labels_is_a_coupon_with_every_code_and_its_corners(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    photo = take(links(4, 1), 1, Camera(tilt=0.2))
    (tmp_path / "labels.jpg").write_bytes(photo.jpeg)
    (line,) = run(capsys, tmp_path / "labels.jpg")
    assert list(line) == KEYS
    assert (line["kind"], line["decision"], line["problems"]) == ("coupon", None, [])
    codes = line["codes"]
    assert isinstance(codes, list) and {code["text"] for code in codes} == set(photo.truth)
    for code in codes:
        assert code["kind"] == "wa_link" and len(code["corners"]) == 4
        assert all(isinstance(number, int) for corner in code["corners"] for number in corner)
    fields = line["fields"]
    assert isinstance(fields, dict) and len(fields) == 16 and set(fields.values()) == {None}


@pytest.mark.parametrize(
    ("text", "kind", "paper", "decision", "problems"),
    [
        (coupon_texts(1, 1)[0], "coupon", "coupon", None, []),
        ("upi://pay?pa=shop@bank", "upi", "qr", None, []),
        ("https://example.com/नमस्ते", "foreign", "qr", None, []),
        (
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJOSUMiLCJkYXRhIjoie30ifQ.c2lnbmF0dXJl",
            "einvoice", "einvoice", "review", ["einvoice_invalid", "not_legible"],
        ),
    ],
)  # fmt: skip
def test_kinds_of_paper(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    text: str,
    kind: str,
    paper: str,
    decision: str,
    problems: list[str],
) -> None:
    (line,) = run(capsys, qr_file(tmp_path, text))
    assert isinstance(line["codes"], list)
    assert [(code["text"], code["kind"]) for code in line["codes"]] == [(text, kind)]
    assert (line["kind"], line["decision"], line["problems"]) == (paper, decision, problems)


def test_every_file_has_its_line_in_order_whatever_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "huge.jpg").write_bytes(b"\xff\xd8\xff" + bytes(17_000_000))
    (tmp_path / "blank.jpg").write_bytes(take([" "], 1, Camera(width=400, height=300, blur_px=30)).jpeg)
    os.mkfifo(tmp_path / "pipe")
    good = qr_file(tmp_path, coupon_texts(1, 2)[0])
    files = [tmp_path / "none", tmp_path, tmp_path / "empty", tmp_path / "page.pdf", tmp_path / "huge.jpg"]
    lines = run(capsys, *files, tmp_path / "blank.jpg", tmp_path / "pipe", good)
    assert [(line["kind"], *line["problems"][:1]) for line in lines] == [
        ("unreadable", "file_not_found"),
        ("unreadable", "not_a_file"),
        ("unreadable", "not_an_image"),
        ("unreadable", "pdf_broken"),
        ("unreadable", "too_large"),
        ("unreadable", "no_code_found"),
        ("unreadable", "not_a_file"),
        ("coupon",),
    ]
    assert all(line["decision"] == "refuse" and line["codes"] == [] for line in lines[:-1])


def test_a_fault_of_our_own_costs_one_line_and_is_told_on_stderr(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> object:
        raise RuntimeError("decoder fell over")

    good = qr_file(tmp_path, coupon_texts(1, 2)[0])
    monkeypatch.setattr(paper, "read_codes", broken)
    assert command.main([str(good), str(tmp_path / "none")]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["problems"] for line in out.splitlines()] == [["reader_failed"], ["file_not_found"]]
    assert "decoder fell over" in err


def test_names_that_are_no_text_and_texts_with_line_ends_stay_on_one_line(tmp_path: Path) -> None:
    qr_file(tmp_path, "one\ntwo\u2028three")
    odd = os.path.join(os.fsencode(tmp_path), b"odd-\xff\n.png")
    os.rename(tmp_path / "code.png", odd)
    root = Path(command.__file__).parents[1]
    done = subprocess.run([sys.executable, "-m", "ocr", odd, b"x"], cwd=root, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert os.fsencode(json.loads(first)["file"]) == odd
    assert json.loads(first)["codes"][0]["text"] == "one\ntwo\u2028three"
    assert json.loads(second)["problems"] == ["file_not_found"]


def test_no_file_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main([])
    assert stopped.value.code == 2


def test_print_is_read_and_age_judged_at_the_day_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = Canvas(str(tmp_path / "bill.pdf"), pagesize=(842, 595))
    out.setFont("Courier", 9)
    for row, line in enumerate(INVOICE.strip("\n").split("\n")):
        out.drawString(30, 560 - 14 * row, line)
    out.save()
    (line,) = run(capsys, tmp_path / "bill.pdf")
    assert list(line) == KEYS
    assert (line["kind"], line["decision"]) == ("invoice", "auto")
    (line,) = run(capsys, "--as-of", "2030-01-01", tmp_path / "bill.pdf")
    assert line["decision"] == "review" and "date_stale" in line["problems"]


def test_an_engine_that_cannot_be_had_is_one_line_and_a_usage_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCR_ENGINE", "tesseract")
    good = qr_file(tmp_path, coupon_texts(1, 2)[0])
    (tmp_path / "blank.jpg").write_bytes(take([" "], 1, Camera(width=400, height=300, blur_px=30)).jpeg)
    assert command.main([str(good), str(tmp_path / "blank.jpg")]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["kind"] == "coupon"  # a coupon needs no engine
    assert err.count("\n") == 1 and "OCR_ENGINE=tesseract" in err


def test_keys_that_are_not_there_are_one_line_and_a_usage_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EINVOICE_KEYS", str(tmp_path / "none"))
    assert command.main([str(qr_file(tmp_path, "https://example.com"))]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "EINVOICE_KEYS" in err


def test_a_day_that_is_none_is_a_usage_error() -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["--as-of", "12-09-2025", "bill.pdf"])
    assert stopped.value.code == 2
