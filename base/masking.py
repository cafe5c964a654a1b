"""What may be shown of what must not be shown."""

from __future__ import annotations

import unicodedata

TURNS_WRITING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
SHORTEST_PHONE = 9  # with its plus, by E.164


def mask_phone(address: str) -> str:
    """`whatsapp:+919812345678` -> `+91••••••5678`; what is too short for a phone shows its last two at most."""
    bare = address.removeprefix("whatsapp:")
    if len(bare) < SHORTEST_PHONE:
        return "•••" + (bare[-2:] if len(bare) > 4 else "")
    return f"{bare[:3]}{'•' * max(len(bare) - 7, 3)}{bare[-4:]}"


def mask_vpa(vpa: str) -> str:
    """`ramesh.k@okaxis` -> `ra•••@okaxis`; of a short name less."""
    name, _, handle = vpa.partition("@")
    return f"{name[: min(2, len(name) // 2)]}•••@{handle}"


def mask_pan(pan: str) -> str:
    """`ABCPD1234F` -> `AB••••••4F`."""
    return f"{pan[:2]}{'•' * (len(pan) - 4)}{pan[-2:]}"


def mask_gstin(gstin: str) -> str:
    """`09ABCPD1234F1Z5` -> `09AB••••••4F1Z5`: the PAN within it is masked as a PAN is."""
    return f"{gstin[:2]}{mask_pan(gstin[2:12])}{gstin[12:]}"


def mask_udyam(number: str) -> str:
    """`UDYAM-UP-12-0123456` -> `UDYAM-UP-••-•••3456`."""
    return f"{number[:9]}••-•••{number[-4:]}"


def mask_name(name: str) -> str:
    """The first letter of each word."""
    return " ".join(f"{word[0]}•••" for word in name.split())


def visible(words: str) -> str:
    """What a terminal may be shown: no escape sequences, no other control characters, nothing that turns writing around.
    Line ends and tabs stay."""
    kept = (c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in words)
    return "".join(kept).translate(TURNS_WRITING)
