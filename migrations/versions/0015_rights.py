"""What people may ask of us: what we hold of them, that it goes, and that nothing stays longer than its time.

Why: erasing is asked for, waits, can be stopped, and is done once; that needs a row. What tax law wants kept of somebody
who is erased lies under a key of its own that goes on its day. Pictures and papers say when they went, here and at
Twilio. The words of a turn may be emptied when their time is over; apart from that the journal stays as it was written.
"""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0015_rights.sql"


def upgrade() -> None:
    op.execute(SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("what was erased cannot come back; restore a backup instead")
