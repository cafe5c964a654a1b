CREATE INDEX inbox_heard ON inbox (conversation_id, received_at) WHERE kind = 'message';     -- who replied, and when
CREATE INDEX coupons_claimed ON coupons (programme_id, claimed_at) WHERE claimed_at IS NOT NULL;  -- who scanned on a day
CREATE INDEX outbox_opted_out ON outbox (conversation_id, settled_at) WHERE state = 'failed' AND reason LIKE 'opted_out%';

ALTER TABLE senders ADD COLUMN campaigns_after timestamptz;  -- WhatsApp refused more people: no campaign leaves before then
ALTER TABLE staff ADD COLUMN phone text UNIQUE CHECK (phone ~ '^\+[1-9][0-9]{6,14}$');  -- to which campaigns may be tested
GRANT UPDATE (phone) ON staff TO saathi_service;

-- One person under two contacts, told by WhatsApp in one message: the older contact lives on. It answers at the address
-- that was written from, the other address stays with the newer one, which leads to it. A contact whose user id is another
-- one is another person, to whom this number belongs no more. Whoever was merged into the newer one leads to the older one
-- from here on, so that nobody has to look further than one step. Returns the contact that the message is from.
CREATE OR REPLACE FUNCTION contact_link(p_found text, p_other text, p_address text, p_person text, p_now timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    a contacts; b contacts; older contacts; newer contacts; other_address text; m memberships;
BEGIN
    -- Conversations are locked before contacts, as a turn does.
    PERFORM FROM conversations v
        WHERE v.contact_id IN (SELECT c.id FROM contacts c WHERE c.id IN (p_found, p_other) OR c.merged_into IN (p_found, p_other))
        ORDER BY v.id FOR NO KEY UPDATE;
    PERFORM FROM contacts c WHERE c.id IN (p_found, p_other) OR c.merged_into IN (p_found, p_other)
        ORDER BY c.id FOR UPDATE;  -- one after the other
    SELECT * INTO a FROM contacts c WHERE c.id = p_found;
    SELECT * INTO b FROM contacts c WHERE c.id = p_other;
    IF a.merged_into IS NOT NULL THEN RETURN a.merged_into; END IF;  -- another message was quicker
    IF b.merged_into IS NOT NULL THEN RETURN b.merged_into; END IF;
    IF a.external_user_id <> p_person THEN RETURN a.id; END IF;  -- learnt meanwhile: another person, see contact_left
    IF (a.created_at, a.id) < (b.created_at, b.id) THEN older := a; newer := b; ELSE older := b; newer := a; END IF;
    other_address := CASE WHEN older.address = p_address THEN newer.address ELSE older.address END;
    -- A STOP said as the newer one holds for the older, and there it can be taken back: nobody comes back to the conversation
    -- in which it was said.
    UPDATE conversations v SET stopped_at = coalesce(v.stopped_at, s.stopped_at),
           marketing_stopped_at = coalesce(v.marketing_stopped_at, s.marketing_stopped_at)
    FROM (SELECT o.sender_id, max(o.stopped_at) AS stopped_at, max(o.marketing_stopped_at) AS marketing_stopped_at
          FROM contacts k JOIN conversations o ON o.contact_id = k.id WHERE newer.id IN (k.id, k.merged_into) GROUP BY 1) s
    WHERE v.contact_id = older.id AND v.sender_id = s.sender_id
      AND (v.stopped_at IS NULL AND s.stopped_at IS NOT NULL
           OR v.marketing_stopped_at IS NULL AND s.marketing_stopped_at IS NOT NULL);
    UPDATE contacts SET merged_into = older.id, external_user_id = NULL, address = 'merged:' || id WHERE id = newer.id;
    UPDATE contacts SET merged_into = older.id WHERE merged_into = newer.id;
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

DO $$
BEGIN
    LOOP  -- once, for the contacts that were merged before: until nobody leads to somebody who leads further
        UPDATE contacts x SET merged_into = y.merged_into FROM contacts y
            WHERE y.id = x.merged_into AND y.merged_into IS NOT NULL AND y.merged_into <> x.id;
        EXIT WHEN NOT FOUND;
    END LOOP;
END $$;
-- The same of a STOP: it holds in the conversation that goes on, and START takes it back there.
UPDATE conversations v SET stopped_at = coalesce(v.stopped_at, s.stopped_at),
       marketing_stopped_at = coalesce(v.marketing_stopped_at, s.marketing_stopped_at)
FROM (SELECT k.merged_into, o.sender_id, max(o.stopped_at) AS stopped_at, max(o.marketing_stopped_at) AS marketing_stopped_at
      FROM contacts k JOIN conversations o ON o.contact_id = k.id WHERE k.merged_into IS NOT NULL GROUP BY 1, 2) s
WHERE v.contact_id = s.merged_into AND v.sender_id = s.sender_id
  AND (v.stopped_at IS NULL AND s.stopped_at IS NOT NULL OR v.marketing_stopped_at IS NULL AND s.marketing_stopped_at IS NOT NULL);

-- Whether a bill or payout of whatever this contact owns is late, also of what was merged into it.
CREATE FUNCTION promises_overdue(p_contact text, p_programme text, p_now timestamptz) RETURNS boolean
LANGUAGE sql STABLE COST 1000 AS $$
    WITH RECURSIVE part (id) AS (
        SELECT x.member_id FROM memberships x
        WHERE x.contact_id = p_contact AND x.programme_id = p_programme AND x.role = 'owner' AND x.until IS NULL
        UNION SELECT g.from_id FROM member_merges g JOIN part ON g.into_id = part.id)
    SELECT EXISTS (SELECT FROM part JOIN claims c ON c.member_id = part.id WHERE c.state = 'review' AND c.promised_at < p_now)
        OR EXISTS (SELECT FROM part JOIN payouts p ON p.member_id = part.id WHERE p.settled_at IS NULL AND p.promised_at < p_now)
$$;

-- Whether a campaign's row may leave at all just now; of a row that is no campaign's: yes. Its quiet hours and the programme's
-- holidays are looked at again here, for the hour in which it was planned may be long gone. India has one zone.
DROP FUNCTION campaign_goes(text);
CREATE FUNCTION campaign_goes(p_key text, p_now timestamptz) RETURNS boolean LANGUAGE sql STABLE COST 1000 AS $$
    SELECT coalesce((
        SELECT g.state IN ('sending', 'done') AND (s.campaigns_after IS NULL OR s.campaigns_after <= p_now)
               AND CASE WHEN q.since < q.until THEN q.at < q.since OR q.at >= q.until
                        WHEN q.since > q.until THEN q.at < q.since AND q.at >= q.until ELSE true END
               AND NOT coalesce((SELECT v.content -> 'messages' -> 'holidays' ? q.today FROM programme_versions v
                                 WHERE v.programme_id = g.programme_id ORDER BY v.version DESC LIMIT 1), false)
        FROM campaign_people p JOIN campaigns g ON g.programme_id = p.programme_id AND g.id = p.campaign_id
             JOIN senders s ON s.id = g.sender_id
             CROSS JOIN LATERAL (SELECT CAST(g.file -> 'schedule' ->> 'quiet_from' AS time) AS since,
                                        CAST(g.file -> 'schedule' ->> 'quiet_until' AS time) AS until,
                                        CAST(p_now AT TIME ZONE 'Asia/Kolkata' AS time) AS at,
                                        CAST(CAST(p_now AT TIME ZONE 'Asia/Kolkata' AS date) AS text) AS today) q
        WHERE p.outbox_key = p_key), true)
$$;

-- Why whoever a campaign's row is for shall not have it now, though it was planned; NULL: nothing speaks against it. stopped:
-- STOP in any conversation of theirs, no marketing (of which a utility message is none), or the account is another's by now,
-- or nobody's. suspended: locked out. overdue: we owe them an answer or money, and an offer would be an insult.
DROP FUNCTION campaign_barred(text, text);
CREATE FUNCTION campaign_barred(p_key text, p_conversation text, p_now timestamptz) RETURNS text LANGUAGE sql STABLE COST 1000 AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM (SELECT w.person AS id UNION ALL SELECT x.id FROM contacts x WHERE x.merged_into = w.person) o
                     JOIN conversations v ON v.contact_id = o.id AND v.programme_id = w.programme_id
                     WHERE v.stopped_at IS NOT NULL OR v.marketing_stopped_at IS NOT NULL AND w.category <> 'utility')
          OR w.member_id IS NOT NULL AND NOT EXISTS (
                 SELECT FROM memberships s WHERE s.member_id = w.member_id AND s.contact_id = w.person
                 AND s.role = 'owner' AND s.until IS NULL) THEN 'stopped'
        WHEN EXISTS (SELECT FROM lock_outs b WHERE b.contact_id = w.person AND b.until > p_now AND b.cleared_at IS NULL)
            THEN 'suspended'
        WHEN w.category = 'marketing' AND promises_overdue(w.person, w.programme_id, p_now) THEN 'overdue' END
    FROM (SELECT coalesce(k.merged_into, k.id) AS person, t.programme_id, p.member_id, coalesce(g.category, '') AS category
          FROM conversations t JOIN contacts k ON k.id = t.contact_id
               LEFT JOIN campaign_people p ON p.outbox_key = p_key
               LEFT JOIN campaigns g ON g.programme_id = p.programme_id AND g.id = p.campaign_id
          WHERE t.id = p_conversation) w
$$;
