ALTER TABLE accounts DROP CONSTRAINT accounts_unit_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_unit_check CHECK (unit IN ('PTS', 'INR', 'CPC'));   -- CPC: co-op credit

ALTER TABLE holds ADD COLUMN expires_at timestamptz;                                             -- NULL: never
ALTER TABLE holds DROP CONSTRAINT holds_state_check;
ALTER TABLE holds ADD CONSTRAINT holds_state_check CHECK (state IN ('held', 'burned', 'part_burned', 'released'));
CREATE INDEX holds_due ON holds (expires_at) WHERE state = 'held' AND expires_at IS NOT NULL;

-- What a posting's corrections have taken back so far; few postings are corrections, so the others pay nothing for it.
CREATE INDEX postings_corrects ON postings (corrects) WHERE corrects IS NOT NULL;

-- A month that is closed, or being closed: nothing that happened before ends_at can be posted any more.
CREATE TABLE periods (
    programme_id text NOT NULL REFERENCES programmes,
    month        text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),   -- India's calendar
    ends_at      timestamptz NOT NULL,     -- the first moment after it
    closed_by    text NOT NULL,            -- a name of staff
    closing_at   timestamptz NOT NULL,
    closed_at    timestamptz,              -- NULL: postings begun before closing_at may still be under way
    trial        jsonb,                    -- every account as it stood at ends_at, by happened_at
    PRIMARY KEY (programme_id, ends_at),
    UNIQUE (programme_id, month),
    CHECK ((closed_at IS NULL) = (trial IS NULL))
);
CREATE TRIGGER periods_kept BEFORE DELETE OR TRUNCATE ON periods EXECUTE FUNCTION refuse_change();
CREATE TRIGGER periods_closed BEFORE UPDATE ON periods FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
    EXECUTE FUNCTION refuse_change();
ALTER TABLE periods ENABLE ALWAYS TRIGGER periods_kept;
ALTER TABLE periods ENABLE ALWAYS TRIGGER periods_closed;

-- Programmes opened before there were these accounts get them here, later ones by ledger_open.
INSERT INTO accounts (id, programme_id, unit, tracked, opened_at)
SELECT a.programme_id || '/' || n.name, a.programme_id, n.unit, false, a.opened_at
  FROM accounts a CROSS JOIN (VALUES ('drawn', 'PTS'), ('transfers', 'PTS'), ('converted', 'PTS'), ('breakage', 'PTS'),
       ('adjustments', 'PTS'), ('tax-payable', 'INR'), ('coop-issue', 'CPC')) AS n (name, unit)
 WHERE a.id = a.programme_id || '/issue'
    ON CONFLICT (id) DO NOTHING;
