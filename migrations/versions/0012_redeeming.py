"""Redeeming: where members let their money go, the PIN that protects it, and by when it was promised.

Why: a destination that was changed waits before money can go there, so that whoever takes over a phone cannot empty the
account the same hour; that needs a row of its own, which stays when the destination is forgotten. The PIN is a hash,
sealed, with its wrong tries counted beside it; the message it came in is overwritten. A promise that is kept track of is
a column, not a hope.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE destinations (
    token        text PRIMARY KEY,                  -- the secret's; no foreign key: a forgotten one's secret goes
    member_id    text NOT NULL REFERENCES members,
    kind         text NOT NULL CHECK (kind IN ('vpa', 'bank')),
    saved_at     timestamptz NOT NULL,
    usable_at    timestamptz NOT NULL CHECK (usable_at >= saved_at),
    forgotten_at timestamptz
);
CREATE INDEX destinations_member ON destinations (member_id) WHERE forgotten_at IS NULL;
CREATE INDEX destinations_forgotten ON destinations (forgotten_at) WHERE forgotten_at IS NOT NULL;
INSERT INTO destinations (token, member_id, kind, saved_at, usable_at)
    SELECT token, member_id, kind, created_at, created_at FROM secrets
    WHERE kind = 'vpa' AND used_at IS NOT NULL AND member_id IS NOT NULL;

CREATE TABLE member_pins (
    member_id    text PRIMARY KEY REFERENCES members,
    sealed       bytea,                             -- the hash in PHC form, under the member's key; NULL: none is set
    proposed     bytea,                             -- typed once, waiting to be typed again
    wrong        integer NOT NULL CHECK (wrong >= 0), -- tries in a row
    locked_until timestamptz,
    set_at       timestamptz
);

ALTER TABLE payouts ADD COLUMN promised_at timestamptz, ADD COLUMN late_at timestamptz;
CREATE INDEX payouts_promised ON payouts (promised_at) WHERE late_at IS NULL AND settled_at IS NULL;
"""

STRIKE_OUT = """
-- A PIN is struck out of the message it came in, in the turn that takes it: of a message that is handled nothing changes.
CREATE FUNCTION inbox_overwrite(p_key text, p_sealed bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE inbox SET sealed = p_sealed WHERE key = p_key AND kind = 'message' AND handled_at IS NULL AND length(p_sealed) > 0;
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION inbox_overwrite(text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION inbox_overwrite(text, bytea) TO saathi_service;
"""

GRANTS = """
GRANT SELECT, INSERT ON destinations, member_pins TO saathi_service;
GRANT UPDATE (forgotten_at) ON destinations TO saathi_service;
GRANT UPDATE (sealed, proposed, wrong, locked_until, set_at) ON member_pins TO saathi_service;
GRANT UPDATE (promised_at, late_at) ON payouts TO saathi_service;
"""


def upgrade() -> None:
    for part in (TABLES, STRIKE_OUT, GRANTS):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("the books are never taken down; restore a backup instead")
