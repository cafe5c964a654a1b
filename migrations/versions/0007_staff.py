"""Staff and the audit log: who may decide about money, and everything they did.

Why: a decision about money has a name, and where it is large two names. The log is append-only, so that who decided
cannot be decided afterwards.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE staff (
    id       text PRIMARY KEY,
    name     text NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9._-]{1,39}$'),  -- what --as takes
    roles    text[] NOT NULL CHECK (cardinality(roles) > 0),
    active   boolean NOT NULL,
    added_at timestamptz NOT NULL
);
CREATE TABLE audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    actor   text NOT NULL,             -- a name of staff, or "system:<process>"
    act     text NOT NULL,             -- "payout.approve": what was done, as group.verb
    subject text NOT NULL,             -- the id of what it was done to
    before  jsonb,                     -- without secrets, both
    after   jsonb,
    reason  text NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, id);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION refuse_change();
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_append_only;
"""

GRANTS = """
GRANT SELECT, INSERT ON staff, audit TO saathi_service;
GRANT UPDATE (roles, active) ON staff TO saathi_service;
"""


def upgrade() -> None:
    for part in (TABLES, GRANTS):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("what staff did cannot be forgotten; restore a backup instead")
