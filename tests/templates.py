"""What WhatsApp refuses in a template, for the tests that hold our own texts to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from whatsapp.content.spec import Spec


def template_faults(made: Spec) -> Sequence[str]:
    """Why WhatsApp would refuse it as a template, whatever it says; empty: nothing is known against it.

    By Twilio's page on error 63040, and lists are for sessions only (63016).
    """
    checks = [
        (bool(made.list_button), "a list is for sessions only"),
        (re.match(r"\s*\{\w+\}", made.body) is not None, "it begins with a placeholder"),
        (re.search(r"\{\w+\}[\s.!?,।]*\Z", made.body) is not None, "it ends with a placeholder"),
        ("\n" in made.body, "it has more than one line"),
    ]
    return [fault for is_so, fault in checks if is_so]
