"""Claims: invoices that members sent, what was read of them, and what became of each.

Why: a bill is worth points once. Seller, financial year, number and type name a bill, so one index over the claims that
live makes a second one impossible, whoever decides, program or person. What was read is personal and sealed; only what
must be searched stands in the clear. Pictures we made for members are rows of their own: they leave by a link that ends.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE claims (
    id              text PRIMARY KEY,
    programme_id    text NOT NULL REFERENCES programmes,
    conversation_id text NOT NULL REFERENCES conversations,
    contact_id      text NOT NULL REFERENCES contacts, -- whose data key seals what was read
    member_id       text REFERENCES members,        -- NULL until its sender is a member
    media           text[] NOT NULL,                -- ids of the pictures it was read from, in the order sent
    state           text NOT NULL CHECK (state IN ('read', 'asked', 'review', 'credited', 'refused', 'reversed', 'joined')),
    sealed          bytea NOT NULL,                 -- JSON of loyalty.reading.Reading
    seller_gstin    text,
    financial_year  text,
    number_key      text,                           -- the number in capitals, without separators
    doc_type        text NOT NULL,
    buyer_gstin     text,
    invoice_date    date,
    taxable_paise   bigint,
    total_paise     bigint,
    fingerprints    bigint[] NOT NULL,              -- of the pictures, for finding them sent again
    problems        text[] NOT NULL,
    reason          text,                           -- why asked, refused or with a reviewer: a word
    rival_of        text REFERENCES claims,         -- has the same number as that one, and other amounts
    asks            integer NOT NULL,               -- questions put to the member so far
    points          bigint CHECK (points > 0),
    posting_id      bigint REFERENCES postings,
    promised_at     timestamptz,                    -- by when the member was told to hear from a reviewer
    created_at      timestamptz NOT NULL,
    decided_at      timestamptz,
    reviewer        text,
    note            text,
    CHECK ((state IN ('credited', 'reversed')) = (posting_id IS NOT NULL)),
    CHECK ((posting_id IS NULL) = (points IS NULL)),
    CHECK (state NOT IN ('credited', 'reversed') OR member_id IS NOT NULL),
    CHECK (state <> 'review' OR promised_at IS NOT NULL)
);
CREATE UNIQUE INDEX claims_bill ON claims (programme_id, seller_gstin, financial_year, number_key, doc_type)
    WHERE state IN ('asked', 'review', 'credited') AND rival_of IS NULL;
CREATE INDEX claims_key ON claims (programme_id, seller_gstin, financial_year, number_key);
CREATE INDEX claims_total ON claims (programme_id, total_paise, created_at);
CREATE INDEX claims_member ON claims (member_id, created_at);
CREATE INDEX claims_conversation ON claims (conversation_id, created_at);
CREATE INDEX claims_buyer ON claims (programme_id, buyer_gstin) WHERE buyer_gstin IS NOT NULL AND state = 'credited';
CREATE INDEX claims_waiting ON claims (promised_at) WHERE state = 'review';
CREATE INDEX claims_asked ON claims (created_at) WHERE state = 'asked';

CREATE TABLE claim_events (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id   text NOT NULL REFERENCES claims,
    at         timestamptz NOT NULL,
    cause      text NOT NULL,
    from_state text,                                -- NULL: the claim was made
    to_state   text NOT NULL,
    detail     jsonb NOT NULL                       -- without what is personal
);
CREATE INDEX claim_events_claim ON claim_events (claim_id, id);
CREATE TRIGGER claim_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_events
    EXECUTE FUNCTION refuse_change();

CREATE TABLE pictures (                              -- made by us, for one contact
    id           text PRIMARY KEY,
    contact_id   text NOT NULL REFERENCES contacts,
    stored_as    text NOT NULL,                     -- key in the media store; sealed there
    content_type text NOT NULL,
    size_bytes   bigint NOT NULL,
    created_at   timestamptz NOT NULL
);
"""

# Papers are read by workers of their own, so that no coupon waits behind a bill.
PAPERS = """
ALTER TABLE tasks DROP CONSTRAINT tasks_queue_check,
    ADD CONSTRAINT tasks_queue_check CHECK (queue IN ('turns', 'media', 'paper', 'payouts'));
"""

GRANTS = """
GRANT SELECT, INSERT ON claims, claim_events, pictures TO saathi_service;
GRANT UPDATE (member_id, media, state, sealed, seller_gstin, financial_year, number_key, doc_type, buyer_gstin, invoice_date,
    taxable_paise, total_paise, fingerprints, problems, reason, rival_of, asks, points, posting_id, promised_at, decided_at,
    reviewer, note) ON claims TO saathi_service;
"""


def upgrade() -> None:
    for part in (TABLES, PAPERS, GRANTS):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("what was credited cannot be forgotten; restore a backup instead")
