"""Seals: blocks of hashes over postings, accounts and lots, so that whoever can change rows cannot change them unseen.

Why: append-only triggers stop the service and mistakes, not somebody who owns the tables or edits a backup. A seal is
written beside the rows, never into them, so that sealing takes nothing from the way of a message. It is itself
append-only. The index on lots is what reads a posting's lots, for its seal and for the proof of it.
"""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
TABLES = ("seal_blocks", "seal_postings", "seal_accounts")


def upgrade() -> None:
    op.execute((SQL / "0009_seals.sql").read_text(encoding="utf-8"))
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only")
    # Whatever default privileges gave: the service adds seals and reads them, no more.
    op.execute(f"REVOKE ALL ON {', '.join(TABLES)} FROM saathi_service")
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(TABLES)} TO saathi_service")


def downgrade() -> None:
    raise RuntimeError("the books are never taken down; restore a backup instead")
