"""The tax passbook: every benefit of a person in a tax year and what was deducted, and the PAN it runs under.

Why: tax is due on the whole year of a person once it exceeds a threshold, over all programmes and whatever phone they
write from. So the year is kept by PAN, found by a blind index without opening one. Entries are append-only: what is
returned is taken back by an entry of its own. Every payout made before counts as a benefit without tax.
"""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0010_tax.sql"

GRANTS = """
GRANT SELECT, INSERT ON pans, member_pans, tax_entries TO saathi_service;
GRANT UPDATE (locked) ON pans TO saathi_service;           -- never written: a lock on a row asks for it
GRANT UPDATE (replaced_at) ON member_pans TO saathi_service;
"""


def upgrade() -> None:
    for part in (SQL.read_text(encoding="utf-8"), GRANTS):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("the books are never taken down; restore a backup instead")
