"""PINs and passwords are hashed cheaply in tests: what they cost is meant for thieves, and thousands of tests pay it too."""

from __future__ import annotations

from base import pin

AS_SHIPPED = (pin.MEMORY_KIB, pin.PASSES, pin.LANES)


def cheapen() -> None:
    """In this process; whatever a test starts as a process of its own hashes as it would for a thief."""
    pin.MEMORY_KIB, pin.PASSES = 64, 1
