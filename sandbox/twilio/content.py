"""Content templates: what may be made, what they become when sent, and WhatsApp's limits on both."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.message import Button
from sandbox.twilio.errors import Refused

BODY, TEXT_BODY = 1024, 1600
SESSION_BUTTONS, APPROVED_BUTTONS, LIST_ITEMS = 3, 10, 10
BUTTON_TITLE, LIST_BUTTON, ITEM, DESCRIPTION, OPTION_ID = 20, 20, 24, 72, 200
APPROVAL_STATES = ("pending", "approved", "rejected", "paused", "disabled")
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,16})\s*\}\}")
# The richest type a content has is the one WhatsApp shows.
TYPES = ("twilio/list-picker", "twilio/quick-reply", "twilio/call-to-action", "twilio/media", "twilio/text")
REQUIRED = {
    "twilio/list-picker": ("body", "button", "items"),
    "twilio/quick-reply": ("body", "actions"),
    "twilio/call-to-action": ("body", "actions"),
    "twilio/media": ("media",),
    "twilio/text": ("body",),
}


@dataclass(slots=True)
class Approval:
    name: str
    category: str
    allow_category_change: bool
    decided_at: float
    rejection_reason: str = ""
    ruled: str = ""  # by the sandbox's own control, whatever the time

    def status(self, now: float) -> str:
        if self.ruled:
            return self.ruled
        if now < self.decided_at:
            return "pending"
        return "rejected" if self.rejection_reason else "approved"


@dataclass(slots=True)
class Content:
    sid: str
    friendly_name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    created_at: float
    approval: Approval | None = None

    @property
    def shown_type(self) -> str:
        return next(name for name in TYPES if name in self.types)

    def rule(self, status: str, reason: str) -> None:
        """What WhatsApp shall say from now on; it was submitted."""
        if self.approval is not None:
            self.approval.ruled = status
            self.approval.rejection_reason = (reason or "INVALID_FORMAT") if status == "rejected" else ""

    def approved(self, now: float) -> bool:
        return self.approval is not None and self.approval.status(now) == "approved"


@dataclass(slots=True)
class Rendered:
    """A content with its variables filled in."""

    body: str = ""
    buttons: list[Button] = field(default_factory=list)
    picker: str = ""
    media_urls: list[str] = field(default_factory=list)


def check_types(types: Any) -> dict[str, dict[str, Any]]:
    """The `types` of a new content, or Refused: unknown types, missing fields, and counts no message could have."""
    given_types = types.items() if isinstance(types, dict) else ()
    kept: dict[str, dict[str, Any]] = {name: given for name, given in given_types if given is not None}
    if not kept:  # after the nulls are gone: the SDK writes one for every type that is not used
        raise Refused(20001, "types must be an object with at least one content type")
    for name, given in kept.items():
        if name not in REQUIRED:
            raise Refused(20001, f"type {name} is not offered here; known: {', '.join(TYPES)}")
        missing = [key for key in REQUIRED[name] if not isinstance(given, dict) or not given.get(key)]
        if missing:
            raise Refused(20001, f"{name} needs {', '.join(missing)}")
        _check_entries(name, given)
    return kept


def _check_entries(name: str, given: dict[str, Any]) -> None:
    is_list = name == "twilio/list-picker"
    entries = given["items"] if is_list else given.get("actions") or ()
    if not isinstance(entries, list | tuple) or len(entries) > (LIST_ITEMS if is_list else APPROVED_BUTTONS):
        raise Refused(20001, f"{name} has more options than WhatsApp shows")
    label = "item" if is_list else "title"
    if any(not isinstance(entry, dict) or not entry.get(label) for entry in entries):
        raise Refused(20001, f"every option of {name} needs {label}")


def check_approvable(content: Content) -> None:
    """Refused when WhatsApp could never approve this content."""
    if content.shown_type == "twilio/list-picker":
        raise Refused(20001, "twilio/list-picker is for sessions only and cannot be approved by WhatsApp")
    body = str(content.types[content.shown_type].get("body", ""))
    if len(body) > BODY:
        raise Refused(20001, f"the body of a template has at most {BODY} characters")
    if re.match(r"\s*\{\{", body) or re.search(r"\}\}[\s.!?,]*$", body):
        raise Refused(20001, "a variable may not stand at the start or the end of a template's body")
    if re.search(r"\}\}\s*\{\{", body):
        raise Refused(20001, "two variables may not stand next to each other")


def fill_in(content: Content, variables_json: str, approved: bool, session_newlines: bool) -> Rendered:
    """The content as the recipient would see it, or Refused for variables and lengths Twilio and WhatsApp refuse."""
    values = {**content.variables, **_sent_variables(variables_json)}

    def text(template: object) -> str:
        return PLACEHOLDER.sub(lambda m: _value(m[1], values, approved, session_newlines), str(template or ""))

    kind = content.shown_type
    given = content.types[kind]
    rendered = Rendered(body=text(given.get("body")))
    if kind == "twilio/list-picker":
        rendered.picker = text(given["button"])
        rendered.buttons = [
            Button(text(i.get("id")), text(i["item"]), text(i.get("description"))) for i in given["items"]
        ]
    elif kind in ("twilio/quick-reply", "twilio/call-to-action"):
        rendered.buttons = [
            Button(text(a.get("id")) or text(a["title"]), text(a["title"]), url=text(a.get("url") or a.get("phone")))
            for a in given["actions"]
        ]
    elif kind == "twilio/media":
        rendered.media_urls = [text(url) for url in given["media"]]
    _check_limits(kind, rendered, approved)
    return rendered


def _sent_variables(variables_json: str) -> Mapping[str, str]:
    try:
        sent = json.loads(variables_json) if variables_json else {}
    except ValueError:
        raise Refused(21656, "ContentVariables is not JSON") from None
    if not isinstance(sent, dict) or not all(isinstance(value, str) for value in sent.values()):
        raise Refused(21656, "ContentVariables must be an object of strings")
    return sent


def _value(name: str, values: Mapping[str, str], approved: bool, session_newlines: bool) -> str:
    """Twilio's page on 21656 forbids empty values always, and newlines, tabs and runs of spaces in what the body uses.

    Its page on 92007 speaks of newlines for approved templates only; `session_newlines` chooses that reading.
    """
    value = values.get(name, "")
    if not value.strip():
        raise Refused(21656, f"variable {name} is empty and has no default")
    if len(value) > TEXT_BODY:
        raise Refused(21656, f"variable {name} has more than {TEXT_BODY} characters")
    if re.search(r"[\r\n\t]| {5,}", value) and (approved or not session_newlines):
        raise Refused(21656, f"variable {name} holds a newline, a tab or more than four consecutive spaces")
    return value


def _check_limits(kind: str, rendered: Rendered, approved: bool) -> None:
    if kind == "twilio/text" and not approved:
        if len(rendered.body) > TEXT_BODY:
            raise Refused(21617)
    elif len(rendered.body) > BODY:
        raise Refused(63021, f"the body has {len(rendered.body)} characters, at most {BODY} are allowed")
    if kind == "twilio/list-picker":
        _check_options(rendered, LIST_ITEMS, ITEM)
        if not 1 <= len(rendered.picker) <= LIST_BUTTON:
            raise Refused(63021, f"the list's button has at most {LIST_BUTTON} characters: {rendered.picker!r}")
    elif rendered.buttons:
        _check_options(rendered, APPROVED_BUTTONS if approved else SESSION_BUTTONS, BUTTON_TITLE)


def _check_options(rendered: Rendered, most: int, title_length: int) -> None:
    if not 1 <= len(rendered.buttons) <= most:
        raise Refused(63013, f"{len(rendered.buttons)} options, between 1 and {most} are allowed here")
    for button in rendered.buttons:
        if not 1 <= len(button.title) <= title_length:
            raise Refused(63021, f"an option's title has at most {title_length} characters: {button.title!r}")
        if len(button.id) > OPTION_ID:
            raise Refused(63021, f"an option's id has at most {OPTION_ID} characters")
        if len(button.description) > DESCRIPTION:
            raise Refused(63021, f"an option's description has at most {DESCRIPTION} characters")
    for what, seen in (("ids", [b.id for b in rendered.buttons]), ("titles", [b.title for b in rendered.buttons])):
        if len(set(seen)) != len(seen):
            raise Refused(63021, f"options with the same {what}")
