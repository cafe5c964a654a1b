"""Deleting at Twilio what we have a copy of: what lies in two places can be lost in two places."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException

RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))
TRIES_MAX = 20  # then it is left: `./saathi privacy report` counts it
_PLACE = re.compile(r"/Accounts/(AC[0-9a-fA-F]{32})/Messages/((?:SM|MM)[0-9a-fA-F]{32})/Media/(ME[0-9a-fA-F]{32})(?:\.json)?$")


class Fate(StrEnum):
    """What became of a file at Twilio."""

    GONE = "gone"  # now, or it was not there any more
    ELSEWHERE = "elsewhere"  # the address is none of this account's files: there is nothing to delete
    LATER = "later"


def delete(url: str, account_sid: str, remove: Callable[[str, str], object]) -> Fate:
    """Delete the file behind `url`; `remove` takes the message's SID and the file's. Never raises for what Twilio does."""
    place = _PLACE.search(url)
    if place is None or place[1].lower() != account_sid.lower():
        return Fate.ELSEWHERE
    try:
        remove(place[2], place[3])
    except (TwilioRestException, TwilioServiceException) as fault:
        return Fate.GONE if int(fault.status or 0) == 404 else Fate.LATER
    except (TwilioException, requests.RequestException):
        return Fate.LATER
    return Fate.GONE


def wait(tries: int) -> timedelta:
    """How long after the try of that number (from 1) the next one comes."""
    return RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1]
