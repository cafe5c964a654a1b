"""`./saathi coupon`: stock from the first code to the void one, and what it says to slips."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from loyalty.codes import Code, read_code
from tests.cli.shop import KEY_A, KEY_B, CommandLine, command_line
from tests.servers import Database

CODE = re.compile(r"A[0-9A-HJKMNP-TV-Z]{3}(-[0-9A-HJKMNP-TV-Z]{4}){3}")


def issued(saathi: CommandLine, *words: object) -> dict:
    return saathi.data("coupon", "issue", "--sku", "LED-9W", "--count", 3, *words)


def sender(saathi: CommandLine, address: str) -> None:
    with saathi.house.engine.begin() as conn:
        row = {"id": f"snd_{address}", "address": address}
        conn.execute(
            text("INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES (:id, :address, 'roshni', 1)"), row
        )


def counted(saathi: CommandLine) -> int:
    with saathi.house.engine.connect() as conn:
        return conn.execute(
            text("SELECT (SELECT count(*) FROM coupons) + (SELECT count(*) FROM coupon_batches)")
        ).scalar_one()


def test_issuing_prints_the_codes_and_they_can_be_printed_again(selling: CommandLine) -> None:
    made = issued(selling, "--expires", "2099-03-31")
    assert {name: made[name] for name in ("programme", "sku", "count", "expires_on", "state")} == {
        "programme": "roshni", "sku": "LED-9W", "count": 3, "expires_on": "2099-03-31", "state": "active",
    }  # fmt: skip
    assert len(set(made["codes"])) == 3 and all(CODE.fullmatch(code) for code in made["codes"])
    assert all(isinstance(read_code(selling.house.codes, code), Code) for code in made["codes"])
    assert selling.data("coupon", "codes", "--batch", made["batch"])["codes"] == made["codes"]
    assert [batch["batch"] for batch in selling.data("coupon", "batches")] == [made["batch"]]


def test_without_json_the_codes_stand_alone_on_standard_output(selling: CommandLine) -> None:
    result = selling("coupon", "issue", "--sku", "LED-9W", "--count", 2)
    assert result.exit_code == 0
    assert all(CODE.fullmatch(line) for line in result.stdout.splitlines()) and result.stdout.count("\n") == 2
    assert "2 coupons of LED-9W, expires never" in result.stderr
    assert "LED-9W" in selling("coupon", "batches").stdout


def test_a_coupon_is_shown_however_its_code_is_typed(selling: CommandLine) -> None:
    made = issued(selling, "--inactive")
    code = made["codes"][0]
    shown = selling.data("coupon", "show", code.lower().replace("-", " "))
    assert shown.pop("serial") > 0
    assert shown == {
        "code": code, "batch": made["batch"], "programme": "roshni", "sku": "LED-9W", "state": "inactive",
        "expires_on": None, "expired": False, "claimed_by_member": None, "claimed_by_contact": None, "claimed_at": None,
    }  # fmt: skip
    assert "inactive" in selling("coupon", "show", code).stdout


def test_stock_is_switched_on_by_code_and_by_batch(selling: CommandLine) -> None:
    made = issued(selling, "--inactive")
    first, second, _ = made["codes"]
    one = selling.data("coupon", "activate", "--code", first, "--code", second, "--code", first.lower())
    assert one == {"state": "active", "switched": 2, "before": {"inactive": 2}}
    rest = selling.data("coupon", "activate", "--batch", made["batch"])
    assert rest == {"state": "active", "switched": 1, "before": {"active": 2, "inactive": 1}}
    again = selling("coupon", "activate", "--batch", made["batch"])
    assert again.exit_code == 0 and again.stdout == "0 switched to active; before: 3 active\n"


def test_void_is_for_good(selling: CommandLine) -> None:
    made = issued(selling)
    assert selling.data("coupon", "void", "--batch", made["batch"])["switched"] == 3
    assert selling.data("coupon", "show", made["codes"][0])["state"] == "void"
    refused = selling.refusal("coupon", "activate", "--batch", made["batch"])
    assert refused == f"nothing in {made['batch']} can become active any more: 3 void; issue a new batch"


def test_codes_are_switched_all_or_none(selling: CommandLine) -> None:
    first, second, third = issued(selling, "--inactive")["codes"]
    selling.data("coupon", "void", "--code", second)
    refused = selling.refusal("coupon", "activate", "--code", first, "--code", second, "--code", third)
    assert refused == f"{second} is void and cannot become active; nothing was switched: leave it out"
    wrong = first[:-1] + ("7" if first[-1] != "7" else "8")
    refused = selling.refusal("coupon", "activate", "--code", third, "--code", wrong, "--code", "hello")
    assert refused.startswith(f"not a code of ours: {wrong}, hello; check the letters")
    for code in (first, third):
        assert selling.data("coupon", "show", code)["state"] == "inactive"


def test_a_genuine_code_of_another_database_is_not_called_a_typo(selling: CommandLine) -> None:
    (code, *_) = issued(selling)["codes"]
    with selling.house.engine.begin() as conn:
        conn.execute(text("SET LOCAL ROLE NONE"))
        conn.execute(text("DELETE FROM coupons"))
    assert "genuine, but this database holds no such coupon" in selling.refusal("coupon", "show", code)
    assert "genuine, but" in selling.refusal("coupon", "void", "--code", code)


def test_labels_are_written_as_pdf_for_the_programmes_sender(selling: CommandLine, tmp_path: Path) -> None:
    made = selling.data("coupon", "issue", "--sku", "FAN-1200", "--count", 30)
    sender(selling, "whatsapp:+14155238886")
    out = tmp_path / "labels.pdf"
    out.write_text("an older sheet")
    written = selling.data("coupon", "sheet", "--batch", made["batch"], "--out", out)
    assert written == {"batch": made["batch"], "out": str(out), "labels": 30, "pages": 2}
    assert out.read_bytes().startswith(b"%PDF-") and list(tmp_path.iterdir()) == [out]


def test_a_sheet_that_cannot_be_made_leaves_nothing_behind(selling: CommandLine, tmp_path: Path) -> None:
    batch, out = issued(selling)["batch"], tmp_path / "labels.pdf"
    ask = ("coupon", "sheet", "--out", out, "--batch")
    assert "has no WhatsApp sender: add --number" in selling.misuse(*ask, batch)
    assert "no batch 'bat_none'" in selling.refusal(*ask, "bat_none", "--number", "14155238886")
    assert "7 to 15 digits" in selling.refusal(*ask, batch, "--number", "call me")
    assert "use fewer columns or rows" in selling.refusal(*ask, batch, "--number", "14155238886", "--rows", 20)
    missing = ("coupon", "sheet", "--out", tmp_path / "no" / "labels.pdf", "--batch", batch, "--number", "+14155238886")
    assert "cannot be written: No such file or directory" in selling.refusal(*missing)
    sender(selling, "whatsapp:+14155238886")
    sender(selling, "whatsapp:+14155238887")
    assert "has whatsapp:+14155238886, whatsapp:+14155238887: add --number" in selling.misuse(*ask, batch)
    assert list(tmp_path.iterdir()) == []


def test_stock_printed_under_a_key_that_is_gone_names_the_key(selling: CommandLine, database: Database) -> None:
    made = issued(selling)
    with command_line(database, KEY_B) as later:
        refused = later.refusal("coupon", "codes", "--batch", made["batch"])
        assert refused == f"{made['batch']} was printed with key A: add it in front in CODE_KEYS"
        assert "not a code of ours" in later.refusal("coupon", "show", made["codes"][0])
    with command_line(database, f"{KEY_A},{KEY_B}") as rotated:
        assert rotated.data("coupon", "codes", "--batch", made["batch"])["codes"] == made["codes"]
        assert all(code.startswith("B") for code in issued(rotated)["codes"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--sku", "LED-9W", "--count", 0), "0 is not in the range"),
        (("--sku", "LED-9W", "--count", -3), "is not in the range"),
        (("--sku", "LED-9W", "--count", 10**9), "is not in the range"),
        (("--sku", "LED-9W", "--count", "many"), "not a valid integer"),
        (("--sku", "LED-9W", "--count", 1, "--expires", "31-03-2099"), "does not match the format"),
        (("--sku", "LED-9W", "--count", 1, "--expires", "2099-02-30"), "does not match the format"),
        (("--sku", "LED-9W", "--count", 1, "--expires", "2020-01-01"), "2020-01-01 is over: name today or a later day"),
        (("--count", 1), "Missing option '--sku'"),
    ],
)
def test_wrong_usage_issues_nothing(selling: CommandLine, words: tuple[object, ...], says: str) -> None:
    assert says in selling.misuse("coupon", "issue", *words)
    assert counted(selling) == 0


def test_a_product_that_is_none_issues_nothing_and_names_the_nearest(selling: CommandLine) -> None:
    assert selling.refusal("coupon", "issue", "--sku", "led9w", "--count", 1) == (
        "roshni has no product 'led9w': did you mean LED-9W?"
    )
    assert "`./saathi programme show` lists" in selling.refusal("coupon", "issue", "--sku", "TOASTER-XL", "--count", 1)
    assert counted(selling) == 0


def test_without_a_programme_nothing_is_issued(saathi: CommandLine) -> None:
    assert "no programme is published" in saathi.refusal("coupon", "issue", "--sku", "LED-9W", "--count", 1)


@pytest.mark.parametrize("verb", ["activate", "void"])
def test_switching_wants_a_batch_or_codes_and_not_both(selling: CommandLine, verb: str) -> None:
    made = issued(selling)
    assert "name either --batch, or --code" in selling.misuse("coupon", verb)
    both = ("--batch", made["batch"], "--code", made["codes"][0])
    assert "name either --batch, or --code" in selling.misuse("coupon", verb, *both)
    assert "no batch 'bat_none'" in selling.refusal("coupon", verb, "--batch", "bat_none")
