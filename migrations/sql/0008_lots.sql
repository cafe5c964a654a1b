-- Holds that end in part or run out, points that change hands, postings taken back.

-- The lots of a hold in the order they are spent, cut to its points after the first p_from and up to p_to.
CREATE FUNCTION ledger_hold_pieces(p_hold text, p_from bigint, p_to bigint, OUT lot_id bigint, OUT points bigint)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
    SELECT id, least(ends, p_to) - greatest(starts, p_from)
      FROM (SELECT l.id, (sum(h.points) OVER spent - h.points)::bigint AS starts, (sum(h.points) OVER spent)::bigint AS ends
              FROM hold_lots h JOIN lots l ON l.id = h.lot_id WHERE h.hold_id = p_hold
            WINDOW spent AS (ORDER BY l.expires_at, l.id)) piece
     WHERE least(ends, p_to) > greatest(starts, p_from) ORDER BY id
$$;

DROP FUNCTION ledger_restore_lots;
CREATE FUNCTION ledger_restore_lots(
    p_hold text, p_posting bigint, p_recorded timestamptz, p_grace interval, p_from bigint, p_to bigint
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lots l SET remaining = l.remaining + h.points FROM ledger_hold_pieces(p_hold, p_from, p_to) h
     WHERE l.id = h.lot_id AND (l.expires_at IS NULL OR l.expires_at > p_recorded)
       AND NOT EXISTS (SELECT FROM postings p WHERE p.key = 'expire/' || l.id);   -- by a clock that is ahead of ours
    -- ran out while held: the points live on in a new lot, for the old one may have been swept under its only key
    INSERT INTO lots (programme_id, account, posting_id, origin, points, remaining, expires_at)
    SELECT l.programme_id, l.account, p_posting, l.id, h.points, h.points, p_recorded + p_grace
      FROM ledger_hold_pieces(p_hold, p_from, p_to) h JOIN lots l ON l.id = h.lot_id
     WHERE l.expires_at <= p_recorded OR EXISTS (SELECT FROM postings p WHERE p.key = 'expire/' || l.id) ORDER BY l.id;
END $$;

-- After p_points came into lots of an account that owed: what it owed leaves them again. Its lock is held.
CREATE FUNCTION ledger_fill_debt(p_account text, p_points bigint, p_after bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_after < p_points THEN
        PERFORM ledger_take_lots(p_account, least(p_points, p_points - p_after), NULL, NULL, NULL);
    END IF;
END $$;

DROP FUNCTION ledger_settle;
CREATE FUNCTION ledger_settle(                     -- p_part: so many are burned, the rest goes to p_back
    p_key text, p_asked bytea, p_programme text, p_member text, p_reason text, p_facts jsonb,
    p_happened timestamptz, p_recorded timestamptz, p_debit text, p_credit text,
    p_hold text, p_state text, p_grace interval, p_part bigint DEFAULT NULL, p_back text DEFAULT NULL,
    OUT outcome text, OUT posting bigint, OUT account text, OUT balance bigint,
    OUT debit_after bigint, OUT credit_after bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_points bigint;
    v_state text;
    v_until timestamptz;
    v_refused text;
    v_burned bigint;
    d record;
BEGIN
    PERFORM 1 FROM accounts WHERE id IN (p_debit, p_credit, p_back) AND tracked ORDER BY id FOR NO KEY UPDATE;
    SELECT points, state, expires_at INTO v_points, v_state, v_until FROM holds
     WHERE id = p_hold AND programme_id = p_programme AND member_id = p_member;
    v_refused := CASE WHEN v_state IS DISTINCT FROM 'held' THEN coalesce(v_state, 'unknown')
                      WHEN p_state = 'burned' AND v_until <= p_happened THEN 'hold_expired'
                      WHEN p_part > v_points THEN 'short' END;
    IF v_refused IS NOT NULL THEN
        SELECT * INTO d FROM ledger_answer(p_key, p_asked);
        outcome := coalesce(d.outcome, CASE WHEN ledger_closed(p_programme, p_happened) THEN 'closed' END, v_refused);
        posting := d.posting; account := p_debit; balance := v_points;
        debit_after := d.debit_after; credit_after := d.credit_after;
        RETURN;
    END IF;
    v_burned := CASE WHEN p_state = 'burned' THEN coalesce(p_part, v_points) ELSE 0 END;
    IF v_burned IN (0, v_points) THEN
        d := ledger_post(p_key, p_asked, p_programme, p_member, p_reason, NULL, p_facts, p_happened, p_recorded,
                         ARRAY[p_debit], ARRAY[p_credit], ARRAY['PTS'], ARRAY[v_points], '{}', false, NULL, NULL, NULL);
    ELSE                             -- what returns is its first move, so that the answer tells what is available then
        p_state := 'part_burned';
        d := ledger_post(p_key, p_asked, p_programme, p_member, p_reason, NULL, p_facts, p_happened, p_recorded,
                         ARRAY[p_debit, p_debit], ARRAY[p_back, p_credit], ARRAY['PTS', 'PTS'],
                         ARRAY[v_points - v_burned, v_burned], '{}', false, NULL, NULL, NULL);
    END IF;
    outcome := d.outcome; posting := d.posting; account := d.account; balance := d.balance;
    debit_after := d.debit_after; credit_after := d.credit_after;
    IF outcome = 'posted' THEN
        UPDATE holds SET state = p_state, settled_posting = posting WHERE id = p_hold;
        IF v_burned < v_points THEN
            PERFORM ledger_restore_lots(p_hold, posting, p_recorded, p_grace, v_burned, v_points);
            PERFORM ledger_fill_debt(coalesce(p_back, p_credit), v_points - v_burned, credit_after);
        END IF;
    END IF;
END $$;

-- Points change hands with their expiry. Two postings, one for each member's history; p_via is zero before and after.
CREATE FUNCTION ledger_transfer(
    p_key text, p_asked bytea, p_programme text, p_member text, p_facts jsonb,
    p_happened timestamptz, p_recorded timestamptz, p_debit text, p_via text, p_credit text, p_to text, p_points bigint,
    OUT outcome text, OUT posting bigint, OUT account text, OUT balance bigint,
    OUT debit_after bigint, OUT credit_after bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_left bigint := p_points;
    v_take bigint;
    v_in bigint;
    d record;
    r record;
BEGIN
    PERFORM 1 FROM accounts WHERE id IN (p_debit, p_credit) ORDER BY id FOR NO KEY UPDATE;
    balance := ledger_spendable(p_debit, p_happened);
    IF balance < p_points THEN
        SELECT * INTO d FROM ledger_answer(p_key, p_asked);
        outcome := coalesce(d.outcome, CASE WHEN ledger_closed(p_programme, p_happened) THEN 'closed' END, 'short');
        posting := d.posting; account := p_debit; debit_after := d.debit_after;
        RETURN;
    END IF;
    d := ledger_post(p_key, p_asked, p_programme, p_member, 'transfer_out', NULL, p_facts || jsonb_build_object('to', p_to),
                     p_happened, p_recorded, ARRAY[p_debit], ARRAY[p_via], ARRAY['PTS'], ARRAY[p_points],
                     '{}', false, NULL, NULL, NULL);
    outcome := d.outcome; posting := d.posting; debit_after := d.debit_after;
    IF outcome <> 'posted' THEN RETURN; END IF;
    d := ledger_post(p_key || '/in', p_asked, p_programme, p_to, 'transfer_in', NULL,
                     p_facts || jsonb_build_object('from', p_member, 'transfer', posting),
                     p_happened, p_recorded, ARRAY[p_via], ARRAY[p_credit], ARRAY['PTS'], ARRAY[p_points],
                     ARRAY[p_credit], false, NULL, NULL, NULL);
    IF d.outcome <> 'posted' THEN
        RAISE EXCEPTION 'key %/in stands for posting %', p_key, d.posting USING ERRCODE = 'unique_violation';
    END IF;
    v_in := d.posting;
    FOR r IN SELECT id, remaining, expires_at FROM lots
              WHERE lots.account = p_debit AND remaining > 0 AND (expires_at IS NULL OR expires_at > p_happened)
              ORDER BY expires_at, id LOOP
        v_take := least(r.remaining, v_left);
        UPDATE lots SET remaining = remaining - v_take WHERE id = r.id;
        INSERT INTO lots (programme_id, account, posting_id, origin, points, remaining, expires_at)
        VALUES (p_programme, p_credit, v_in, r.id, v_take, v_take, r.expires_at);
        v_left := v_left - v_take;
        EXIT WHEN v_left = 0;
    END LOOP;
    PERFORM ledger_fill_debt(p_credit, p_points, d.credit_after);
END $$;

-- Takes back what posting p_of did, or p_points of it. What earned: from the member to the budgets, into debt only where
-- allowed. What burned: to the member, into new lots that end when the burned ones would have, or with the grace.
CREATE FUNCTION ledger_reverse(
    p_key text, p_asked bytea, p_programme text, p_member text, p_reason text, p_facts jsonb,
    p_happened timestamptz, p_recorded timestamptz, p_of bigint, p_points bigint, p_into_debt boolean, p_grace interval,
    p_available text, p_stripe text, p_redeemed text, p_drawn text,
    OUT outcome text, OUT posting bigint, OUT account text, OUT balance bigint,
    OUT debit_after bigint, OUT credit_after bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_stripes text[];                -- one of each further budget it drew through
    v_count int;
    v_points bigint;
    v_balance bigint;
    v_done bigint;                   -- points of it that cannot be taken back: reversed before, or run out
    o record;
    d record;
BEGIN
    SELECT coalesce(array_agg(stripe), '{}') INTO v_stripes
      FROM (SELECT min(m.debit) AS stripe FROM moves m JOIN accounts a ON a.id = m.debit
             WHERE m.posting_id = p_of AND m.credit = p_drawn GROUP BY a.stripe_of) s;
    v_count := cardinality(v_stripes) + 1;
    PERFORM 1 FROM accounts WHERE id = ANY (v_stripes || ARRAY[p_available, p_stripe]) ORDER BY id FOR NO KEY UPDATE;
    SELECT p.reason, p.corrects, CASE WHEN p.reason IN ('earn', 'adjust') THEN sum(m.amount) FILTER (WHERE m.credit = p_available)
                WHEN p.reason IN ('burn', 'part_commit') THEN sum(m.amount) FILTER (WHERE m.credit = p_redeemed) END AS whole,
           p.reason IN ('earn', 'adjust') AS earned INTO o
      FROM postings p LEFT JOIN moves m ON m.posting_id = p.id
     WHERE p.id = p_of AND p.programme_id = p_programme AND p.member_id = p_member GROUP BY p.id;
    SELECT coalesce(sum(m.amount), 0) INTO v_done FROM postings c JOIN moves m ON m.posting_id = c.id
     WHERE c.corrects = p_of AND CASE WHEN o.earned THEN m.debit ELSE m.credit END = p_available;
    IF o.earned THEN                 -- what ran out unspent has left the member already
        v_done := v_done + (SELECT coalesce(sum(m.amount), 0) FROM lots l JOIN postings x ON x.key = 'expire/' || l.id
                              JOIN moves m ON m.posting_id = x.id WHERE l.posting_id = p_of);
    END IF;
    v_points := coalesce(p_points, o.whole - v_done);
    SELECT credits - debits INTO v_balance FROM accounts WHERE id = p_available;
    SELECT * INTO d FROM ledger_answer(p_key, p_asked);
    outcome := coalesce(d.outcome, CASE WHEN ledger_closed(p_programme, p_happened) THEN 'closed'
                   WHEN o.reason IS NULL THEN 'no_posting'
                   WHEN o.corrects IS NOT NULL THEN 'reversal'
                   WHEN o.whole IS NULL THEN 'irreversible'
                   WHEN v_points > o.whole - v_done OR v_points = 0 THEN 'too_much'
                   WHEN o.earned AND v_points > v_balance AND NOT p_into_debt THEN 'short' END);
    IF outcome IS NOT NULL THEN
        posting := d.posting; account := p_available; debit_after := d.debit_after; credit_after := d.credit_after;
        balance := CASE outcome WHEN 'too_much' THEN o.whole - v_done WHEN 'short' THEN v_balance END;
        RETURN;
    END IF;
    IF o.earned THEN
        IF v_balance < v_points THEN
            UPDATE accounts SET floor = v_balance - v_points WHERE id = p_available;
        END IF;
        d := ledger_post(p_key, p_asked, p_programme, p_member, p_reason, p_of, p_facts, p_happened, p_recorded,
                         p_available || array_fill(p_drawn, ARRAY[v_count - 1]), p_stripe || v_stripes,
                         array_fill('PTS'::text, ARRAY[v_count]), array_fill(v_points, ARRAY[v_count]),
                         '{}', false, NULL, NULL, NULL);
        IF d.outcome <> 'posted' THEN    -- the key went to somebody else meanwhile
            UPDATE accounts SET floor = least(0, v_balance) WHERE id = p_available;
        ELSIF v_balance > 0 THEN
            PERFORM ledger_take_lots(p_available, least(v_points, v_balance), NULL, NULL, p_of);
        END IF;
    ELSE
        d := ledger_post(p_key, p_asked, p_programme, p_member, p_reason, p_of, p_facts, p_happened, p_recorded,
                         ARRAY[p_redeemed], ARRAY[p_available], ARRAY['PTS'], ARRAY[v_points],
                         '{}', false, NULL, NULL, NULL);
        IF d.outcome = 'posted' THEN
            INSERT INTO lots (programme_id, account, posting_id, origin, points, remaining, expires_at)
            SELECT l.programme_id, l.account, d.posting, l.id, piece.points, piece.points,
                   CASE WHEN l.expires_at IS NOT NULL THEN greatest(l.expires_at, p_recorded + p_grace) END
              FROM holds h CROSS JOIN LATERAL ledger_hold_pieces(h.id, v_done, v_done + v_points) piece
              JOIN lots l ON l.id = piece.lot_id WHERE h.settled_posting = p_of ORDER BY l.id;
            PERFORM ledger_fill_debt(p_available, v_points, d.credit_after);
        END IF;
    END IF;
    outcome := d.outcome; posting := d.posting; debit_after := d.debit_after; credit_after := d.credit_after;
END $$;
