"""The journal by month: old months can leave the database whole, and nothing of a turn's way changes.

Why: a journal only grows, and deleting millions of rows costs more than writing them did. As partitions, a month is dropped in
a moment once it lies sealed in the media store. The table that was there becomes the first partition as it is: nothing is
copied, its rows are looked at once. A partition's unique index cannot see the others, so that a turn is taken once is seen to
by the conversation's own row from here on, which is stronger: it holds whatever the month.
"""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0018_journal_months.sql"


def upgrade() -> None:
    op.execute(SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("months that were archived would be lost; restore a backup instead")
