"""Coupons: stock that is printed on packs, and who claimed which.

Why: a code is worth money to whoever types it first, so one row per code is the lock. The code itself is nowhere: it is
made from the serial and a key that the database never sees, so a stolen copy of these tables claims nothing.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE coupon_batches (
    id           text PRIMARY KEY,
    programme_id text NOT NULL REFERENCES programmes,
    sku          text NOT NULL,
    count        integer NOT NULL CHECK (count > 0),
    key          text NOT NULL CHECK (length(key) = 1), -- the letter in CODE_KEYS that signs this stock
    expires_on   date,                               -- last day to claim, in India; NULL: no end
    created_at   timestamptz NOT NULL,
    UNIQUE (id, programme_id)
);
CREATE INDEX coupon_batches_sku ON coupon_batches (programme_id, sku);
CREATE TABLE coupons (
    serial             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
                       CHECK (serial < 1099511627776), -- a code has 40 bits for it
    batch_id           text NOT NULL,
    programme_id       text NOT NULL,
    sku                text NOT NULL,
    key                text NOT NULL,                -- from the batch, as sku and expiry: a claim reads one row
    state              text NOT NULL CHECK (state IN ('inactive', 'active', 'void', 'claimed')),
    expires_at         timestamptz,
    claimed_by_member  text REFERENCES members,
    claimed_by_contact text REFERENCES contacts,
    claimed_at         timestamptz,
    claim_key          text,                         -- of the effect that claimed it, so that its repeat succeeds again
    FOREIGN KEY (batch_id, programme_id) REFERENCES coupon_batches (id, programme_id),
    CHECK ((state = 'claimed') = (claimed_at IS NOT NULL)),
    CHECK (num_nonnulls(claimed_by_member, claimed_by_contact, claimed_at, claim_key) IN (0, 4))
);
CREATE INDEX coupons_batch ON coupons (batch_id);
CREATE UNIQUE INDEX coupons_claim ON coupons (claim_key) WHERE claim_key IS NOT NULL;
"""

GRANTS = """
GRANT SELECT, INSERT ON coupon_batches, coupons TO saathi_service;
GRANT UPDATE (state, claimed_by_member, claimed_by_contact, claimed_at, claim_key) ON coupons TO saathi_service;
"""


def upgrade() -> None:
    for part in (TABLES, GRANTS):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("codes already printed would be lost; restore a backup instead")
