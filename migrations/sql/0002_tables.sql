CREATE TABLE accounts (
    id           text COLLATE "C" PRIMARY KEY,
    programme_id text NOT NULL REFERENCES programmes,
    unit         text NOT NULL CHECK (unit IN ('PTS', 'INR')),
    floor        bigint,                   -- least balance allowed; NULL: may go anywhere
    tracked      boolean NOT NULL,         -- false: no running balance, so a busy account takes no row lock
    stripe_of    text COLLATE "C",         -- this account is one of several that share a floor's work
    debits       bigint NOT NULL DEFAULT 0 CHECK (debits >= 0),
    credits      bigint NOT NULL DEFAULT 0 CHECK (credits >= 0),
    opened_at    timestamptz NOT NULL,
    UNIQUE (id, unit),
    CONSTRAINT accounts_floor CHECK (floor IS NULL OR (tracked AND credits - debits >= floor)),
    CONSTRAINT accounts_untracked CHECK (tracked OR (debits = 0 AND credits = 0)),
    CONSTRAINT accounts_stripe CHECK (stripe_of IS NULL OR floor IS NOT NULL)
) WITH (fillfactor = 60);                  -- room for in-page updates of the two sums
CREATE INDEX accounts_stripes ON accounts (stripe_of, id) WHERE stripe_of IS NOT NULL;

CREATE TABLE postings (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key          text COLLATE "C" NOT NULL UNIQUE,   -- who asked, once: "<event id>/<effect no>"
    asked        bytea NOT NULL,                     -- hash of what was asked: a key cannot ask for two things
    programme_id text NOT NULL,                      -- no foreign key (its accounts have one): all would lock one row
    member_id    text,
    reason       text NOT NULL,
    corrects     bigint REFERENCES postings,
    facts        jsonb NOT NULL,
    happened_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL
);
CREATE INDEX postings_member ON postings (programme_id, member_id, id) WHERE member_id IS NOT NULL;
CREATE TABLE moves (
    posting_id   bigint NOT NULL REFERENCES postings,
    line         smallint NOT NULL,
    debit        text COLLATE "C" NOT NULL,
    credit       text COLLATE "C" NOT NULL,
    unit         text NOT NULL,
    amount       bigint NOT NULL CHECK (amount > 0),
    debit_after  bigint,                   -- the balances this move left, so that a repeat gives the first answer;
    credit_after bigint,                   -- NULL for untracked accounts
    PRIMARY KEY (posting_id, line),
    CHECK (debit <> credit),
    FOREIGN KEY (debit, unit) REFERENCES accounts (id, unit),   -- both ends hold the same unit:
    FOREIGN KEY (credit, unit) REFERENCES accounts (id, unit)   -- a mixed-unit move cannot be written
);
CREATE TABLE lots (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    programme_id text NOT NULL,
    account      text COLLATE "C" NOT NULL REFERENCES accounts,
    posting_id   bigint NOT NULL REFERENCES postings,
    origin       bigint REFERENCES lots,   -- the lot that ran out while these points were held
    points       bigint NOT NULL CHECK (points > 0),
    remaining    bigint NOT NULL CHECK (remaining BETWEEN 0 AND points),
    expires_at   timestamptz               -- NULL: never
);
CREATE INDEX lots_open ON lots (account, expires_at, id) WHERE remaining > 0;
CREATE INDEX lots_due ON lots (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL;
CREATE TABLE holds (
    id              text COLLATE "C" PRIMARY KEY,
    programme_id    text NOT NULL,
    member_id       text NOT NULL,
    points          bigint NOT NULL CHECK (points > 0),
    state           text NOT NULL CHECK (state IN ('held', 'burned', 'released')),
    held_posting    bigint NOT NULL UNIQUE REFERENCES postings,
    settled_posting bigint UNIQUE REFERENCES postings,
    CHECK ((state = 'held') = (settled_posting IS NULL))
);
CREATE INDEX holds_member ON holds (programme_id, member_id) WHERE state = 'held';
CREATE TABLE hold_lots (
    hold_id text COLLATE "C" NOT NULL REFERENCES holds,
    lot_id  bigint NOT NULL REFERENCES lots,
    points  bigint NOT NULL CHECK (points > 0),
    PRIMARY KEY (hold_id, lot_id)
);

CREATE TRIGGER postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON postings EXECUTE FUNCTION refuse_change();
CREATE TRIGGER moves_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON moves EXECUTE FUNCTION refuse_change();
ALTER TABLE postings ENABLE ALWAYS TRIGGER postings_append_only;   -- also where a session calls itself a replica
ALTER TABLE moves ENABLE ALWAYS TRIGGER moves_append_only;
