"""Everything the sandbox remembers, behind one lock."""

import threading
from typing import TYPE_CHECKING

from flask import request

from sandbox import ids
from sandbox.courier import Courier
from sandbox.dial import Dial
from sandbox.events import EventLog
from sandbox.faults import FaultBook
from sandbox.message import Media, Message
from sandbox.phones import Phone, is_user_id, normal_number
from sandbox.razorpayx.book import Book
from sandbox.scheduler import Scheduler
from sandbox.settings import Settings
from sandbox.webhooks import Webhooks

if TYPE_CHECKING:
    from sandbox.twilio.content import Content

WORLD = "sandbox.world"  # where a request carries it


class World:
    """Hold `lock` while reading or changing what is in here; never hold it while talking HTTP or sleeping."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.dial = Dial()
        self.scheduler = Scheduler(self.dial)
        self.courier = Courier()
        self.events = EventLog()
        self.faults = FaultBook()
        self.webhooks = Webhooks(self.faults, self.scheduler)
        self.stopping = threading.Event()
        self.contents: dict[str, Content] = {}
        self._forget()

    def _forget(self) -> None:
        self.phones: dict[str, Phone] = {}
        self.by_user_id: dict[str, Phone] = {}
        self.messages: dict[str, Message] = {}
        self.by_phone: dict[str, list[Message]] = {}
        self.media: dict[str, Media] = {}
        self.media_tokens: dict[str, tuple[str, float]] = {}
        self.book = Book()
        self._added = 0

    def reset(self, contents: bool = False) -> None:
        """Forgets all but the content templates: they belong to the account, and the bot keeps their SIDs."""
        with self.lock:
            self.scheduler.clear()
            self.faults.clear()
            self.dial.reset()
            self._forget()
            if contents:
                self.contents.clear()
        self.events.append("reset")

    def phone(self, text: str) -> Phone | None:
        """The phone behind a number, a `whatsapp:` address or a user id; any new number is taken to be on WhatsApp."""
        bare = text.removeprefix("whatsapp:")
        with self.lock:
            if is_user_id(bare):
                return self.by_user_id.get(bare)
            number = normal_number(text)
            if number is None:
                return None
            if number not in self.phones:
                phone = self.phones[number] = Phone(number, profile_name=number)
                self.by_user_id[phone.user_id] = phone
            return self.phones[number]

    def add(self, message: Message) -> None:
        with self.lock:
            self._added += 1
            message.seq = self._added
            self.messages[message.sid] = message
            self.by_phone.setdefault(message.number, []).append(message)
            for media in message.media:
                self.media[media.sid] = media
        self.events.append("message", message.number, message=message.view())

    def move(self, message: Message, status: str) -> None:
        """Moves a message's status and tells the watchers."""
        with self.lock:
            message.move(status, self.dial.now())
        self.tell(message)

    def tell(self, message: Message) -> None:
        self.events.append("status", message.number, message=message.view())

    def move_clock(self, seconds: float) -> None:
        """Turns the dial; whatever comes due happens at once."""
        self.dial.advance(seconds)
        self.scheduler.clock_moved()
        self.events.append("clock", ahead_s=self.dial.ahead_s)

    def media_link(self, media_sid: str) -> str:
        """A link to the file that needs no authorisation and lives for 4 hours, as Twilio's redirects do."""
        token = ids.sid("")
        with self.lock:
            self.media_tokens[token] = (media_sid, self.dial.now() + 4 * 3600)
        return f"{self.settings.media_cdn_url}/media-cdn/{token}"

    def stop(self) -> None:
        self.stopping.set()
        self.scheduler.stop()
        self.courier.close()


def the_world() -> World:
    """The world this request came to."""
    world = request.environ[WORLD]
    if not isinstance(world, World):
        raise TypeError("this request did not come through sandbox.server")
    return world
