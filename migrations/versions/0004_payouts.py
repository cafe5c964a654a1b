"""Payouts: one row per redemption, what happened to it, and the callbacks of the provider seen so far.

Why: money leaves exactly once. The request's exact bytes and its one idempotency key are committed before the provider
is called, so whatever dies afterwards, what is repeated is the same request. What happened is append-only; the bytes
hold a UPI id, so they are sealed, and the events carry no secret.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE payouts (
    id              text PRIMARY KEY,
    key             text NOT NULL UNIQUE,           -- "<event key>/<n>" of the effect that asked for it; its task's too
    programme_id    text NOT NULL REFERENCES programmes,
    member_id       text NOT NULL REFERENCES members,
    conversation_id text NOT NULL REFERENCES conversations,
    hold_id         text NOT NULL UNIQUE,
    secret_token    text NOT NULL,                  -- of the VPA; no foreign key: an erased secret leaves the payout
    points          bigint NOT NULL CHECK (points > 0),
    amount_paise    bigint NOT NULL CHECK (amount_paise > 0),
    masked          text NOT NULL,
    state           text NOT NULL CHECK (state IN ('requested', 'awaiting_approval', 'reserved', 'sent', 'unknown',
                        'paid', 'failed', 'reversed')),
    provider        text,                           -- from here to `request`: set when reserved, never changed
    reference_id    text NOT NULL UNIQUE CHECK (length(reference_id) BETWEEN 1 AND 40),
    idempotency_key text NOT NULL UNIQUE CHECK (length(idempotency_key) BETWEEN 4 AND 36),
    request         bytea,                          -- sealed under the member's data key
    provider_id     text,
    utr             text,
    reason          text,                           -- the last answer's, a slug
    alert           text,                           -- why a person must look; nothing moves by itself until cleared
    attempts        integer NOT NULL DEFAULT 0,     -- posts begun
    unanswered      integer NOT NULL DEFAULT 0,     -- posts whose fate we do not know
    asks            integer NOT NULL DEFAULT 0,
    absent_at       timestamptz,                    -- first found missing, an hour or more after the last post
    next_at         timestamptz,                    -- when to go on with it; NULL: not by ourselves
    requested_at    timestamptz NOT NULL,
    reserved_at     timestamptz,
    sent_at         timestamptz,                    -- the last post
    delay_told_at   timestamptz,
    settled_at      timestamptz,
    CHECK ((state IN ('paid', 'failed', 'reversed')) = (settled_at IS NOT NULL)),
    CHECK (state NOT IN ('reserved', 'sent', 'unknown', 'paid', 'reversed')
           OR num_nulls(provider, request, reserved_at) = 0)
);
CREATE INDEX payouts_member ON payouts (member_id, requested_at);
CREATE INDEX payouts_provider_id ON payouts (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX payouts_open ON payouts (next_at) WHERE state IN ('requested', 'reserved', 'sent', 'unknown');
CREATE INDEX payouts_alerts ON payouts (id) WHERE alert IS NOT NULL;
CREATE FUNCTION payouts_keep_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Another key or other bytes would be another payment: what a payout once sent stays what it sends.
    IF ROW(NEW.id, NEW.key, NEW.programme_id, NEW.member_id, NEW.hold_id, NEW.points, NEW.amount_paise,
           NEW.reference_id, NEW.idempotency_key)
       IS DISTINCT FROM ROW(OLD.id, OLD.key, OLD.programme_id, OLD.member_id, OLD.hold_id, OLD.points,
           OLD.amount_paise, OLD.reference_id, OLD.idempotency_key)
       OR (OLD.request IS NOT NULL AND ROW(NEW.request, NEW.provider) IS DISTINCT FROM ROW(OLD.request, OLD.provider))
    THEN RAISE EXCEPTION 'payout %: what was asked for cannot change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payouts_keep_request BEFORE UPDATE ON payouts FOR EACH ROW EXECUTE FUNCTION payouts_keep_request();

CREATE TABLE payout_events (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payout_id  text NOT NULL REFERENCES payouts,
    at         timestamptz NOT NULL,
    cause      text NOT NULL,
    from_state text,                                -- NULL: the payout was requested
    to_state   text NOT NULL,
    detail     jsonb NOT NULL                       -- without secrets
);
CREATE INDEX payout_events_payout ON payout_events (payout_id, id);
CREATE TRIGGER payout_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_events
    EXECUTE FUNCTION refuse_change();

CREATE TABLE provider_events (                       -- callbacks, each taken once; bodies are not kept: they hold VPAs
    id          text PRIMARY KEY,                   -- the provider's event id
    provider    text NOT NULL,
    event       text NOT NULL,
    body_hash   bytea NOT NULL,
    provider_id text,
    payout_id   text REFERENCES payouts,
    received_at timestamptz NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('recorded', 'unrelated', 'unreadable'))
);
CREATE INDEX provider_events_received ON provider_events (received_at);
"""

GRANTS = """
GRANT SELECT, INSERT ON payouts, payout_events, provider_events TO saathi_service;
GRANT UPDATE (state, provider, request, provider_id, utr, reason, alert, attempts, unanswered, asks, absent_at, next_at,
    reserved_at, sent_at, delay_told_at, settled_at) ON payouts TO saathi_service;
"""


def upgrade() -> None:
    for part in (TABLES, GRANTS):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("what was paid cannot be forgotten; restore a backup instead")
