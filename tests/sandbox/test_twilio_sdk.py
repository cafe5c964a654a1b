"""Twilio's own SDK finds what it expects: the stand-in is addressed by its base URLs alone."""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from tests.sandbox.fakes import PHONE, Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    settings = sandbox.world.settings
    client = Client(settings.account_sid, settings.auth_token, http_client=TwilioHttpClient(timeout=10))
    for domain in (client.api, client.content, client.messaging):
        domain.base_url = sandbox.url
    yield client
    client.http_client.session.close()


def test_sends_fetches_and_lists(sandbox: Sandbox, client: Client) -> None:
    sender = sandbox.world.settings.sender
    inbound = sandbox.write("hello")["sid"]
    sent = client.messages.create(
        to=f"whatsapp:{PHONE}", from_=sender, body="hi", status_callback="https://a.example/x"
    )
    assert (sent.status, sent.direction, sent.error_code) == ("queued", "outbound-api", None)
    assert client.messages(sent.sid).fetch().body == "hi"
    since = datetime.now(UTC) - timedelta(minutes=15)
    listed = client.messages.list(to=sender, date_sent_after=since, page_size=1)
    assert [m.sid for m in listed] == [inbound]
    assert listed[0].date_sent.tzinfo is not None
    assert client.api.accounts(client.account_sid).fetch().status == "active"
    assert client.messaging.v2.typing_indicator.create(channel="whatsapp", message_id=inbound).success is True


def test_refusals_are_its_exceptions(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to="whatsapp:+1", from_="whatsapp:+14155238886", body="hi")
    assert (refused.value.code, refused.value.status) == (21211, 400)


def test_content_is_made_approved_and_listed(sandbox: Sandbox, client: Client) -> None:
    types = ContentList.Types({"twilio/text": {"body": "Dear {{1}} welcome"}})
    asked = {"friendly_name": "w", "language": "hi", "variables": {"1": "x"}, "types": types}
    made = client.content.v1.contents.create(ContentList.ContentCreateRequest(asked))
    assert [c.sid for c in client.content.v1.contents.list()] == [made.sid]
    approval = client.content.v1.contents(made.sid)
    wanted = {"name": "welcome", "category": "UTILITY"}
    approval.approval_create.create(type(approval.approval_create).ContentApprovalRequest(wanted))
    assert approval.approval_fetch().fetch().whatsapp["status"] == "approved"
    assert approval.delete() is True
    assert sandbox.world.contents == {}
