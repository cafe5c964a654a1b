CREATE TABLE campaigns (
    id           text NOT NULL,                        -- the file's own name for it
    programme_id text NOT NULL REFERENCES programmes,
    sender_id    text NOT NULL REFERENCES senders,
    state        text NOT NULL CHECK (state IN ('draft', 'approved', 'scheduled', 'sending', 'paused', 'stopped', 'done')),
    file         jsonb NOT NULL,                       -- campaigns.spec.Campaign; approved words never change
    file_hash    text NOT NULL,
    priority     integer NOT NULL CHECK (priority BETWEEN 1 AND 3),
    category     text NOT NULL CHECK (category IN ('marketing', 'utility')),
    starts_at    timestamptz,
    ends_at      timestamptz,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL,
    approved_by  text,
    approved_at  timestamptz,
    sent_by      text,                                 -- who said send or schedule
    began_at     timestamptz,
    planned_at   timestamptz,                          -- the whole audience has been walked; never with a trigger
    ended_at     timestamptz,
    why          text NOT NULL DEFAULT '',             -- of a pause or a stop: operator's words, or a fault's slug
    cursor       text NOT NULL DEFAULT '',             -- the last member that was walked; ids sort as they were made
    planned      integer NOT NULL DEFAULT 0,           -- members walked, of the size below
    size         integer NOT NULL DEFAULT 0,           -- of the audience when it began
    moved_by     text NOT NULL,                        -- who brought it into its state: a name of staff, or "system:<what>"
    moved_at     timestamptz NOT NULL,
    waits_for    text NOT NULL DEFAULT '',             -- why nobody is planned just now: quiet, tier, budget
    waits_until  timestamptz,                          -- till then at least
    PRIMARY KEY (programme_id, id),
    CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    CHECK (state IN ('draft', 'stopped') OR approved_at IS NOT NULL)
);
CREATE UNIQUE INDEX campaigns_id ON campaigns (id);     -- text keys and outbox keys name a campaign by it alone
CREATE INDEX campaigns_live ON campaigns (starts_at) WHERE state IN ('scheduled', 'sending');

CREATE TABLE campaign_people (
    programme_id    text NOT NULL,
    campaign_id     text NOT NULL,
    member_id       text NOT NULL REFERENCES members,
    occasion        text NOT NULL DEFAULT '',          -- of a trigger: the day or event this is about, 2026-01-05
    outcome         text NOT NULL CHECK (outcome IN ('queued', 'holdout', 'left_out')),
    reason          text NOT NULL DEFAULT '',          -- of the left out: campaigns.reasons
    arm             text NOT NULL DEFAULT '',          -- also of the held out: the arm they would have had is empty
    locale          text NOT NULL DEFAULT '',
    conversation_id text REFERENCES conversations,
    outbox_key      text UNIQUE,                       -- campaign/<id>/<member>[/<occasion>]
    link_token      text UNIQUE,
    decided_at      timestamptz NOT NULL,              -- conversions count from here
    balance         bigint,                            -- points when it was decided, and what they had done before:
    before_count    integer,                           -- the goal's events in as many days before, for comparison
    PRIMARY KEY (programme_id, campaign_id, member_id, occasion),
    FOREIGN KEY (programme_id, campaign_id) REFERENCES campaigns,
    CHECK ((outcome = 'queued') = (outbox_key IS NOT NULL)),
    CHECK ((outcome = 'left_out') = (reason <> ''))
);
CREATE INDEX campaign_people_member ON campaign_people (member_id, decided_at) WHERE outcome = 'queued';
CREATE INDEX campaign_people_talk ON campaign_people (conversation_id, decided_at) WHERE conversation_id IS NOT NULL;
-- Two members may share a phone; whatever two planners do at once, it gets one message.
CREATE UNIQUE INDEX campaign_people_once ON campaign_people (campaign_id, conversation_id, occasion) WHERE outcome = 'queued';

CREATE TABLE campaign_listed (                          -- a CSV list that goes with a campaign
    programme_id text NOT NULL,
    campaign_id  text NOT NULL,
    member_id    text NOT NULL REFERENCES members,
    PRIMARY KEY (programme_id, campaign_id, member_id),
    FOREIGN KEY (programme_id, campaign_id) REFERENCES campaigns
);

CREATE TABLE campaign_clicks (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link_token   text NOT NULL REFERENCES campaign_people (link_token),
    at           timestamptz NOT NULL
);
CREATE INDEX campaign_clicks_token ON campaign_clicks (link_token);

CREATE TABLE audiences (                                -- saved conditions
    programme_id text NOT NULL REFERENCES programmes,
    name         text NOT NULL,
    condition    text NOT NULL,
    saved_by     text NOT NULL,
    saved_at     timestamptz NOT NULL,
    PRIMARY KEY (programme_id, name)
);

ALTER TABLE senders ADD COLUMN people_per_day integer CHECK (people_per_day > 0);  -- WhatsApp's tier: people we may begin with
                                                                                  -- in 24 hours; NULL: no limit is known
ALTER TABLE outbox ADD COLUMN outside_window boolean NOT NULL DEFAULT false;  -- it left as a template, for the window was
CREATE INDEX outbox_begun ON outbox (sender_id, posted_at) WHERE outside_window;  -- closed: it counts for the tier, and costs
CREATE INDEX contacts_merged ON contacts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX outbox_campaign ON outbox (conversation_id, accepted_at) WHERE lane = 'campaign';
CREATE INDEX members_programme ON members (programme_id, id) WHERE erased_at IS NULL;  -- an audience is walked in this order

-- Whether a campaign's row may leave at all just now; of a row that is no campaign's: yes.
CREATE FUNCTION campaign_goes(p_key text) RETURNS boolean LANGUAGE sql STABLE COST 1000 AS $$
    SELECT coalesce((SELECT g.state IN ('sending', 'done') FROM campaign_people p
                     JOIN campaigns g ON g.programme_id = p.programme_id AND g.id = p.campaign_id
                     WHERE p.outbox_key = p_key), true)
$$;

-- Whether whoever a campaign's row is for has had enough of it since it was planned: STOP in any conversation of theirs, no
-- marketing (of which a utility message is none), or the account is another's by now, or nobody's.
CREATE FUNCTION campaign_barred(p_key text, p_conversation text) RETURNS boolean LANGUAGE sql STABLE COST 1000 AS $$
    SELECT bool_or(v.stopped_at IS NOT NULL OR v.marketing_stopped_at IS NOT NULL AND coalesce(g.category, '') <> 'utility'
        OR p.member_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM memberships s WHERE s.member_id = p.member_id AND s.contact_id = coalesce(k.merged_into, k.id)
               AND s.role = 'owner' AND s.until IS NULL))
    FROM conversations t JOIN contacts k ON k.id = t.contact_id
         CROSS JOIN LATERAL (SELECT coalesce(k.merged_into, k.id) AS id UNION ALL
                             SELECT x.id FROM contacts x WHERE x.merged_into = coalesce(k.merged_into, k.id)) o
         JOIN conversations v ON v.contact_id = o.id AND v.programme_id = t.programme_id
         LEFT JOIN campaign_people p ON p.outbox_key = p_key
         LEFT JOIN campaigns g ON g.programme_id = p.programme_id AND g.id = p.campaign_id
    WHERE t.id = p_conversation
$$;

GRANT SELECT, INSERT ON campaigns, campaign_people, campaign_listed, campaign_clicks, audiences TO saathi_service;
GRANT UPDATE ON campaigns, audiences TO saathi_service;
GRANT DELETE ON campaign_listed, audiences TO saathi_service;
