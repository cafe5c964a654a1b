"""Who opened a campaign's link. Each message has a token of its own; what it leads to stands in the approved file alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from campaigns import stored

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
CLICKS_KEPT = 50  # of one token: more are a program's, and would only fill the table
PREVIEW_WITHIN = timedelta(seconds=2)  # of leaving: nobody reads and opens so fast, but a preview is made so fast
_ADDRESS = re.compile(r"https://[^\s\x00-\x1f\x7f]+")
# They fetch a link to show what is behind it: WhatsApp for its sender and for whoever passes it on, others for theirs.
_ROBOTS = ("facebookexternalhit", "facebot", "telegrambot", "twitterbot", "slackbot", "linkedinbot", "skypeuripreview")

_FIND = text("""
    SELECT p.arm, p.locale, g.file, o.accepted_at
      FROM campaign_people p JOIN campaigns g ON g.programme_id = p.programme_id AND g.id = p.campaign_id
           LEFT JOIN outbox o ON o.key = p.outbox_key
     WHERE p.link_token = :token""")
_COUNT = text("""
    INSERT INTO campaign_clicks (link_token, at) SELECT :token, :now
     WHERE (SELECT count(*) FROM (SELECT FROM campaign_clicks WHERE link_token = :token LIMIT :most) c) < :most""")


def follow(conn: Connection, token: str, *, agent: str, opened: bool, now: datetime) -> str | None:
    """Where the link leads, and a click counted unless a robot asks; None for a token that is none of ours.

    `opened`: it was asked for as a page is (GET), not only looked at (HEAD). `agent`: the User-Agent header.
    """
    found = conn.execute(_FIND, {"token": token}).one_or_none() if TOKEN.fullmatch(token) else None
    if found is None:
        return None
    campaign = stored.from_json(found.file)
    arm = next((arm for arm in campaign.arms if arm.name == found.arm), None)
    words = arm.words.get(found.locale) if arm else None
    if words is None or not _ADDRESS.fullmatch(words.link):
        return None
    if opened and not is_preview(agent, found.accepted_at, now):
        conn.execute(_COUNT, {"token": token, "now": now, "most": CLICKS_KEPT})
    return words.link


def is_preview(agent: str, left_at: datetime | None, now: datetime) -> bool:
    """Whether a program fetches it to show a preview. Pages opened inside WhatsApp name it too, among a browser's words: those
    are previews only until shortly after the message left (None: Twilio has not even answered for it yet)."""
    name = agent.strip().lower()
    if name.startswith("whatsapp") or any(robot in name for robot in _ROBOTS):
        return True
    return "whatsapp" in name and (left_at is None or now <= left_at + PREVIEW_WITHIN)
