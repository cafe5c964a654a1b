"""What may be shown of what must not be shown."""

from __future__ import annotations


def mask_phone(address: str) -> str:
    """`whatsapp:+919812345678` -> `+91••••••5678`; an address without digits keeps its last four characters."""
    bare = address.removeprefix("whatsapp:")
    return f"{bare[:3]}{'•' * max(len(bare) - 7, 3)}{bare[-4:]}"


def mask_vpa(vpa: str) -> str:
    """`ramesh.k@okaxis` -> `ra•••@okaxis`."""
    name, _, handle = vpa.partition("@")
    return f"{name[:2]}•••@{handle}"


def mask_name(name: str) -> str:
    """The first letter of each word."""
    return " ".join(f"{word[0]}•••" for word in name.split())
