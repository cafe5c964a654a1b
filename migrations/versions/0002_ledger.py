"""The ledger: accounts, append-only postings and moves, points lots, holds, and the functions that alone write them.

Why functions: a posting is one round trip, and the service role may only call them. They run as the owner (SECURITY
DEFINER), so a fault in the service cannot touch a balance except through a balanced posting. Every refusal is found
before the posting row is written, and undoes what was moved, because a posting can never be deleted.
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).resolve().parent.parent / "sql"
TABLES = ("accounts", "postings", "moves", "lots", "holds", "hold_lots")
CALLED_BY_THE_SERVICE = ("ledger_post", "ledger_settle", "ledger_expire", "ledger_set_budget", "ledger_open")
INNER = ("take_stripes", "debit", "credit", "undo", "answer", "spendable", "take_lots", "restore_lots")


def upgrade() -> None:
    for part in ("tables", "posting", "lots"):
        op.execute((SQL / f"0002_{part}.sql").read_text(encoding="utf-8"))
    for function in CALLED_BY_THE_SERVICE:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO saathi_service")
    for function in INNER:
        op.execute(f"REVOKE EXECUTE ON FUNCTION ledger_{function} FROM PUBLIC")
    # Reading only: a default privilege may have granted more, and writing is the functions' alone.
    op.execute(f"REVOKE ALL ON {', '.join(TABLES)} FROM saathi_service")
    op.execute(f"GRANT SELECT ON {', '.join(TABLES)} TO saathi_service")


def downgrade() -> None:
    raise RuntimeError("the books are never taken down; restore a backup instead")
