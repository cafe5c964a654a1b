-- One posting, as in 0002, and besides: budgets it draws through, closed months, and members who owe points.
--
-- A member owes points after a claw-back that policy let go below zero. Then the account's floor is its balance, so that
-- nothing more can be taken; no lot of it has anything left; and what comes in fills the debt before it fills a lot.

CREATE FUNCTION ledger_closed(p_programme text, p_happened timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM periods WHERE programme_id = p_programme AND ends_at > p_happened)
$$;

DROP FUNCTION ledger_credit;
CREATE FUNCTION ledger_credit(
    p_account text, p_amount bigint, p_programme text, p_opens boolean, p_recorded timestamptz, p_unit text DEFAULT 'PTS'
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_after bigint;
BEGIN
    FOR attempt IN 1 .. 2 LOOP
        UPDATE accounts SET credits = credits + p_amount,
               floor = CASE WHEN floor < 0 THEN least(0, credits - debits + p_amount) ELSE floor END
         WHERE id = p_account AND tracked
        RETURNING credits - debits INTO v_after;
        EXIT WHEN FOUND OR NOT p_opens OR attempt = 2;
        -- a member's account opens on first use; two at once meet on the primary key
        INSERT INTO accounts (id, programme_id, unit, floor, tracked, opened_at)
        VALUES (p_account, p_programme, p_unit, 0, true, p_recorded) ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN v_after;
END $$;

CREATE OR REPLACE FUNCTION ledger_undo(p_debits text[], p_credits text[], p_amounts bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN                                -- backwards, so that every step passes a state that was legal on the way here
    FOR i IN REVERSE cardinality(p_debits) .. 1 LOOP
        UPDATE accounts SET credits = credits - p_amounts[i],          -- whose debt it had filled owes again
               floor = CASE WHEN floor <= 0 THEN least(floor, credits - debits - p_amounts[i]) ELSE floor END
         WHERE id = p_credits[i] AND tracked;
        UPDATE accounts SET debits = debits - p_amounts[i] WHERE id = p_debits[i] AND tracked;
    END LOOP;
END $$;

DROP FUNCTION ledger_post;
CREATE FUNCTION ledger_post(
    p_key text, p_asked bytea, p_programme text, p_member text, p_reason text, p_corrects bigint, p_facts jsonb,
    p_happened timestamptz, p_recorded timestamptz,
    p_debits text[], p_credits text[], p_units text[], p_amounts bigint[], p_opens text[], p_spread boolean,
    p_lots text, p_hold text, p_expires timestamptz,
    p_through text[] DEFAULT '{}', p_drawn text DEFAULT NULL, p_hold_expires timestamptz DEFAULT NULL,
    OUT outcome text, OUT posting bigint, OUT account text, OUT balance bigint,
    OUT debit_after bigint, OUT credit_after bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    -- Assigned before the look at the closed months below: whoever closes one waits for all that had an id by then, so
    -- a posting is either refused here or in the books before the month's balances are read. No lock is needed.
    v_xid xid8 := pg_current_xact_id();
    v_points bigint := p_amounts[1];
    v_debits_after bigint[] := ARRAY[]::bigint[];
    v_credits_after bigint[] := ARRAY[]::bigint[];
    v_stripes text[] := ARRAY[]::text[];
    v_draws bigint[] := ARRAY[]::bigint[];
    v_draws_after bigint[] := ARRAY[]::bigint[];
    v_own text;
    v_count int;
    d record;
BEGIN
    IF p_spread THEN
        FOREACH v_own IN ARRAY p_through || p_debits[1] LOOP   -- the programme's own budget last: by id, as everywhere
            d := ledger_take_stripes(v_own, v_points);
            IF d.stripes IS NULL THEN
                outcome := 'budget_spent'; account := v_own; balance := d.free;
                PERFORM ledger_undo(v_stripes, array_fill(p_drawn, ARRAY[cardinality(v_stripes)]), v_draws);
                EXIT;
            END IF;
            CONTINUE WHEN p_through = '{}';
            v_stripes := v_stripes || d.stripes; v_draws := v_draws || d.amounts;
            v_draws_after := v_draws_after || d.afters;
        END LOOP;
        IF outcome IS NULL THEN
            credit_after := ledger_credit(
                p_credits[1], v_points, p_programme, p_credits[1] = ANY (p_opens), p_recorded);
            v_count := cardinality(d.stripes);
            p_debits := d.stripes; p_amounts := d.amounts; v_debits_after := d.afters;
            p_credits := array_fill(p_credits[1], ARRAY[v_count]);
            v_credits_after := array_fill(credit_after, ARRAY[v_count]);
            IF p_through <> '{}' THEN    -- what was drawn through stands behind the points themselves
                v_count := cardinality(v_stripes) - v_count;
                p_debits := p_debits || v_stripes[1:v_count]; p_amounts := p_amounts || v_draws[1:v_count];
                p_credits := p_credits || array_fill(p_drawn, ARRAY[v_count]);
                v_debits_after := v_debits_after || v_draws_after[1:v_count];
                v_credits_after := v_credits_after || array_fill(NULL::bigint, ARRAY[v_count]);
            END IF;
            p_units := array_fill(p_units[1], ARRAY[cardinality(p_debits)]);
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
                p_credits[i], p_amounts[i], p_programme, p_credits[i] = ANY (p_opens), p_recorded, p_units[i]);
        END LOOP;
    END IF;
    IF p_lots IN ('hold', 'spend') THEN  -- points past due but not yet swept are in the balance, and may not be spent
        balance := ledger_spendable(p_debits[1], p_happened);
        IF balance < v_points THEN
            IF outcome IS NULL THEN PERFORM ledger_undo(p_debits, p_credits, p_amounts); END IF;
            outcome := 'short'; account := p_debits[1];
        END IF;
    END IF;
    IF outcome IS NULL THEN
        INSERT INTO postings (key, asked, programme_id, member_id, reason, corrects, facts, happened_at, recorded_at)
        SELECT p_key, p_asked, p_programme, p_member, p_reason, p_corrects, p_facts, p_happened, p_recorded
         WHERE NOT EXISTS (SELECT FROM periods c WHERE c.programme_id = p_programme AND c.ends_at > p_happened)
        ON CONFLICT (key) DO NOTHING RETURNING id INTO posting;
        IF posting IS NULL THEN
            PERFORM ledger_undo(p_debits, p_credits, p_amounts);
        END IF;
    END IF;
    IF posting IS NULL THEN          -- refused, or asked before; what was answered before is answered again
        SELECT * INTO d FROM ledger_answer(p_key, p_asked);
        posting := d.posting;
        outcome := coalesce(d.outcome, CASE WHEN ledger_closed(p_programme, p_happened) THEN 'closed' END, outcome);
        debit_after := d.debit_after; credit_after := d.credit_after;
        RETURN;
    END IF;
    INSERT INTO moves (posting_id, line, debit, credit, unit, amount, debit_after, credit_after)
    SELECT posting, m.line, m.debit, m.credit, m.unit, m.amount, m.debit_after, m.credit_after
      FROM unnest(p_debits, p_credits, p_units, p_amounts, v_debits_after, v_credits_after)
           WITH ORDINALITY AS m (debit, credit, unit, amount, debit_after, credit_after, line);
    IF p_lots = 'open' THEN          -- less what a debt has swallowed
        INSERT INTO lots (programme_id, account, posting_id, points, remaining, expires_at)
        VALUES (p_programme, p_credits[1], posting, v_points, greatest(0, least(v_points, v_credits_after[1])), p_expires);
    ELSIF p_lots = 'hold' THEN
        INSERT INTO holds (id, programme_id, member_id, points, state, held_posting, expires_at)
        VALUES (p_hold, p_programme, p_member, v_points, 'held', posting, p_hold_expires);
        PERFORM ledger_take_lots(p_debits[1], v_points, p_hold, p_happened, NULL);
    ELSIF p_lots = 'spend' THEN
        PERFORM ledger_take_lots(p_debits[1], v_points, NULL, p_happened, NULL);
    END IF;
    outcome := 'posted'; debit_after := v_debits_after[1]; credit_after := v_credits_after[1];
END $$;
