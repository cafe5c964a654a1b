"""The rest of the books: further budgets, holds that end in part or run out, transfers, reversals, closed months.

Why: a brand's finance team closes months, and after that nothing may slip into them; a claw-back must never take more
than was given, and where a programme lets it go below zero, what comes later fills the debt first. Like all postings,
each of these is one statement, and every refusal leaves the books as they were.
"""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
CALLED_BY_THE_SERVICE = ("post", "settle", "transfer", "reverse")
INNER = ("closed", "credit", "hold_pieces", "restore_lots", "fill_debt")


def upgrade() -> None:
    for part in ("tables", "posting", "lots"):
        op.execute((SQL / f"0008_{part}.sql").read_text(encoding="utf-8"))
    for function in (*CALLED_BY_THE_SERVICE, *INNER):
        op.execute(f"REVOKE EXECUTE ON FUNCTION ledger_{function} FROM PUBLIC")
    for function in CALLED_BY_THE_SERVICE:
        op.execute(f"GRANT EXECUTE ON FUNCTION ledger_{function} TO saathi_service")
    op.execute("REVOKE ALL ON periods FROM saathi_service")
    op.execute("GRANT SELECT, INSERT, UPDATE (closed_at, trial) ON periods TO saathi_service")


def downgrade() -> None:
    raise RuntimeError("the books are never taken down; restore a backup instead")
