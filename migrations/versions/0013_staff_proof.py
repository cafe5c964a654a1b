"""Staff prove who they are: passwords, authenticators, sessions, and the tries that are counted.

Why: whoever decides about money or reads who somebody is must be that colleague, not whoever knows the name. What proves
them is kept so that a dump proves nobody: the password's hash and the authenticator's seed are sealed under a data key of
the colleague's own, a session's token is stored as a hash. Tries are one row a name, counted before a password is looked
at, so that many at once are not more than many one after the other.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE staff ADD COLUMN data_key bytea;        -- wrapped; NULL: nothing to prove with yet

CREATE TABLE staff_proofs (
    staff_id    text PRIMARY KEY REFERENCES staff,
    password    bytea,                              -- an Argon2id hash in PHC form, sealed
    password_at timestamptz,
    totp        bytea,                              -- the authenticator's seed, sealed
    totp_at     timestamptz,
    totp_step   bigint,                             -- the newest time step whose code was taken: each code once
    CHECK ((password IS NULL) = (password_at IS NULL) AND (totp IS NULL) = (totp_at IS NULL))
);
CREATE TABLE staff_tries (                           -- a row a name; of names that nobody has a bounded number
    who          text PRIMARY KEY,                  -- a hash: what was typed there may be a password
    wrong        integer NOT NULL CHECK (wrong >= 0),
    since        timestamptz NOT NULL,              -- of the first of them
    locked_until timestamptz
);
CREATE TABLE staff_sessions (
    id         text PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,               -- SHA-256 of 256 random bits
    staff_id   text NOT NULL REFERENCES staff,
    kind       text NOT NULL CHECK (kind IN ('web', 'cli')),
    began_at   timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    proved_at  timestamptz NOT NULL,                -- when a code was taken last
    ended_at   timestamptz,
    ended_why  text,
    CHECK ((ended_at IS NULL) = (ended_why IS NULL))
);
CREATE INDEX staff_sessions_open ON staff_sessions (staff_id) WHERE ended_at IS NULL;
"""

GRANTS = """
GRANT UPDATE (data_key) ON staff TO saathi_service;
GRANT SELECT, INSERT ON staff_proofs, staff_tries, staff_sessions TO saathi_service;
GRANT UPDATE (password, password_at, totp, totp_at, totp_step) ON staff_proofs TO saathi_service;
GRANT UPDATE (wrong, since, locked_until) ON staff_tries TO saathi_service;
GRANT UPDATE (seen_at, proved_at, ended_at, ended_why) ON staff_sessions TO saathi_service;
"""


def upgrade() -> None:
    for part in (TABLES, GRANTS):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("what staff did cannot be forgotten; restore a backup instead")
