ALTER TABLE memberships
    ADD COLUMN scans_per_day integer CHECK (scans_per_day > 0),  -- of a helper; NULL: as many as there are
    ADD COLUMN sees_balance  boolean NOT NULL DEFAULT true,
    ADD COLUMN invitation_id text,                               -- by which it began; NULL: by enrolling, moving or staff
    ADD COLUMN scanned_on    date,                               -- the day in India that `scanned` counts
    ADD COLUMN scanned       integer NOT NULL DEFAULT 0 CHECK (scanned >= 0);
-- One at most, whatever two transactions do at once. That an owner makes way for the next is seen to under the member's lock.
CREATE UNIQUE INDEX memberships_live ON memberships (contact_id, member_id) WHERE until IS NULL;

CREATE TABLE invitations (
    id            text PRIMARY KEY,
    programme_id  text NOT NULL REFERENCES programmes,
    member_id     text NOT NULL REFERENCES members,
    kind          text NOT NULL CHECK (kind IN ('helper', 'owner')),  -- owner: the shop is handed over
    code_index    text NOT NULL UNIQUE,               -- blind index of the code; the code itself is kept nowhere
    name          bytea,                              -- what the owner calls the helper, under the member's key
    scans_per_day integer CHECK (scans_per_day > 0),
    sees_balance  boolean NOT NULL,
    invited_by    text NOT NULL,                      -- a contact, or "staff:<name>"
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    accepted_at   timestamptz,
    accepted_by   text REFERENCES contacts,
    withdrawn_at  timestamptz,
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL))
);
CREATE INDEX invitations_open ON invitations (member_id) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;

CREATE TABLE account_tries (                           -- at codes and proofs that are somebody else's to give
    subject text NOT NULL,                            -- a contact that tries, or a member that is tried at
    what    text NOT NULL CHECK (what IN ('invitation', 'move')),
    tries   integer NOT NULL CHECK (tries >= 0),
    since   timestamptz NOT NULL,                     -- the first of them; a day later they are forgotten
    PRIMARY KEY (subject, what)
);

CREATE TABLE account_moves (                           -- a person's new number, waiting for a word from the old one
    id           text PRIMARY KEY,
    member_id    text NOT NULL REFERENCES members,
    from_contact text NOT NULL REFERENCES contacts,
    to_contact   text NOT NULL REFERENCES contacts,
    asked_at     timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    answered_at  timestamptz,
    CHECK (from_contact <> to_contact)
);
CREATE INDEX account_moves_open ON account_moves (member_id) WHERE answered_at IS NULL;

CREATE TABLE account_changes (                         -- an account in other hands: what it did before counts for less
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id text NOT NULL REFERENCES members,
    kind      text NOT NULL CHECK (kind IN ('moved', 'transferred', 'merged')),
    at        timestamptz NOT NULL,
    by        text NOT NULL,                          -- "pin", "old_phone", or the staff who did it
    from_contact text REFERENCES contacts,
    to_contact   text REFERENCES contacts,
    former_details bytea                              -- the seller's name, sealed as in members: of whom tax was taken
);
CREATE INDEX account_changes_member ON account_changes (member_id, at);
CREATE TRIGGER account_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_changes
    EXECUTE FUNCTION refuse_change();

CREATE TABLE account_orders (                          -- what two of the staff must want
    id           text PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('merge', 'transfer', 'move')),
    programme_id text NOT NULL REFERENCES programmes,
    member_id    text NOT NULL REFERENCES members,
    object       text NOT NULL,                       -- a member (merge) or a contact (transfer, move)
    reason       text NOT NULL,
    asked_by     text NOT NULL,
    asked_at     timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    done_by      text,
    done_at      timestamptz,
    CHECK (done_by <> asked_by),
    CHECK ((done_by IS NULL) = (done_at IS NULL))
);
CREATE INDEX account_orders_open ON account_orders (member_id) WHERE done_at IS NULL;

CREATE TABLE member_merges (                           -- once: a member that was merged is never one's own again
    from_id text PRIMARY KEY REFERENCES members,
    into_id text NOT NULL REFERENCES members,
    at      timestamptz NOT NULL,
    by      text NOT NULL,
    CHECK (from_id <> into_id)
);
CREATE INDEX member_merges_into ON member_merges (into_id);

ALTER TABLE contacts ADD COLUMN merged_into text REFERENCES contacts CHECK (merged_into <> id);
CREATE TABLE contact_addresses (                       -- where a contact wrote from before
    address    text PRIMARY KEY,
    contact_id text NOT NULL REFERENCES contacts,
    kept_at    timestamptz NOT NULL
);

-- For whom a contact acts here: the member it acted for last while that is allowed, else another of its shops, its own
-- first. Memberships are the only truth: a conversation's member_id is no more than a wish. Volatile, so that it sees what
-- was committed while turn_begin waited for nothing. person_id: the contact whose memberships they are.
CREATE FUNCTION acting_as(p_contact text, p_programme text, p_wish text)
    RETURNS TABLE (person_id text, member_id text, acts text, sees_balance boolean, shops integer)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN QUERY
        SELECT m.contact_id, m.member_id, m.role, m.sees_balance, count(*) OVER ()::integer
        FROM memberships m
        WHERE m.contact_id = (SELECT coalesce(c.merged_into, c.id) FROM contacts c WHERE c.id = p_contact)
          AND m.programme_id = p_programme AND m.until IS NULL
        ORDER BY m.member_id = p_wish DESC, m.role = 'owner' DESC, m.since, m.member_id LIMIT 1;
END $$;

-- One person under two contacts, told by WhatsApp in one message: the older contact lives on. It answers at the address
-- that was written from, the other address stays with the newer one, which leads to it. A contact whose user id is another
-- one is another person, to whom this number belongs no more. Returns the contact that the message is from.
CREATE FUNCTION contact_link(p_found text, p_other text, p_address text, p_person text, p_now timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    a contacts; b contacts; older contacts; newer contacts; other_address text; m memberships;
BEGIN
    PERFORM FROM contacts c WHERE c.id IN (p_found, p_other) ORDER BY c.id FOR UPDATE;  -- one after the other
    SELECT * INTO a FROM contacts c WHERE c.id = p_found;
    SELECT * INTO b FROM contacts c WHERE c.id = p_other;
    IF a.merged_into IS NOT NULL THEN RETURN a.merged_into; END IF;  -- another message was quicker
    IF b.merged_into IS NOT NULL THEN RETURN b.merged_into; END IF;
    IF a.external_user_id <> p_person THEN RETURN a.id; END IF;  -- learnt meanwhile: another person, see contact_left
    IF (a.created_at, a.id) < (b.created_at, b.id) THEN older := a; newer := b; ELSE older := b; newer := a; END IF;
    other_address := CASE WHEN older.address = p_address THEN newer.address ELSE older.address END;
    UPDATE contacts SET merged_into = older.id, external_user_id = NULL, address = 'merged:' || id WHERE id = newer.id;
    UPDATE contacts SET address = p_address, external_user_id = p_person WHERE id = older.id;
    UPDATE contacts SET address = other_address WHERE id = newer.id AND other_address <> p_address;
    -- Ended before begun anew: a shop has one owner at any moment. Where both acted for one shop, the owner's word counts.
    FOR m IN SELECT * FROM memberships n WHERE n.contact_id = newer.id AND n.until IS NULL ORDER BY n.member_id LOOP
        UPDATE memberships SET until = p_now WHERE contact_id = newer.id AND member_id = m.member_id AND until IS NULL;
        IF m.role = 'owner' THEN
            UPDATE memberships SET until = p_now WHERE contact_id = older.id AND member_id = m.member_id AND until IS NULL;
        END IF;
        INSERT INTO memberships (contact_id, member_id, programme_id, role, since, scans_per_day, sees_balance,
                                 invitation_id, scanned_on, scanned)
            VALUES (older.id, m.member_id, m.programme_id, m.role, p_now, m.scans_per_day, m.sees_balance,
                    m.invitation_id, m.scanned_on, m.scanned) ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN older.id;
END $$;

-- Somebody with another user id writes from this number: a number is given to somebody else sooner or later, a user id never.
-- Whoever had it is reached by their id.
CREATE FUNCTION contact_left(p_address text) RETURNS void LANGUAGE sql AS $$
    UPDATE contacts SET address = CASE
        WHEN external_user_id IS NULL OR EXISTS (SELECT FROM contacts c WHERE c.address = contacts.external_user_id)
        THEN 'left:' || id ELSE external_user_id END
    WHERE address = p_address
$$;

-- They wrote from another address of theirs: replies go there, and the one before is kept. One of a merged contact changes
-- places with it.
CREATE FUNCTION contact_moved(p_contact text, p_address text, p_person text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    before text; newer text;
BEGIN
    SELECT c.address INTO before FROM contacts c WHERE c.id = p_contact FOR UPDATE;
    UPDATE contacts SET address = 'merged:' || id WHERE address = p_address AND merged_into = p_contact RETURNING id INTO newer;
    UPDATE contacts SET address = p_address, external_user_id = coalesce(p_person, external_user_id) WHERE id = p_contact;
    IF newer IS NOT NULL THEN
        UPDATE contacts SET address = before WHERE id = newer;
    ELSIF before <> p_address THEN
        DELETE FROM contact_addresses WHERE address = p_address;
        INSERT INTO contact_addresses (address, contact_id, kept_at) VALUES (before, p_contact, p_now)
            ON CONFLICT (address) DO UPDATE SET contact_id = excluded.contact_id, kept_at = excluded.kept_at;
    END IF;
END $$;

-- What proved who the old owner was proves nothing of the new one.
CREATE FUNCTION account_forget_kyc(p_member text, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('public.kyc_checks') IS NOT NULL THEN
        UPDATE kyc_reviews SET state = 'dropped', decided_at = p_now WHERE state = 'open'
           AND check_id IN (SELECT id FROM kyc_checks WHERE member_id = p_member);
        UPDATE kyc_checks SET state = 'replaced' WHERE member_id = p_member AND state <> 'replaced';
    END IF;
END $$;

GRANT SELECT, INSERT ON invitations, account_tries, account_moves, account_changes, account_orders, member_merges,
    contact_addresses TO saathi_service;
GRANT UPDATE (accepted_at, accepted_by, withdrawn_at) ON invitations TO saathi_service;
GRANT UPDATE (tries, since) ON account_tries TO saathi_service;
GRANT UPDATE (answered_at) ON account_moves TO saathi_service;
GRANT UPDATE (done_by, done_at) ON account_orders TO saathi_service;
GRANT UPDATE (contact_id, kept_at) ON contact_addresses TO saathi_service;
GRANT DELETE ON contact_addresses TO saathi_service;
GRANT UPDATE (usable_at) ON destinations TO saathi_service;
