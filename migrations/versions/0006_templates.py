"""Templates: what WhatsApp says of a Content resource that was submitted for its approval.

Why: outside the 24-hour window only an approved resource may be sent, and approval comes and goes without our doing.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPROVAL = """
ALTER TABLE content_resources
    ADD COLUMN approval text NOT NULL DEFAULT 'unsubmitted',  -- Twilio's word; only 'approved' may be sent
    ADD COLUMN approval_reason text NOT NULL DEFAULT '',      -- of a rejection
    ADD COLUMN approval_read_at timestamptz                   -- when we last asked
"""


def upgrade() -> None:
    op.execute(APPROVAL)


def downgrade() -> None:
    raise RuntimeError("the books are never taken down; restore a backup instead")
