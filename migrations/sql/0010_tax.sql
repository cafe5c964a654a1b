CREATE TABLE pans (                                  -- one row a PAN: whoever redeems under it locks the row
    pan_index      text PRIMARY KEY,                -- "<key id>:<hex>", blind
    first_given_at timestamptz NOT NULL,
    locked         boolean                          -- always NULL
);
CREATE TABLE member_pans (                           -- what members gave; a correction is a row of its own
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id   text NOT NULL REFERENCES members,
    pan_index   text NOT NULL REFERENCES pans,
    sealed      bytea NOT NULL,                     -- under the member's data key
    masked      text NOT NULL,
    source      text NOT NULL CHECK (source IN ('chat', 'kyc', 'staff')),
    given_at    timestamptz NOT NULL,
    replaced_at timestamptz
);
CREATE UNIQUE INDEX member_pans_current ON member_pans (member_id) WHERE replaced_at IS NULL;
CREATE INDEX member_pans_pan ON member_pans (pan_index) WHERE replaced_at IS NULL;

ALTER TABLE payouts ADD gross_paise bigint, ADD tax_paise bigint NOT NULL DEFAULT 0 CHECK (tax_paise >= 0);
UPDATE payouts SET gross_paise = amount_paise;
ALTER TABLE payouts ALTER gross_paise SET NOT NULL,  -- amount_paise is what the bank is asked to pay
    ADD CONSTRAINT payouts_gross CHECK (gross_paise = amount_paise + tax_paise);

CREATE TABLE tax_entries (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payout_id    text NOT NULL REFERENCES payouts,
    programme_id text NOT NULL REFERENCES programmes,
    member_id    text NOT NULL REFERENCES members,
    pan_index    text REFERENCES pans,              -- as it was given then; NULL: none was
    tax_year     text NOT NULL CHECK (tax_year ~ '^[0-9]{4}-[0-9]{2}$'),  -- of the benefit, also where it is taken back
    gross_paise  bigint NOT NULL,                   -- the benefit
    taxed_paise  bigint NOT NULL,                   -- the value the tax is for: of the crossing one, the year's so far
    tax_paise    bigint NOT NULL,
    rate_bp      integer NOT NULL,
    rule         text NOT NULL,
    at           timestamptz NOT NULL,
    corrects     bigint UNIQUE REFERENCES tax_entries,
    CHECK (CASE WHEN corrects IS NULL THEN gross_paise > 0 AND taxed_paise >= 0 AND tax_paise >= 0
                ELSE gross_paise < 0 AND taxed_paise <= 0 AND tax_paise <= 0 END)
);
CREATE UNIQUE INDEX tax_entries_payout ON tax_entries (payout_id) WHERE corrects IS NULL;
CREATE INDEX tax_entries_member ON tax_entries (member_id, tax_year);
CREATE INDEX tax_entries_pan ON tax_entries (pan_index, tax_year) WHERE pan_index IS NOT NULL;
CREATE INDEX tax_entries_at ON tax_entries (at) WHERE tax_paise <> 0;
CREATE TRIGGER tax_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tax_entries
    EXECUTE FUNCTION refuse_change();
ALTER TABLE tax_entries ENABLE ALWAYS TRIGGER tax_entries_append_only;

-- What was paid, or is on its way, before there was a passbook.
INSERT INTO tax_entries (payout_id, programme_id, member_id, tax_year, gross_paise, taxed_paise, tax_paise, rate_bp, rule, at)
SELECT id, programme_id, member_id,
       CASE WHEN extract(month FROM here) >= 4 THEN year || '-' || to_char((year + 1) % 100, 'FM00')
            ELSE (year - 1) || '-' || to_char(year % 100, 'FM00') END,
       amount_paise, 0, 0, 0, 'before-the-passbook', requested_at
  FROM (SELECT *, requested_at AT TIME ZONE 'Asia/Kolkata' AS here,
               extract(year FROM requested_at AT TIME ZONE 'Asia/Kolkata')::int AS year
          FROM payouts WHERE state NOT IN ('failed', 'reversed')) AS p
 ORDER BY requested_at, id;

INSERT INTO accounts (id, programme_id, unit, tracked, opened_at)
SELECT programme_id || '/tax-payable', programme_id, 'INR', false, opened_at FROM accounts
 WHERE id = programme_id || '/paid-out' ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION payouts_keep_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Another key or other bytes would be another payment: what a payout once sent stays what it sends.
    IF ROW(NEW.id, NEW.key, NEW.programme_id, NEW.member_id, NEW.hold_id, NEW.points, NEW.amount_paise,
           NEW.gross_paise, NEW.tax_paise, NEW.reference_id, NEW.idempotency_key)
       IS DISTINCT FROM ROW(OLD.id, OLD.key, OLD.programme_id, OLD.member_id, OLD.hold_id, OLD.points,
           OLD.amount_paise, OLD.gross_paise, OLD.tax_paise, OLD.reference_id, OLD.idempotency_key)
       OR (OLD.request IS NOT NULL AND ROW(NEW.request, NEW.provider) IS DISTINCT FROM ROW(OLD.request, OLD.provider))
    THEN RAISE EXCEPTION 'payout %: what was asked for cannot change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
