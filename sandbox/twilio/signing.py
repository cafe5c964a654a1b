"""Signed form webhooks, as Twilio posts them."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from sandbox import ids
from sandbox.courier import retry_policy
from sandbox.webhooks import Post
from sandbox.world import World


def form_post(world: World, url: str, fields: Mapping[str, str]) -> Post:
    """A post of `fields` to `url`, signed over that URL without its fragment and retried as the fragment says.

    URLs under the bot's public address are fetched from where the bot really is; the signature keeps the public one.
    """
    settings = world.settings
    public_url, _, fragment = url.partition("#")
    target = public_url
    if public_url.startswith(settings.public_base_url + "/"):
        target = settings.bot_url + public_url.removeprefix(settings.public_base_url)
    signature = RequestValidator(settings.auth_token).compute_signature(public_url, dict(fields))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "X-Twilio-Signature": signature,
        "I-Twilio-Idempotency-Token": ids.sid(""),  # one for all attempts: this is how a retry is known
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "Host": urlsplit(public_url).netloc,
    }
    body = urlencode(fields).encode()
    policy = retry_policy(fragment)
    return lambda counted_as: world.courier.post(target, body, headers, policy, counted_as)
