-- Points lots, and postings whose amount is read from the rows: settling a hold, expiring a lot, setting the budget.

CREATE FUNCTION ledger_spendable(p_account text, p_at timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(remaining), 0)::bigint FROM lots
     WHERE account = p_account AND remaining > 0 AND (expires_at IS NULL OR expires_at > p_at)
$$;

CREATE FUNCTION ledger_take_lots(p_account text, p_points bigint, p_hold text, p_at timestamptz, p_first bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_left bigint := p_points;
    v_take bigint;
    r record;
BEGIN                                -- the caller holds the account's lock, so no lot of it moves under us
    FOR r IN SELECT id, remaining FROM lots
              WHERE account = p_account AND remaining > 0
                AND (p_at IS NULL OR expires_at IS NULL OR expires_at > p_at)
              ORDER BY posting_id IS DISTINCT FROM p_first, expires_at, id LOOP
        v_take := least(r.remaining, v_left);
        UPDATE lots SET remaining = remaining - v_take WHERE id = r.id;
        IF p_hold IS NOT NULL THEN
            INSERT INTO hold_lots (hold_id, lot_id, points) VALUES (p_hold, r.id, v_take);
        END IF;
        v_left := v_left - v_take;
        EXIT WHEN v_left = 0;
    END LOOP;
    IF v_left > 0 THEN
        RAISE EXCEPTION 'lots of % miss % points that its balance has', p_account, v_left
              USING ERRCODE = 'data_corrupted';
    END IF;
END $$;

CREATE FUNCTION ledger_restore_lots(p_hold text, p_posting bigint, p_recorded timestamptz, p_grace interval)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lots l SET remaining = l.remaining + h.points FROM hold_lots h
     WHERE h.hold_id = p_hold AND l.id = h.lot_id AND (l.expires_at IS NULL OR l.expires_at > p_recorded);
    -- ran out while held: the points live on in a new lot, for the old one may have been swept under its only key
    INSERT INTO lots (programme_id, account, posting_id, origin, points, remaining, expires_at)
    SELECT l.programme_id, l.account, p_posting, l.id, h.points, h.points, p_recorded + p_grace
      FROM hold_lots h JOIN lots l ON l.id = h.lot_id
     WHERE h.hold_id = p_hold AND l.expires_at <= p_recorded ORDER BY l.id;
END $$;

CREATE FUNCTION ledger_settle(
    p_key text, p_asked bytea, p_programme text, p_member text, p_reason text, p_facts jsonb,
    p_happened timestamptz, p_recorded timestamptz, p_debit text, p_credit text,
    p_hold text, p_state text, p_grace interval,
    OUT outcome text, OUT posting bigint, OUT account text, OUT balance bigint,
    OUT debit_after bigint, OUT credit_after bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_points bigint;
    v_state text;
    d record;
BEGIN
    PERFORM 1 FROM accounts WHERE id IN (p_debit, p_credit) AND tracked ORDER BY id FOR NO KEY UPDATE;
    SELECT points, state INTO v_points, v_state FROM holds
     WHERE id = p_hold AND programme_id = p_programme AND member_id = p_member;
    IF v_state IS DISTINCT FROM 'held' THEN
        SELECT * INTO d FROM ledger_answer(p_key, p_asked);
        outcome := coalesce(d.outcome, v_state, 'unknown'); posting := d.posting;
        debit_after := d.debit_after; credit_after := d.credit_after;
        RETURN;
    END IF;
    d := ledger_post(p_key, p_asked, p_programme, p_member, p_reason, NULL, p_facts, p_happened, p_recorded,
                     ARRAY[p_debit], ARRAY[p_credit], ARRAY['PTS'], ARRAY[v_points], '{}', false, NULL, NULL, NULL);
    outcome := d.outcome; posting := d.posting; account := d.account; balance := d.balance;
    debit_after := d.debit_after; credit_after := d.credit_after;
    IF outcome = 'posted' THEN
        UPDATE holds SET state = p_state, settled_posting = posting WHERE id = p_hold;
        IF p_state = 'released' THEN
            PERFORM ledger_restore_lots(p_hold, posting, p_recorded, p_grace);
        END IF;
    END IF;
END $$;

CREATE FUNCTION ledger_expire(
    p_key text, p_asked bytea, p_programme text, p_member text, p_reason text, p_facts jsonb,
    p_happened timestamptz, p_recorded timestamptz, p_debit text, p_credit text, p_lot bigint,
    OUT outcome text, OUT posting bigint, OUT account text, OUT balance bigint,
    OUT debit_after bigint, OUT credit_after bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_points bigint;
    d record;
BEGIN
    PERFORM 1 FROM accounts WHERE id = p_debit FOR NO KEY UPDATE;
    SELECT remaining INTO v_points FROM lots
     WHERE id = p_lot AND lots.account = p_debit AND remaining > 0 AND expires_at <= p_happened;
    IF v_points IS NULL THEN
        SELECT * INTO d FROM ledger_answer(p_key, p_asked);
        outcome := coalesce(d.outcome, 'nothing'); posting := d.posting;
        RETURN;
    END IF;
    d := ledger_post(p_key, p_asked, p_programme, p_member, p_reason, NULL, p_facts, p_happened, p_recorded,
                     ARRAY[p_debit], ARRAY[p_credit], ARRAY['PTS'], ARRAY[v_points], '{}', false, NULL, NULL, NULL);
    outcome := d.outcome; posting := d.posting; debit_after := d.debit_after; credit_after := d.credit_after;
    IF outcome = 'posted' THEN
        UPDATE lots SET remaining = 0 WHERE id = p_lot;
    END IF;
END $$;

CREATE FUNCTION ledger_set_budget(
    p_key text, p_asked bytea, p_programme text, p_reason text, p_facts jsonb,
    p_happened timestamptz, p_recorded timestamptz, p_issue text, p_group text, p_points bigint,
    OUT outcome text, OUT posting bigint, OUT account text, OUT balance bigint,
    OUT debit_after bigint, OUT credit_after bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_given bigint;                  -- issued and no longer in the budget
    v_count bigint;
    m record;
    d record;
BEGIN
    PERFORM 1 FROM accounts WHERE stripe_of = p_group OR id = p_issue ORDER BY id FOR NO KEY UPDATE;
    SELECT sum(debits - credits), count(*) - 1 INTO v_given, v_count
      FROM accounts WHERE stripe_of = p_group OR id = p_issue;
    IF p_points < v_given THEN
        SELECT * INTO d FROM ledger_answer(p_key, p_asked);
        outcome := coalesce(d.outcome, 'budget_spent'); posting := d.posting; account := p_group; balance := v_given;
        RETURN;
    END IF;
    SELECT coalesce(array_agg(CASE WHEN change > 0 THEN p_issue ELSE id END), '{}') AS debits,
           coalesce(array_agg(CASE WHEN change > 0 THEN id ELSE p_issue END), '{}') AS credits,
           coalesce(array_agg(abs(change)), '{}') AS amounts, coalesce(array_agg('PTS'::text), '{}') AS units INTO m
      FROM (SELECT id, (p_points - v_given) / v_count - (credits - debits)   -- the same for each, the rest to some
                       + (row_number() OVER (ORDER BY id) <= (p_points - v_given) % v_count)::int AS change
              FROM accounts WHERE stripe_of = p_group) AS stripe WHERE change <> 0;
    d := ledger_post(p_key, p_asked, p_programme, NULL, p_reason, NULL, p_facts, p_happened, p_recorded,
                     m.debits, m.credits, m.units, m.amounts, '{}', false, NULL, NULL, NULL);
    outcome := d.outcome; posting := d.posting; account := d.account; balance := p_points - v_given;
END $$;

CREATE FUNCTION ledger_open(
    p_programme text, p_ids text[], p_units text[], p_floors bigint[], p_tracked boolean[], p_groups text[],
    p_opened timestamptz
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO accounts (id, programme_id, unit, floor, tracked, stripe_of, opened_at)
    SELECT a.id, p_programme, a.unit, a.floor, a.tracked, a.stripe_of, p_opened
      FROM unnest(p_ids, p_units, p_floors, p_tracked, p_groups) AS a (id, unit, floor, tracked, stripe_of)
     ORDER BY a.id ON CONFLICT (id) DO NOTHING
$$;
