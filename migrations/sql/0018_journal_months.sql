-- A turn is taken once, whatever month its row goes to: the second holder of the same turn finds the number taken.
CREATE FUNCTION conversations_one_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'conversation %: turn % was taken by another', OLD.id, NEW.turn USING ERRCODE = 'unique_violation';
END $$;
CREATE TRIGGER conversations_one_turn BEFORE UPDATE OF turn ON conversations FOR EACH ROW
    WHEN (NEW.turn <> OLD.turn + 1) EXECUTE FUNCTION conversations_one_turn();

ALTER TABLE journal RENAME TO journal_past;
ALTER INDEX journal_words RENAME TO journal_past_words;
ALTER TABLE journal_past RENAME CONSTRAINT journal_conversation_id_turn_key TO journal_past_turn;
-- Making and dropping a month would lock conversations for a foreign key's sake, against a turn's order of locks. A turn writes
-- its row in the statement that writes its conversation's, and conversations are never deleted.
ALTER TABLE journal_past DROP CONSTRAINT journal_conversation_id_fkey;
ALTER TABLE journal_past DROP CONSTRAINT journal_pkey;
ALTER TABLE journal_past ALTER COLUMN id DROP IDENTITY;

-- Without indexes of its own: each month has them, and a month's unique index need not hold the time.
CREATE TABLE journal (
    id              bigint GENERATED ALWAYS AS IDENTITY,
    conversation_id text NOT NULL,
    turn            bigint NOT NULL,
    event_key       text NOT NULL,
    at              timestamptz NOT NULL,
    event           text NOT NULL,
    flow            text,
    state_before    text,
    state_after     text,
    effects         text[] NOT NULL,
    sealed          bytea NOT NULL
) PARTITION BY RANGE (at);
CREATE TRIGGER journal_append_only BEFORE DELETE OR TRUNCATE ON journal EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON journal TO saathi_service;

CREATE TABLE journal_months (                          -- the partitions with an end; the rest waits in journal_rest
    name        text PRIMARY KEY,                     -- journal_2026_01, or journal_past
    begins_at   timestamptz NOT NULL,                 -- India's midnights; -infinity: everything before
    ends_at     timestamptz NOT NULL UNIQUE CHECK (ends_at > begins_at),
    archived_at timestamptz                           -- it is no table any more
);
CREATE TABLE journal_archives (                        -- a file in the media store with a part of a month
    id         text PRIMARY KEY,
    month      text NOT NULL REFERENCES journal_months,
    stored_as  text NOT NULL,
    data_key   bytea,                                 -- wrapped, seals the file; NULL: the words' time is over, the file is gone
    turns      integer NOT NULL CHECK (turns > 0),
    size_bytes bigint NOT NULL,
    sha256     bytea NOT NULL,                        -- of the file as it lies there
    created_at timestamptz NOT NULL
);
CREATE INDEX journal_archives_month ON journal_archives (month);
CREATE TABLE journal_archived (                        -- where a conversation's old turns lie
    conversation_id text NOT NULL REFERENCES conversations,
    archive_id      text NOT NULL REFERENCES journal_archives ON DELETE CASCADE,
    first_turn      bigint NOT NULL,
    last_turn       bigint NOT NULL,
    PRIMARY KEY (conversation_id, archive_id)
);
CREATE INDEX journal_archived_archive ON journal_archived (archive_id);
GRANT SELECT ON journal_months TO saathi_service;
GRANT SELECT, INSERT, DELETE ON journal_archives TO saathi_service;
GRANT UPDATE (data_key) ON journal_archives TO saathi_service;
GRANT SELECT, INSERT ON journal_archived TO saathi_service;

-- What each partition has: its indexes, and that it stays as it was written.
CREATE FUNCTION journal_dress(p_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (conversation_id, turn)', p_name || '_turn', p_name);
    EXECUTE format('CREATE INDEX %I ON %I (at) WHERE length(sealed) > 0', p_name || '_words', p_name);
    EXECUTE format('CREATE TRIGGER journal_append_only BEFORE DELETE OR TRUNCATE ON %I EXECUTE FUNCTION refuse_change()', p_name);
    EXECUTE format('CREATE TRIGGER journal_keep BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION journal_keep()', p_name);
    EXECUTE format('GRANT SELECT ON %I TO saathi_service', p_name);
END $$;
REVOKE ALL ON FUNCTION journal_dress(text) FROM PUBLIC;

CREATE TABLE journal_rest PARTITION OF journal DEFAULT;  -- a net: no turn fails because nobody has made its month
SELECT journal_dress('journal_rest');

DO $$
DECLARE
    v_last timestamptz; v_id bigint; v_end timestamptz;
BEGIN
    SELECT max(at), max(id) INTO v_last, v_id FROM journal_past;
    IF v_last IS NULL THEN
        DROP TABLE journal_past;
        RETURN;
    END IF;
    -- The month that its newest row is in goes on being written there, to its end.
    v_end := (date_trunc('month', v_last AT TIME ZONE 'Asia/Kolkata') + interval '1 month') AT TIME ZONE 'Asia/Kolkata';
    EXECUTE format('ALTER TABLE journal ATTACH PARTITION journal_past FOR VALUES FROM (MINVALUE) TO (%L)', v_end);
    EXECUTE format('ALTER TABLE journal ALTER COLUMN id RESTART WITH %s', v_id + 1);
    INSERT INTO journal_months (name, begins_at, ends_at) VALUES ('journal_past', '-infinity', v_end);
END $$;

-- Makes the partition of a month, India's, and takes into it what has gathered in the net. False where there is one already.
CREATE FUNCTION journal_month_add(p_month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_name text := 'journal_' || to_char(p_month, 'YYYY_MM');
    v_from timestamptz := date_trunc('month', p_month::timestamp) AT TIME ZONE 'Asia/Kolkata';
    v_to timestamptz := (date_trunc('month', p_month::timestamp) + interval '1 month') AT TIME ZONE 'Asia/Kolkata';
BEGIN
    PERFORM pg_advisory_xact_lock(7210418);  -- two clocks at once
    IF EXISTS (SELECT FROM journal_months WHERE begins_at < v_to AND ends_at > v_from) THEN RETURN false; END IF;
    LOCK TABLE journal_rest IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE journal INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    ALTER TABLE journal_rest DISABLE TRIGGER journal_append_only;
    EXECUTE format('WITH moved AS (DELETE FROM journal_rest WHERE at >= $1 AND at < $2 RETURNING *)
                    INSERT INTO %I SELECT * FROM moved', v_name) USING v_from, v_to;
    ALTER TABLE journal_rest ENABLE TRIGGER journal_append_only;
    PERFORM journal_dress(v_name);
    EXECUTE format('ALTER TABLE journal ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name, v_from, v_to);
    INSERT INTO journal_months (name, begins_at, ends_at) VALUES (v_name, v_from, v_to);
    RETURN true;
END $$;

-- Drops a month that lies in the archive whole. Raises where a row of it does not.
CREATE FUNCTION journal_month_drop(p_name text, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_kept bigint; v_there bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM journal_months WHERE name = p_name AND archived_at IS NULL AND ends_at <= p_now FOR UPDATE) THEN
        RAISE EXCEPTION 'journal: % is no month that is over and still here', p_name USING ERRCODE = 'restrict_violation';
    END IF;
    LOCK TABLE journal IN ACCESS EXCLUSIVE MODE;
    SELECT coalesce(sum(turns), 0) INTO v_kept FROM journal_archives WHERE month = p_name;
    EXECUTE format('SELECT count(*) FROM %I', p_name) INTO v_there;
    IF v_kept <> v_there THEN
        RAISE EXCEPTION 'journal: % has % turns, and its archive %', p_name, v_there, v_kept USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('ALTER TABLE journal DETACH PARTITION %I', p_name);
    EXECUTE format('DROP TABLE %I', p_name);
    UPDATE journal_months SET archived_at = p_now WHERE name = p_name;
    RETURN v_there;
END $$;
REVOKE ALL ON FUNCTION journal_month_add(date), journal_month_drop(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal_month_add(date), journal_month_drop(text, timestamptz) TO saathi_service;

-- As before; a turn is found again by its own key and its time, so that only its month is looked into.
CREATE OR REPLACE FUNCTION words_forget(p_before timestamptz, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_inbox integer; v_journal integer;
BEGIN
    UPDATE inbox SET sealed = '' WHERE id IN (
        SELECT id FROM inbox WHERE received_at < p_before AND length(sealed) > 0
           AND (handled_at IS NOT NULL OR parked_at IS NOT NULL) ORDER BY received_at, id LIMIT p_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_inbox = ROW_COUNT;
    UPDATE journal j SET sealed = '' FROM (
        SELECT conversation_id, turn, at FROM journal WHERE at < p_before AND length(sealed) > 0
         ORDER BY at, conversation_id, turn LIMIT p_most) w
     WHERE j.at = w.at AND j.conversation_id = w.conversation_id AND j.turn = w.turn;
    GET DIAGNOSTICS v_journal = ROW_COUNT;
    RETURN v_inbox + v_journal;
END $$;

-- What a person's page is read by.
CREATE INDEX outbox_conversation ON outbox (conversation_id, id);
CREATE INDEX outbox_failed ON outbox (conversation_id, id) WHERE state = 'failed';
CREATE INDEX inbox_parked ON inbox (conversation_id, id) WHERE parked_at IS NOT NULL AND handled_at IS NULL;
CREATE INDEX tasks_open ON tasks (conversation_id) WHERE state <> 'done';
CREATE INDEX coupons_member ON coupons (claimed_by_member, claimed_at) WHERE claimed_by_member IS NOT NULL;
