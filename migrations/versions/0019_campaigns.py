"""Campaigns: what was to be sent, to whom, and why not to the others.

Why: a broadcast that is killed must go on without a gap or a repeat, so who got what is a row per campaign, member and
occasion, written in the transaction that writes the outbox row, and the campaign's own row says how far it came. Those who
were left out have a row with the one reason; those held out for comparison have one too, for the result is read from it.
"""

from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    op.execute((SQL / "0019_campaigns.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("who was written to cannot be forgotten; restore a backup instead")
