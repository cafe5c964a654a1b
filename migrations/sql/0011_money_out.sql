ALTER TABLE payouts
    ADD COLUMN approvals_needed integer NOT NULL DEFAULT 0 CHECK (approvals_needed BETWEEN 0 AND 2),
    ADD COLUMN approved_at      timestamptz,  -- when the last one it needed approved
    ADD COLUMN held_by          text,         -- who on the staff holds it back: nothing is sent; NULL: nobody
    ADD COLUMN mode             text CHECK (mode IN ('UPI', 'IMPS', 'NEFT')),  -- set when reserved
    ADD COLUMN waits_for        text,         -- what the provider wants from us before it goes on, such as low_balance
    ADD CONSTRAINT payouts_approved CHECK (approvals_needed = 0 OR approved_at IS NOT NULL
        OR state IN ('requested', 'awaiting_approval', 'failed')),
    ADD CONSTRAINT payouts_held CHECK (held_by IS NULL OR state IN ('requested', 'awaiting_approval'));
CREATE INDEX payouts_waits ON payouts (provider, waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX payouts_reserved ON payouts (provider, reserved_at) WHERE reserved_at IS NOT NULL;
GRANT UPDATE (approvals_needed, approved_at, held_by, mode, waits_for) ON payouts TO saathi_service;

CREATE TABLE payout_approvals (                 -- each row is one person's word; a second one of the same person is none
    payout_id text NOT NULL REFERENCES payouts,
    staff_id  text NOT NULL REFERENCES staff,
    at        timestamptz NOT NULL,
    PRIMARY KEY (payout_id, staff_id)
);
CREATE TRIGGER payout_approvals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_approvals
    EXECUTE FUNCTION refuse_change();
ALTER TABLE payout_approvals ENABLE ALWAYS TRIGGER payout_approvals_append_only;
GRANT SELECT, INSERT ON payout_approvals TO saathi_service;

CREATE TABLE payout_alarms (                    -- what keeps many payouts waiting; one row from its beginning to its end
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider  text NOT NULL,
    cause     text NOT NULL,                    -- as payouts.waits_for
    raised_at timestamptz NOT NULL,
    ended_at  timestamptz
);
CREATE UNIQUE INDEX payout_alarms_open ON payout_alarms (provider, cause) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE (ended_at) ON payout_alarms TO saathi_service;

CREATE TABLE destination_checks (               -- what the provider says of a destination: does it exist, and whose is it
    token       text PRIMARY KEY,               -- of the secret; no foreign key: erased like it
    member_id   text NOT NULL REFERENCES members,
    provider    text NOT NULL,
    provider_id text,                           -- NULL: asked, not answered yet
    state       text NOT NULL CHECK (state IN ('asked', 'valid', 'invalid', 'name_differs', 'unavailable')),
    score       integer CHECK (score BETWEEN 0 AND 100),  -- how well the registered name fits; the name is not kept
    tries       integer NOT NULL,
    asked_at    timestamptz NOT NULL,
    ended_at    timestamptz,
    CHECK ((state = 'asked') = (ended_at IS NULL))
);
CREATE INDEX destination_checks_provider_id ON destination_checks (provider_id) WHERE provider_id IS NOT NULL;
GRANT SELECT, INSERT, UPDATE (provider_id, state, score, tries, asked_at, ended_at) ON destination_checks TO saathi_service;

CREATE TABLE reconciliations (                  -- a run; one that broke off is taken up where it stopped
    id          text PRIMARY KEY,
    provider    text NOT NULL,
    since       timestamptz NOT NULL,           -- the provider's payouts made from here
    until       timestamptz NOT NULL,           -- to here: before the run began, so its pages stand still
    started_at  timestamptz NOT NULL,
    listed      integer NOT NULL,               -- how many of the provider's list have been compared
    list_read   boolean NOT NULL,               -- to its end
    last_payout text NOT NULL,                  -- our own up to this id have been looked for in it
    ended_at    timestamptz
);
CREATE UNIQUE INDEX reconciliations_open ON reconciliations (provider) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE (listed, list_read, last_payout, ended_at) ON reconciliations TO saathi_service;

CREATE TABLE reconciliation_seen (              -- ours that stood in the provider's list; gone when the run ends
    run       text NOT NULL REFERENCES reconciliations,
    payout_id text NOT NULL REFERENCES payouts,
    PRIMARY KEY (run, payout_id)
);
GRANT SELECT, INSERT, DELETE ON reconciliation_seen TO saathi_service;

CREATE TABLE reconciliation_differences (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run      text NOT NULL REFERENCES reconciliations,
    cause    text NOT NULL CHECK (cause IN ('missing_at_provider', 'unknown_to_us', 'amount_differs', 'state_differs',
                 'utr_differs', 'doubled_at_provider', 'clearing_differs', 'late_reversal', 'callback_missed',
                 'still_processing', 'unreadable')),
    owner    text NOT NULL CHECK (owner IN ('finance', 'engineering', 'provider')),
    subject  text NOT NULL,                     -- our payout's id, the provider's id, or a programme's
    ours     text NOT NULL,
    theirs   text NOT NULL,
    settled  boolean NOT NULL,                  -- the run itself has put it right by believing the provider
    found_at timestamptz NOT NULL,
    UNIQUE (run, cause, subject)
);
CREATE TRIGGER reconciliation_differences_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation_differences
    EXECUTE FUNCTION refuse_change();
ALTER TABLE reconciliation_differences ENABLE ALWAYS TRIGGER reconciliation_differences_append_only;
GRANT SELECT, INSERT ON reconciliation_differences TO saathi_service;
