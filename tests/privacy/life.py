"""A whole member's life through HTTP on the real house, with values planted that must be nowhere in the clear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from base.sealing import Keyring
from bot import tasks
from tests.bot.media_host import MediaHost, bytes_of, media_host
from tests.bot.test_bill_photos import picture, work
from tests.cli.lived import Lived
from tests.eyes import eyes, paper
from tests.handlers.redeeming import rules
from tests.house import RAMESH, Home, home
from tests.payouts.fake_razorpayx import FakeRazorpayX

PHONE = "+919812345678"
NAME, SHOP = "Zephyrinus Quillfeather", "Xylograph Lamphouse"
PAN, VPA = "ABCPD1234F", "zephyr.quill@okaxis"
ACCOUNT, IFSC, HOLDER = "50100487221963", "HDFC0001234", "Quillfeather Zephyr"
PIN, AADHAAR = "7395", "498572631893"
WORDS = "the mangoes of my uncle are delicious"
PICTURE = picture("PLANTED BILL")
PLANTED = {
    "pan": PAN, "vpa": VPA, "account": ACCOUNT, "aadhaar": AADHAAR, "aadhaar as typed": "4985 7263 1893", "name": NAME,
    "shop": SHOP, "holder": HOLDER, "words": WORDS,
}  # fmt: skip


@contextmanager
def lived(database_url: str, redis_url: str, **changed: object) -> Iterator[Lived]:
    """Enrolled, paid to a UPI id and to an account, PAN and PIN given, Aadhaar typed, a bill's photo credited."""
    fake = FakeRazorpayX()
    keys = {"razorpayx_key_id": "key", "razorpayx_key_secret": "secret-of-the-key", "razorpayx_api_base_url": fake.url}
    with media_host() as host, home(
        database_url, redis_url, media_hosts=f"api.twilio.com,{host.host}", **keys, **changed
    ) as made:
        try:
            _live(made, fake, host)
            yield Lived(made.house, made)
        finally:
            fake.close()


def _live(home: Home, fake: FakeRazorpayX, host: MediaHost) -> None:
    for words in ("hi", "I agree", NAME, "Retailer", "411001", SHOP):
        home.write(words)
    for code in home.codes(10):
        home.write(code)
    for words in (WORDS, AADHAAR, "4985 7263 1893", "pan", PAN):
        home.write(words)
    for words in ("redeem 100", VPA, "yes"):
        home.write(words)
    paid(home, fake, "432198765432")
    rules(home, pin="always")
    for words in ("redeem 100", "other", "bank", ACCOUNT, IFSC, HOLDER):
        home.write(words)
    home.forward(hours=30)  # what was changed cools off
    for words in ("redeem 100", "1", "yes", PIN, PIN):
        home.write(words)
    paid(home, fake, "432198765433")
    sent = bytes_of(PICTURE, "image/png")
    host.pages["/ME1"] = sent
    home.house.__dict__["read_paper"] = eyes({PICTURE: paper("A-1")})
    home.write("", NumMedia="1", MediaUrl0=host.url + "/ME1", MediaContentType0="image/png")
    work(home)



def paid(home: Home, fake: FakeRazorpayX, utr: str) -> None:
    task = home.rows("SELECT id FROM tasks WHERE kind = 'pay' AND state = 'ready' ORDER BY id DESC")[0].id
    tasks.run(home.house, task)
    fake.become("processed", utr=utr)
    home.forward(minutes=30)
    tasks.run(home.house, task)


def member_of(home: Home) -> str:
    found: str = home.rows("SELECT member_id FROM conversations v JOIN contacts c ON c.id = v.contact_id")[0].member_id
    return found


def ring(home: Home) -> Keyring:
    return home.house.keyring


__all__ = ["RAMESH", "lived"]
