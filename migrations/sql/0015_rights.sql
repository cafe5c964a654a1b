ALTER TABLE contacts ADD COLUMN erased_at timestamptz;
ALTER TABLE members ADD COLUMN erased_at timestamptz;

CREATE INDEX members_erased ON members (id) WHERE erased_at IS NOT NULL;
CREATE INDEX contacts_erased ON contacts (id) WHERE erased_at IS NOT NULL;

CREATE TABLE erasures (
    id              text PRIMARY KEY,
    contact_id      text NOT NULL REFERENCES contacts,
    conversation_id text NOT NULL REFERENCES conversations,  -- the one it was asked in, or is told in
    asked_by        text NOT NULL,                  -- 'member', or a name of staff
    reason          text NOT NULL,
    asked_at        timestamptz NOT NULL,
    due_at          timestamptz NOT NULL CHECK (due_at >= asked_at),
    waits_for       text CHECK (waits_for IN ('payouts', 'bills', 'fault')),  -- what holds it up though its day has come
    tried_at        timestamptz,                    -- then it waits behind those that nobody has tried yet
    cancelled_at    timestamptz,
    cancelled_by    text,
    done_at         timestamptz,
    CHECK (cancelled_at IS NULL OR done_at IS NULL),
    CHECK ((cancelled_at IS NULL) = (cancelled_by IS NULL))
);
CREATE UNIQUE INDEX erasures_open ON erasures (contact_id) WHERE cancelled_at IS NULL AND done_at IS NULL;
CREATE INDEX erasures_due ON erasures (due_at) WHERE cancelled_at IS NULL AND done_at IS NULL;
GRANT SELECT, INSERT, UPDATE (waits_for, tried_at, cancelled_at, cancelled_by, done_at) ON erasures TO saathi_service;

CREATE TABLE retention_keys (                        -- each seals what must be kept of one person until one day
    id           text PRIMARY KEY,
    data_key     bytea,                             -- wrapped; NULL once the day has come
    delete_after date NOT NULL,                     -- India's last day with it
    created_at   timestamptz NOT NULL,
    deleted_at   timestamptz,
    CHECK ((data_key IS NULL) = (deleted_at IS NOT NULL))
);
CREATE INDEX retention_keys_due ON retention_keys (delete_after) WHERE deleted_at IS NULL;
GRANT SELECT, INSERT, UPDATE (data_key, deleted_at) ON retention_keys TO saathi_service;

CREATE TABLE retained (
    kind       text NOT NULL CHECK (kind IN ('tax', 'bill', 'bill_photo')),
    subject    text NOT NULL,                       -- the id of the member, the claim, the picture
    member_id  text NOT NULL REFERENCES members,
    key_id     text NOT NULL REFERENCES retention_keys,
    sealed     bytea,                               -- under that key; NULL where it lies in the media store
    stored_as  text,                                -- key in the media store; NULL once it is gone there
    created_at timestamptz NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX retained_key ON retained (key_id);
CREATE INDEX retained_member ON retained (member_id);
GRANT SELECT, INSERT, DELETE ON retained TO saathi_service;

ALTER TABLE media
    ADD COLUMN deleted_at     timestamptz,          -- its bytes are gone here: it is not fetched again
    ADD COLUMN twilio_gone_at timestamptz,          -- and at Twilio
    ADD COLUMN twilio_tries   integer NOT NULL DEFAULT 0,
    ADD COLUMN twilio_next_at timestamptz;          -- NULL: at once
CREATE INDEX media_at_twilio ON media (stored_at) WHERE twilio_gone_at IS NULL AND stored_at IS NOT NULL;
CREATE INDEX media_kept ON media (stored_at) WHERE stored_as IS NOT NULL;
CREATE INDEX media_contact ON media (contact_id);
ALTER TABLE pictures ADD COLUMN deleted_at timestamptz;
CREATE INDEX pictures_kept ON pictures (created_at) WHERE deleted_at IS NULL;
CREATE INDEX pictures_contact ON pictures (contact_id);
GRANT UPDATE (deleted_at) ON pictures TO saathi_service;
CREATE INDEX tasks_data_files ON tasks (conversation_id, created_at) WHERE kind = 'make_data_file';

-- The journal stays as it was written, but for one thing: the words of a turn may be emptied.
DROP TRIGGER journal_append_only ON journal;
CREATE TRIGGER journal_append_only BEFORE DELETE OR TRUNCATE ON journal EXECUTE FUNCTION refuse_change();
CREATE FUNCTION journal_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF length(NEW.sealed) > 0 OR
       ROW(NEW.id, NEW.conversation_id, NEW.turn, NEW.event_key, NEW.at, NEW.event, NEW.flow, NEW.state_before,
           NEW.state_after, NEW.effects)
       IS DISTINCT FROM ROW(OLD.id, OLD.conversation_id, OLD.turn, OLD.event_key, OLD.at, OLD.event, OLD.flow,
           OLD.state_before, OLD.state_after, OLD.effects)
    THEN RAISE EXCEPTION 'journal is append-only; add a correction';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER journal_keep BEFORE UPDATE ON journal FOR EACH ROW EXECUTE FUNCTION journal_keep();

-- Empties the words of messages and turns older than p_before, and how many rows that were; a message that waits stays.
CREATE FUNCTION words_forget(p_before timestamptz, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_inbox integer; v_journal integer;
BEGIN
    UPDATE inbox SET sealed = '' WHERE id IN (
        SELECT id FROM inbox WHERE received_at < p_before AND length(sealed) > 0
           AND (handled_at IS NOT NULL OR parked_at IS NOT NULL) ORDER BY received_at, id LIMIT p_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_inbox = ROW_COUNT;
    UPDATE journal SET sealed = '' WHERE id IN (
        SELECT id FROM journal WHERE at < p_before AND length(sealed) > 0 ORDER BY at, id LIMIT p_most);
    GET DIAGNOSTICS v_journal = ROW_COUNT;
    RETURN v_inbox + v_journal;
END $$;
CREATE INDEX inbox_words ON inbox (received_at, id) WHERE length(sealed) > 0;
CREATE INDEX journal_words ON journal (at, id) WHERE length(sealed) > 0;
CREATE INDEX outbox_words ON outbox (created_at, id) WHERE length(sealed) > 0;

-- Of a person whose keys are gone, what no key opens goes too: nothing of a living one can be emptied with these.
CREATE FUNCTION contact_forget(p_contact text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM contacts WHERE id = p_contact AND data_key IS NULL) THEN
        RAISE EXCEPTION 'contact % has its key', p_contact USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE inbox SET sealed = '' WHERE conversation_id IN (SELECT id FROM conversations WHERE contact_id = p_contact);
    UPDATE journal SET sealed = '' WHERE conversation_id IN (SELECT id FROM conversations WHERE contact_id = p_contact);
END $$;
-- A PAN's blind index stays: the tax year of whoever comes back with the same PAN goes on.
CREATE FUNCTION member_forget(p_member text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM members WHERE id = p_member AND data_key IS NULL) THEN
        RAISE EXCEPTION 'member % has their key', p_member USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE member_pans SET sealed = '', masked = '' WHERE member_id = p_member;
    UPDATE payouts SET masked = '' WHERE member_id = p_member;
    IF to_regclass('public.kyc_checks') IS NOT NULL THEN  -- what proved who they were is nobody's double any more
        UPDATE kyc_reviews SET state = 'dropped', decided_at = p_now WHERE state = 'open'
           AND check_id IN (SELECT id FROM kyc_checks WHERE member_id = p_member);
        UPDATE kyc_checks SET state = 'replaced', masked = '' WHERE member_id = p_member;
    END IF;
END $$;
REVOKE ALL ON FUNCTION words_forget(timestamptz, integer), contact_forget(text), member_forget(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION words_forget(timestamptz, integer), contact_forget(text), member_forget(text, timestamptz)
    TO saathi_service;
