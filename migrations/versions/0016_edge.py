"""Limits of one contact: how often each thing was done in the window that runs, and every time a limit was passed.

Why: whoever guesses codes, floods the bot or tries other people's UPI ids must come to an end, on whatever process their
messages land. A row belongs to one contact and one kind of thing, so nobody waits for another's. A lock-out is a row of
its own that stays: it is what locks, and what staff look at.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE contact_counts (
    contact_id text NOT NULL REFERENCES contacts,
    kind       text NOT NULL CHECK (kind IN ('burst', 'messages', 'photos', 'wrong_codes', 'bills', 'destinations')),
    count      integer NOT NULL CHECK (count >= 0),
    ends_at    timestamptz NOT NULL,                -- of the window; what comes later begins another
    PRIMARY KEY (contact_id, kind)
);
CREATE TABLE lock_outs (
    id           text PRIMARY KEY,
    contact_id   text NOT NULL REFERENCES contacts,
    programme_id text NOT NULL REFERENCES programmes, -- in which they were told
    kind         text NOT NULL,
    count        integer NOT NULL CHECK (count > 0),  -- with what the limit was passed
    at           timestamptz NOT NULL,
    until        timestamptz NOT NULL CHECK (until > at),
    cleared_at   timestamptz
);
CREATE INDEX lock_outs_contact ON lock_outs (contact_id, until) WHERE cleared_at IS NULL;
CREATE INDEX lock_outs_at ON lock_outs (at);
"""

GRANTS = """
GRANT SELECT, INSERT ON contact_counts, lock_outs TO saathi_service;
GRANT UPDATE (count, ends_at) ON contact_counts TO saathi_service;
GRANT UPDATE (cleared_at) ON lock_outs TO saathi_service;
"""


def upgrade() -> None:
    for part in (TABLES, GRANTS):
        op.execute(part)


def downgrade() -> None:
    op.execute("DROP TABLE lock_outs, contact_counts")
