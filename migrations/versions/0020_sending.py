"""Sending campaigns, after looking hard at it: what may leave is asked of the database at the moment it leaves.

Why: quiet hours, a bill that became overdue and a lock-out were looked at when a message was planned, and it may leave much
later: after a pause, an outage, behind a slow clock. Contacts that became one person lead to the one that lives on in one
step, so that a STOP said under any of them is found by looking one step deep, as everybody does. WhatsApp's refusal of more
people than it allows holds a sender's campaigns back and loses nobody. Colleagues' phones make a test of a campaign a test.
Three indexes: what somebody wrote after a message, who scanned on a day, and who wants nothing of us any more.
"""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    op.execute((SQL / "0020_sending.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("who was merged with whom cannot be told any more; restore a backup instead")
