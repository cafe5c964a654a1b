"""Money out, decided by people and checked against the provider's own list.

Why: a payout may wait for one or two people of finance, and one of them may hold it back; who approved is append-only, and
the same person counts once whatever they type. A payout remembers its rail, and what the provider queues it for, so that an
alarm can be derived from rows. Every night our payouts, the clearing account and the provider's list are compared: a run
keeps how far it got, and each difference has a cause out of a closed list and an owner.
"""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    op.execute((SQL / "0011_money_out.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("what was decided about money cannot be forgotten; restore a backup instead")
