"""Accounts as they really are: helpers in a shop, several shops of one person, a new number, a shop that is sold.

Why: a phone is not a person and not a shop. Whoever acts for a member does so by a membership that begins and ends, with
limits of a helper beside it; it begins by an invitation whose code is kept as a blind index alone, and wrong tries are
counted in the database. What moves a whole account (merge, transfer, a new number) is a row of its own, by one of the
staff and done by another, so that nobody does it alone. A person whom we knew twice, by phone and by user id, is one contact
from the moment WhatsApp tells us so; the rows of both stay where they are.
"""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    op.execute((SQL / "0017_accounts.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("who acted for whom cannot be forgotten; restore a backup instead")
