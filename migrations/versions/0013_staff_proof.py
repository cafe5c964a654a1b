"""staff_proof: its place in the chain.

Why: parts of the house that are built side by side each have a revision of their own.
"""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing to take down."""
