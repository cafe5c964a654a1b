-- One posting: balances moved, posting and moves written, lots kept. Locks: accounts by id, then lots.

-- A stripe is taken alone where an unlocked look says it has plenty left (32 times the amount), so that no transaction
-- holds one stripe and waits for another. Only near the end are all locked, in id order, and only when all together
-- are short is the posting refused.
CREATE FUNCTION ledger_take_stripes(p_own text, p_amount bigint,
    OUT stripes text[], OUT amounts bigint[], OUT afters bigint[], OUT free bigint) LANGUAGE plpgsql AS $$
DECLARE
    v_group text;
    v_plenty boolean;
    v_stripe text := p_own;
    v_left bigint := p_amount;
    v_take bigint;
    v_after bigint;
    r record;
BEGIN
    SELECT stripe_of, credits - debits - floor >= p_amount * 32 INTO v_group, v_plenty FROM accounts WHERE id = p_own;
    IF v_group IS NULL THEN
        RAISE EXCEPTION '% is not a stripe: open the programme first', p_own USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF NOT v_plenty THEN
        SELECT id INTO v_stripe FROM accounts
         WHERE stripe_of = v_group AND credits - debits - floor >= p_amount * 32 ORDER BY id < p_own, id LIMIT 1;
    END IF;
    IF v_stripe IS NOT NULL THEN
        UPDATE accounts SET debits = debits + p_amount WHERE id = v_stripe AND credits - debits - floor >= p_amount
        RETURNING ARRAY[id], ARRAY[p_amount], ARRAY[credits - debits] INTO stripes, amounts, afters;
        IF FOUND THEN RETURN; END IF;
    END IF;
    PERFORM 1 FROM accounts WHERE stripe_of = v_group ORDER BY id FOR NO KEY UPDATE;
    SELECT sum(credits - debits - floor) INTO free FROM accounts WHERE stripe_of = v_group;
    IF free < p_amount THEN RETURN; END IF;
    FOR r IN SELECT id, credits - debits - floor AS free FROM accounts
              WHERE stripe_of = v_group ORDER BY id <> p_own, id LOOP
        v_take := least(r.free, v_left);
        CONTINUE WHEN v_take = 0;
        UPDATE accounts SET debits = debits + v_take WHERE id = r.id RETURNING credits - debits INTO v_after;
        stripes := stripes || r.id;
        amounts := amounts || v_take;
        afters := afters || v_after;
        v_left := v_left - v_take;
    END LOOP;
END $$;

CREATE FUNCTION ledger_debit(p_account text, p_amount bigint, OUT refused boolean, OUT after bigint)
LANGUAGE plpgsql AS $$
BEGIN
    refused := false;
    UPDATE accounts SET debits = debits + p_amount
     WHERE id = p_account AND tracked AND (floor IS NULL OR credits - debits - p_amount >= floor)
    RETURNING credits - debits INTO after;
    IF NOT FOUND THEN
        SELECT credits - debits, tracked INTO after, refused FROM accounts WHERE id = p_account;
        IF NOT FOUND THEN            -- never opened: nothing is there to take
            refused := true; after := 0;
        ELSIF NOT refused THEN
            after := NULL;           -- untracked
        END IF;
    END IF;
END $$;

CREATE FUNCTION ledger_credit(
    p_account text, p_amount bigint, p_programme text, p_opens boolean, p_recorded timestamptz
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_after bigint;
BEGIN
    UPDATE accounts SET credits = credits + p_amount WHERE id = p_account AND tracked
    RETURNING credits - debits INTO v_after;
    IF NOT FOUND AND p_opens THEN    -- a member's account opens on first use; two at once meet on the primary key
        INSERT INTO accounts (id, programme_id, unit, floor, tracked, opened_at)
        VALUES (p_account, p_programme, 'PTS', 0, true, p_recorded) ON CONFLICT DO NOTHING;
        UPDATE accounts SET credits = credits + p_amount WHERE id = p_account AND tracked
    RETURNING credits - debits INTO v_after;
    END IF;
    RETURN v_after;
END $$;

CREATE FUNCTION ledger_undo(p_debits text[], p_credits text[], p_amounts bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN                                -- backwards, so that every step passes a state that was legal on the way here
    FOR i IN REVERSE cardinality(p_debits) .. 1 LOOP
        UPDATE accounts SET credits = credits - p_amounts[i] WHERE id = p_credits[i] AND tracked;
        UPDATE accounts SET debits = debits - p_amounts[i] WHERE id = p_debits[i] AND tracked;
    END LOOP;
END $$;

CREATE FUNCTION ledger_post(
    p_key text, p_asked bytea, p_programme text, p_member text, p_reason text, p_corrects bigint, p_facts jsonb,
    p_happened timestamptz, p_recorded timestamptz,
    p_debits text[], p_credits text[], p_units text[], p_amounts bigint[], p_opens text[], p_spread boolean,
    p_lots text, p_hold text, p_expires timestamptz,
    OUT outcome text, OUT posting bigint, OUT account text, OUT balance bigint,
    OUT debit_after bigint, OUT credit_after bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_points bigint := p_amounts[1];
    v_debits_after bigint[] := ARRAY[]::bigint[];
    v_credits_after bigint[] := ARRAY[]::bigint[];
    d record;
BEGIN
    IF p_spread THEN
        d := ledger_take_stripes(p_debits[1], v_points);
        IF d.stripes IS NULL THEN
            outcome := 'budget_spent'; account := p_debits[1]; balance := d.free;
        ELSE
            p_debits := d.stripes; p_amounts := d.amounts; v_debits_after := d.afters;
            credit_after := ledger_credit(
                p_credits[1], v_points, p_programme, p_credits[1] = ANY (p_opens), p_recorded);
            p_credits := array_fill(p_credits[1], ARRAY[cardinality(p_debits)]);
            p_units := array_fill(p_units[1], ARRAY[cardinality(p_debits)]);
            v_credits_after := array_fill(credit_after, ARRAY[cardinality(p_debits)]);
        END IF;
    ELSE
        IF cardinality(p_debits) > 1 OR p_credits[1] < p_debits[1] COLLATE "C" THEN    -- else in order already
            PERFORM 1 FROM accounts WHERE id = ANY (p_debits || p_credits) AND tracked ORDER BY id FOR NO KEY UPDATE;
        END IF;
        FOR i IN 1 .. cardinality(p_debits) LOOP
            d := ledger_debit(p_debits[i], p_amounts[i]);
            IF d.refused THEN
                outcome := 'short'; account := p_debits[i]; balance := d.after;
                PERFORM ledger_undo(p_debits[1:i - 1], p_credits[1:i - 1], p_amounts[1:i - 1]);
                EXIT;
            END IF;
            v_debits_after[i] := d.after;
            v_credits_after[i] := ledger_credit(
                p_credits[i], p_amounts[i], p_programme, p_credits[i] = ANY (p_opens), p_recorded);
        END LOOP;
    END IF;
    IF p_lots = 'hold' THEN          -- points past due but not yet swept are in the balance, and may not be spent
        balance := ledger_spendable(p_debits[1], p_happened);
        IF outcome IS NULL AND balance < v_points THEN
            outcome := 'short'; account := p_debits[1];
            PERFORM ledger_undo(p_debits, p_credits, p_amounts);
        END IF;
    END IF;
    IF outcome IS NULL THEN
        INSERT INTO postings (key, asked, programme_id, member_id, reason, corrects, facts, happened_at, recorded_at)
        VALUES (p_key, p_asked, p_programme, p_member, p_reason, p_corrects, p_facts, p_happened, p_recorded)
        ON CONFLICT (key) DO NOTHING RETURNING id INTO posting;
        IF posting IS NULL THEN
            PERFORM ledger_undo(p_debits, p_credits, p_amounts);
        END IF;
    END IF;
    IF posting IS NULL THEN          -- refused, or asked before; what was answered before is answered again
        SELECT * INTO d FROM ledger_answer(p_key, p_asked);
        posting := d.posting; outcome := coalesce(d.outcome, outcome);
        debit_after := d.debit_after; credit_after := d.credit_after;
        RETURN;
    END IF;
    INSERT INTO moves (posting_id, line, debit, credit, unit, amount, debit_after, credit_after)
    SELECT posting, m.line, m.debit, m.credit, m.unit, m.amount, m.debit_after, m.credit_after
      FROM unnest(p_debits, p_credits, p_units, p_amounts, v_debits_after, v_credits_after)
           WITH ORDINALITY AS m (debit, credit, unit, amount, debit_after, credit_after, line);
    IF p_lots = 'open' THEN
        INSERT INTO lots (programme_id, account, posting_id, points, remaining, expires_at)
        VALUES (p_programme, p_credits[1], posting, v_points, v_points, p_expires);
    ELSIF p_lots = 'hold' THEN
        INSERT INTO holds (id, programme_id, member_id, points, state, held_posting)
        VALUES (p_hold, p_programme, p_member, v_points, 'held', posting);
        PERFORM ledger_take_lots(p_debits[1], v_points, p_hold, p_happened, NULL);
    ELSIF p_lots = 'take' THEN
        PERFORM ledger_take_lots(p_debits[1], v_points, NULL, NULL, p_corrects);
    END IF;
    outcome := 'posted'; debit_after := v_debits_after[1]; credit_after := v_credits_after[1];
END $$;

CREATE FUNCTION ledger_answer(p_key text, p_asked bytea,
    OUT outcome text, OUT posting bigint, OUT debit_after bigint, OUT credit_after bigint) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN p.asked = p_asked THEN 'already' ELSE 'reused' END, p.id, m.debit_after, m.credit_after
      FROM postings p LEFT JOIN moves m ON m.posting_id = p.id AND m.line = 1 WHERE p.key = p_key
$$;
