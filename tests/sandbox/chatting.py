"""A bot small enough to read at a glance, which answers with everything the page must be able to show."""

import json
import struct
import threading
import zlib
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import requests

MENU = "*नमस्ते Ramesh* 🙏\nYour points: 1,250\n_Worth ₹1,250 on UPI._ What would you like to do?"
LIST = {
    "body": "Choose a product line to see its points.",
    "button": "Product lines",
    "items": [
        {"id": "line.wires", "item": "Wires and cables", "description": "1 to 6 sq mm, all colours"},
        {"id": "line.switches", "item": "Switches", "description": "Modular and piano"},
        {"id": "line.fans", "item": "पंखे (fans)", "description": "Ceiling and exhaust"},
    ],
}
BUTTONS = {
    "body": MENU,
    "actions": [
        {"id": "menu.scan", "title": "Scan a coupon"},
        {"id": "menu.points", "title": "मेरे पॉइंट"},
        {"id": "menu.redeem", "title": "Redeem"},
    ],
}


class ChattingBot:
    """Answers each webhook from a thread of its own, as a bot that works outside the request does."""

    def __init__(self) -> None:
        self.api = ""
        self.account = ("", "")
        self.sender = ""
        self.status = "204 No Content"  # of inbound messages; another one is neither heard nor answered
        self.contents: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []
        self.inside: dict[str, Any] = {}  # what it tells of a conversation; empty: it tells nothing of itself

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        form = dict(parse_qsl(environ["wsgi.input"].read().decode(), keep_blank_values=True))
        if environ["PATH_INFO"] == "/dev/conversation" and self.inside:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self.inside).encode()]
        inbound = environ["PATH_INFO"] == "/twilio/inbound"
        if inbound and self.status.startswith("2"):
            self.forms.append(form)
            threading.Thread(target=self._answer_on_its_own, args=(form,), daemon=True).start()
        start_response(self.status if inbound else "204 No Content", [])
        return []

    def prepare(self) -> None:
        """Makes the two contents it sends."""
        for name, types in (("menu", {"twilio/quick-reply": BUTTONS}), ("list", {"twilio/list-picker": LIST})):
            made = self.call("/v1/Content", json={"language": "en", "types": types})
            self.contents[name] = made["sid"]

    def _answer_on_its_own(self, form: dict[str, str]) -> None:
        with suppress(requests.ConnectionError):  # the test is over and its sandbox gone: nobody waits for this answer
            self.answer(form)

    def answer(self, form: dict[str, str]) -> None:
        to, tapped = form["From"], form.get("ButtonPayload") or form.get("ListId")
        self.call("/v2/Indicators/Typing.json", data={"channel": "whatsapp", "messageId": form["MessageSid"]})
        if form["Body"] == "wait":
            return
        if int(form["NumMedia"]):
            self.send(to, Body=f"✅ Received {form['MediaContentType0']}. *+120 points* for it.")
        elif tapped == "menu.points":
            self.send(to, ContentSid=self.contents["list"])
        elif tapped:
            self.send(to, Body=f"You chose ~nothing~ *{form['Body']}* ({tapped}).")
        else:
            self.send(to, ContentSid=self.contents["menu"])

    def send(self, to: str, **form: str) -> None:
        self.call(f"/2010-04-01/Accounts/{self.account[0]}/Messages.json", data={"To": to, "From": self.sender, **form})

    def call(self, path: str, **kwargs: Any) -> Any:
        response = requests.post(self.api + path, auth=self.account, timeout=10, **kwargs)
        response.raise_for_status()
        return response.json()


def picture(width: int = 320, height: int = 240) -> bytes:
    """A PNG of stripes, made by hand: the page needs no more than something that is really a picture."""
    row = b"".join(bytes((230 - x % 64, 200, 120 + x * 100 // width)) for x in range(width))
    data = zlib.compress(b"".join(b"\0" + (row if y % 24 < 18 else bytes(3 * width)) for y in range(height)))

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
