"""The house: who writes to us, what they wrote, what we decided, what we must tell them and do.

Why: everything later hangs on these rows. A message is stored before it is answered; what leaves is a row first;
a conversation has one row that is locked while a turn is taken. What a person wrote is sealed from the first day.
"""

from alembic import op

revision = "0001"
down_revision = None

ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'saathi_service') THEN
        CREATE ROLE saathi_service NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was first
END $$;
DO $$ BEGIN
    IF NOT pg_has_role(current_user, 'saathi_service', 'MEMBER') THEN
        EXECUTE format('GRANT saathi_service TO %I', current_user);
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO saathi_service;
"""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only; add a correction', TG_TABLE_NAME; END $$;
"""

PROGRAMMES = """
CREATE TABLE programmes (
    id         text PRIMARY KEY,
    name       text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE programme_versions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    programme_id text NOT NULL REFERENCES programmes,
    version      integer NOT NULL,
    content      jsonb NOT NULL,
    content_hash text NOT NULL,
    published_at timestamptz NOT NULL,
    UNIQUE (programme_id, version)
);
CREATE TRIGGER programme_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON programme_versions
    EXECUTE FUNCTION refuse_change();
CREATE TABLE senders (
    id           text PRIMARY KEY,
    address      text NOT NULL UNIQUE,              -- whatsapp:+14155238886, as Twilio writes it in To
    programme_id text NOT NULL REFERENCES programmes,
    rate_per_s   integer NOT NULL CHECK (rate_per_s > 0),
    rate_free_at timestamptz                         -- when the next message may leave; leased by relays
);
"""

PEOPLE = """
CREATE TABLE contacts (
    id               text PRIMARY KEY,
    address          text NOT NULL UNIQUE,          -- the exact From: a phone, or a business-scoped user id
    external_user_id text,
    data_key         bytea,                         -- wrapped; NULL once erased
    created_at       timestamptz NOT NULL
);
CREATE INDEX contacts_external ON contacts (external_user_id) WHERE external_user_id IS NOT NULL;
CREATE TABLE members (
    id           text PRIMARY KEY,
    programme_id text NOT NULL REFERENCES programmes,
    role         text NOT NULL CHECK (role IN ('electrician', 'retailer', 'dealer', 'distributor')),
    pin_code     text NOT NULL,
    state        text NOT NULL,                     -- ISO 3166-2:IN letters
    data_key     bytea,                             -- wrapped; NULL once erased
    details      bytea NOT NULL,                    -- sealed JSON: name, shop, mobile
    shop_known   boolean NOT NULL,
    mobile_known boolean NOT NULL,
    created_at   timestamptz NOT NULL
);
CREATE TABLE memberships (
    contact_id   text NOT NULL REFERENCES contacts,
    member_id    text NOT NULL REFERENCES members,
    programme_id text NOT NULL REFERENCES programmes,
    role         text NOT NULL CHECK (role IN ('owner', 'helper')),
    since        timestamptz NOT NULL,
    until        timestamptz,
    PRIMARY KEY (contact_id, member_id, since)
);
CREATE INDEX memberships_member ON memberships (member_id);
CREATE TABLE member_links (
    parent_id text NOT NULL REFERENCES members,
    child_id  text NOT NULL REFERENCES members,
    since     timestamptz NOT NULL,
    until     timestamptz,
    PRIMARY KEY (parent_id, child_id, since),
    CHECK (parent_id <> child_id)
);
CREATE TABLE consents (                              -- the evidence; conversations hold what follows from it
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id   text NOT NULL REFERENCES contacts,
    programme_id text NOT NULL REFERENCES programmes,
    kind         text NOT NULL CHECK (kind IN ('notice', 'messages', 'marketing')),
    given        boolean NOT NULL,
    version      text NOT NULL,
    locale       text NOT NULL,
    message_sid  text NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX consents_contact ON consents (contact_id, programme_id, id);
CREATE TRIGGER consents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consents EXECUTE FUNCTION refuse_change();
CREATE TABLE secrets (
    token      text PRIMARY KEY,
    contact_id text NOT NULL REFERENCES contacts,
    member_id  text REFERENCES members,             -- whose data key seals it; NULL: the contact's
    kind       text NOT NULL,
    last4      text NOT NULL,
    sealed     bytea NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz                           -- last put to use for money; the newest is offered again
);
CREATE INDEX secrets_member ON secrets (member_id, kind, used_at) WHERE used_at IS NOT NULL;
"""

CONVERSATIONS = """
CREATE TABLE conversations (
    id                   text PRIMARY KEY,
    sender_id            text NOT NULL REFERENCES senders,
    contact_id           text NOT NULL REFERENCES contacts,
    programme_id         text NOT NULL REFERENCES programmes,
    member_id            text REFERENCES members,   -- for whom the contact acts here
    locale               text,
    consented_at         timestamptz,
    stopped_at           timestamptz,
    marketing_stopped_at timestamptz,
    session              bytea,                     -- sealed JSON of flows.session.Session
    flow                 text,                      -- of the frame that has the floor: for counting, in the clear
    state                text,
    turn                 bigint NOT NULL DEFAULT 0,
    last_inbound_at      timestamptz,               -- the 24-hour session window runs from here
    held                 integer NOT NULL DEFAULT 0, -- outbox rows waiting for the person to write
    UNIQUE (sender_id, contact_id)
) WITH (fillfactor = 70);  -- every turn writes its row anew: room in the page keeps indexes out of it
CREATE INDEX conversations_contact ON conversations (contact_id);
CREATE INDEX conversations_member ON conversations (member_id) WHERE member_id IS NOT NULL;
CREATE TABLE inbox (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key             text NOT NULL UNIQUE,           -- the MessageSid, or the key of the outcome that it is
    conversation_id text NOT NULL REFERENCES conversations,
    kind            text NOT NULL CHECK (kind IN ('message', 'happening')),
    sealed          bytea NOT NULL,
    received_at     timestamptz NOT NULL,
    handled_at      timestamptz,
    failures        integer NOT NULL DEFAULT 0,
    parked_at       timestamptz,
    fault           text
);
CREATE INDEX inbox_waiting ON inbox (conversation_id, id) WHERE handled_at IS NULL AND parked_at IS NULL;
CREATE INDEX inbox_oldest ON inbox (received_at) WHERE handled_at IS NULL AND parked_at IS NULL;
CREATE TABLE journal (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id text NOT NULL REFERENCES conversations,
    turn            bigint NOT NULL,
    event_key       text NOT NULL,
    at              timestamptz NOT NULL,
    event           text NOT NULL,                  -- names in the clear, contents sealed
    flow            text,
    state_before    text,
    state_after     text,
    effects         text[] NOT NULL,
    sealed          bytea NOT NULL,
    UNIQUE (conversation_id, turn)
);
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal EXECUTE FUNCTION refuse_change();
"""

WORK = """
CREATE TABLE tasks (
    id              text PRIMARY KEY,
    key             text NOT NULL UNIQUE,           -- "<event key>/<n>": asked for once
    kind            text NOT NULL,
    queue           text NOT NULL CHECK (queue IN ('turns', 'media', 'payouts')),
    conversation_id text REFERENCES conversations,
    payload         jsonb NOT NULL,
    state           text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'done', 'parked')),
    attempts        integer NOT NULL DEFAULT 0,
    due_at          timestamptz NOT NULL,           -- when it may be tried (again); a lease moves it into the future
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    outcome         text
);
CREATE INDEX tasks_due ON tasks (due_at) WHERE state = 'ready';
CREATE TABLE media (
    id              text PRIMARY KEY,
    conversation_id text NOT NULL REFERENCES conversations,
    contact_id      text NOT NULL REFERENCES contacts,
    message_sid     text NOT NULL,
    position        integer NOT NULL,
    url             text NOT NULL,
    declared_type   text NOT NULL,
    stored_as       text,                           -- key in the media store; sealed there
    size_bytes      bigint,
    sniffed_type    text,
    created_at      timestamptz NOT NULL,
    stored_at       timestamptz,
    UNIQUE (message_sid, position)
);
CREATE TABLE outbox (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key             text NOT NULL UNIQUE,           -- "<event key>/<n>"
    conversation_id text NOT NULL REFERENCES conversations,
    sender_id       text NOT NULL REFERENCES senders,
    contact_id      text NOT NULL REFERENCES contacts,
    lane            text NOT NULL CHECK (lane IN ('reply', 'notice', 'campaign')),
    text_key        text NOT NULL,
    sealed          bytea NOT NULL,                 -- JSON of the rendered words: whatsapp.outbound.Message
    state           text NOT NULL CHECK (state IN ('queued', 'held', 'sending', 'uncertain', 'unconfirmed', 'accepted',
                        'sent', 'delivered', 'read', 'failed', 'expired')),
    reason          text,                           -- why held, failed, expired: a word, then detail
    sid             text UNIQUE,
    error_code      integer,
    attempts        integer NOT NULL DEFAULT 0,
    not_before      timestamptz NOT NULL,
    expires_at      timestamptz,
    created_at      timestamptz NOT NULL,
    posted_at       timestamptz,                    -- when Twilio was last asked
    accepted_at     timestamptz,
    settled_at      timestamptz
);
CREATE INDEX outbox_due ON outbox (conversation_id, id) WHERE state IN ('queued', 'sending', 'uncertain');
CREATE INDEX outbox_next ON outbox (lane, not_before, id) WHERE state = 'queued';
CREATE INDEX outbox_unsettled ON outbox (not_before) WHERE state IN ('sending', 'uncertain');
CREATE INDEX outbox_held ON outbox (conversation_id, id) WHERE state IN ('held', 'unconfirmed');
CREATE TABLE relay_leases (                          -- one relay at a time talks to a contact, so order is kept
    conversation_id text PRIMARY KEY REFERENCES conversations,
    holder          text NOT NULL,
    until           timestamptz NOT NULL
);
CREATE TABLE content_resources (
    hash       text PRIMARY KEY,                    -- of text key, locale, words, buttons: changed words, new resource
    text_key   text NOT NULL,
    locale     text NOT NULL,
    sid        text NOT NULL UNIQUE,                -- HX…
    created_at timestamptz NOT NULL
);
CREATE TABLE dev_clock (
    sole     boolean PRIMARY KEY DEFAULT true CHECK (sole),
    offset_s bigint NOT NULL
);
INSERT INTO dev_clock (offset_s) VALUES (0);
"""

TURN_BEGIN = """
-- Takes the conversation if nobody has it and brings all that a turn needs, in one round trip. Two statements inside:
-- the second sees what was committed while the first waited for nothing, so a handled event is never seen as waiting.
CREATE FUNCTION turn_begin(which text) RETURNS TABLE (
    id text, sender_id text, contact_id text, programme_id text, member_id text, locale text, consented_at timestamptz,
    stopped_at timestamptz, marketing_stopped_at timestamptz, session bytea, turn bigint, last_inbound_at timestamptz,
    held integer, address text, data_key bytea, role text, shop_known boolean, mobile_known boolean, offset_s bigint,
    first_locale text, inbox_id bigint, key text, kind text, sealed bytea, received_at timestamptz, failures integer
) LANGUAGE plpgsql AS $$
DECLARE v conversations;
BEGIN
    SELECT * INTO v FROM conversations c WHERE c.id = which FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY
        SELECT v.id, v.sender_id, v.contact_id, v.programme_id, v.member_id, v.locale, v.consented_at, v.stopped_at,
               v.marketing_stopped_at, v.session, v.turn, v.last_inbound_at, v.held, c.address, c.data_key, m.role,
               m.shop_known, m.mobile_known, (SELECT d.offset_s FROM dev_clock d),
               CASE WHEN v.locale IS NULL THEN (SELECT p.content -> 'locales' ->> 0 FROM programme_versions p
                    WHERE p.programme_id = v.programme_id ORDER BY p.version DESC LIMIT 1) END,
               e.id, e.key, e.kind, e.sealed, e.received_at, e.failures
        FROM contacts c LEFT JOIN members m ON m.id = v.member_id
             LEFT JOIN LATERAL (SELECT i.id, i.key, i.kind, i.sealed, i.received_at, i.failures FROM inbox i
                                WHERE i.conversation_id = v.id AND i.handled_at IS NULL AND i.parked_at IS NULL
                                ORDER BY i.id LIMIT 1) e ON true
        WHERE c.id = v.contact_id;
END $$;
"""

GRANTS = """
GRANT SELECT ON ALL TABLES IN SCHEMA public TO saathi_service;
GRANT INSERT ON programmes, programme_versions, senders, contacts, members, memberships, member_links, consents,
    secrets, conversations, inbox, journal, tasks, media, outbox, relay_leases, content_resources TO saathi_service;
GRANT UPDATE ON programmes, senders, contacts, members, memberships, member_links, secrets, conversations, tasks,
    media, outbox, relay_leases, content_resources, dev_clock TO saathi_service;
GRANT UPDATE (handled_at, failures, parked_at, fault) ON inbox TO saathi_service;
GRANT DELETE ON secrets, relay_leases, content_resources TO saathi_service;
"""


def upgrade() -> None:
    for part in (ROLE, REFUSE_CHANGE, PROGRAMMES, PEOPLE, CONVERSATIONS, WORK, TURN_BEGIN, GRANTS):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("the books are never taken down; restore a backup instead")
