"""KYC: what members gave to prove who they are, what was made of it, and the reviews of what a program cannot decide.

Why: money goes only to people whom the programme knows. Each thing that was given is a row that never changes but for its
state; the values are sealed under the member's key, and found equal by a blind index without being opened, so that one PAN
under two members is seen. Who decided about a check is append-only, by person, so that four eyes are four eyes.
"""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0014_kyc.sql"


def upgrade() -> None:
    op.execute(SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("who was known by what cannot be forgotten; restore a backup instead")
