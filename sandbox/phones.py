"""The phones of this world and how WhatsApp addresses them."""

import hashlib
import re
from dataclasses import dataclass

WINDOW_S = 24 * 3600


@dataclass(slots=True)
class Phone:
    """One person's WhatsApp. `hidden` keeps the number from businesses: they see only the business-scoped user id."""

    number: str  # +919812345678
    profile_name: str
    hidden: bool = False
    reads_at_once: bool = True  # False: messages stay unread until the page says they were looked at
    last_inbound_at: float | None = None
    typing_until: float = 0.0
    unread: int = 0

    @property
    def user_id(self) -> str:
        """Business-scoped user id: country and an opaque part, the same every time for one number."""
        return "IN." + str(int(hashlib.sha256(self.number.encode()).hexdigest()[:14], 16))

    @property
    def address(self) -> str:
        return "whatsapp:" + (self.user_id if self.hidden else self.number)

    @property
    def wa_id(self) -> str:
        return "" if self.hidden else self.number.removeprefix("+")

    def window_open(self, now: float) -> bool:
        return self.last_inbound_at is not None and now - self.last_inbound_at < WINDOW_S


def normal_number(text: str) -> str | None:
    """`+919812345678` from that, from bare digits or from a `whatsapp:` address; None when it is no E.164 number."""
    bare = re.sub(r"[ -]", "", text.strip().removeprefix("whatsapp:").strip())
    if re.fullmatch(r"[6-9]\d{9}", bare, re.ASCII):
        bare = "91" + bare  # ten digits as people in India write a mobile number
    number = bare if bare.startswith("+") else "+" + bare
    return number if re.fullmatch(r"\+[1-9]\d{7,14}", number, re.ASCII) else None


def is_user_id(text: str) -> bool:
    return re.fullmatch(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}", text, re.ASCII) is not None
