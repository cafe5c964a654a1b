CREATE TABLE kyc_checks (                            -- what members gave to prove who they are; a new one replaces
    id              text PRIMARY KEY,
    programme_id    text NOT NULL REFERENCES programmes,
    member_id       text NOT NULL REFERENCES members,
    conversation_id text NOT NULL REFERENCES conversations,  -- where it was given, and its outcome is told
    kind            text NOT NULL CHECK (kind IN ('pan', 'gstin', 'udyam', 'destination')),
    state           text NOT NULL CHECK (state IN ('checking', 'verified', 'ask_again', 'review', 'rejected', 'replaced')),
    sealed          bytea,                          -- {"value", "name"} under the member's data key; NULL: a photo alone
    blind_index     text,                           -- "<key id>:<hex>" of the value's normal form
    masked          text NOT NULL,
    source          text NOT NULL CHECK (source IN ('typed', 'photo', 'staff')),
    media_id        text REFERENCES media,
    token           text,                           -- of a destination's secret
    score           integer CHECK (score BETWEEN 0 AND 100),  -- how alike the names are; NULL: there was none to compare
    reason          text CHECK (reason IN ('duplicate', 'name_differs', 'pan_differs', 'unreadable', 'unavailable',
                        'not_found', 'not_yours', 'not_genuine', 'expired', 'name_changed', 'asked', 'other')),
    created_at      timestamptz NOT NULL,
    decided_at      timestamptz,
    decided_by      text,                           -- a name of staff, or "system:<what decided>"
    CHECK ((sealed IS NULL) = (blind_index IS NULL)),
    CHECK (sealed IS NOT NULL OR state NOT IN ('checking', 'verified')),
    CHECK (state NOT IN ('verified', 'rejected') OR num_nulls(decided_at, decided_by) = 0)
);
CREATE UNIQUE INDEX kyc_checks_current ON kyc_checks (member_id, kind) WHERE state <> 'replaced';
CREATE INDEX kyc_checks_same ON kyc_checks (programme_id, kind, blind_index) WHERE state <> 'replaced';
CREATE INDEX kyc_checks_member ON kyc_checks (member_id, kind, created_at);
CREATE INDEX kyc_checks_token ON kyc_checks (token) WHERE state = 'checking';

CREATE TABLE kyc_reviews (                           -- a person looks at a check
    id               text PRIMARY KEY,
    check_id         text NOT NULL REFERENCES kyc_checks,
    why              text NOT NULL CHECK (why IN ('duplicate', 'name_differs', 'pan_differs', 'unreadable', 'unavailable',
                         'other')),
    state            text NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'asked', 'dropped')),
    approvals_needed integer NOT NULL CHECK (approvals_needed IN (1, 2)),
    opened_at        timestamptz NOT NULL,
    first_opened_at  timestamptz,                   -- when a reviewer first looked
    decided_at       timestamptz,
    note             text NOT NULL,
    CHECK ((state = 'open') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX kyc_reviews_open ON kyc_reviews (check_id) WHERE state = 'open';
CREATE INDEX kyc_reviews_check ON kyc_reviews (check_id, opened_at);
CREATE INDEX kyc_reviews_queue ON kyc_reviews (opened_at, id) WHERE state = 'open';

CREATE TABLE kyc_review_votes (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    review_id text NOT NULL REFERENCES kyc_reviews,
    staff_id  text NOT NULL REFERENCES staff,       -- the id, so that one person counts once
    verdict   text NOT NULL CHECK (verdict IN ('approve', 'reject', 'ask')),
    reason    text,
    at        timestamptz NOT NULL,
    UNIQUE (review_id, staff_id)
);
CREATE TRIGGER kyc_review_votes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kyc_review_votes
    EXECUTE FUNCTION refuse_change();
ALTER TABLE kyc_review_votes ENABLE ALWAYS TRIGGER kyc_review_votes_append_only;

CREATE FUNCTION kyc_checks_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What was given is evidence: another value is another check, and what was replaced stays so.
    IF ROW(NEW.id, NEW.programme_id, NEW.member_id, NEW.kind, NEW.sealed, NEW.blind_index, NEW.source, NEW.created_at)
       IS DISTINCT FROM ROW(OLD.id, OLD.programme_id, OLD.member_id, OLD.kind, OLD.sealed, OLD.blind_index, OLD.source,
           OLD.created_at)
       OR (OLD.state = 'replaced' AND NEW.state <> 'replaced')
    THEN RAISE EXCEPTION 'check %: what was given cannot change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kyc_checks_keep BEFORE UPDATE ON kyc_checks FOR EACH ROW EXECUTE FUNCTION kyc_checks_keep();

GRANT SELECT, INSERT ON kyc_checks, kyc_reviews, kyc_review_votes TO saathi_service;
GRANT UPDATE (state, score, reason, decided_at, decided_by, media_id) ON kyc_checks TO saathi_service;
GRANT UPDATE (state, first_opened_at, decided_at, note) ON kyc_reviews TO saathi_service;
