"""What earns points, and how many. Pure: the answer carries the facts that say why, for as long as the books stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from base.days import day_of, end_of
from loyalty.programme import Programme

PAISE_PER_100_RUPEES = 10_000


@dataclass(frozen=True, slots=True)
class Credit:
    """Points to give. `points` may be 0: nothing to post. `expires_at` None: they never expire."""

    points: int
    expires_at: datetime | None
    facts: Mapping[str, str | int]


def coupon_credit(programme: Programme, version_number: int, sku: str, serial: int, at: datetime) -> Credit:
    """For one claimed coupon. Raises KeyError where the version lacks the SKU, which publishing prevents."""
    product = programme.product(sku)
    if product is None:
        raise KeyError(sku)
    facts: dict[str, str | int] = {
        "programme_version": version_number,
        "rule": "coupon.points_per_product",
        "sku": sku,
        "coupon": serial,
        "trace": f"1 coupon of {sku} = {product.points} points",
    }
    return Credit(product.points, expiry(programme, at), facts)


def invoice_credit(programme: Programme, version_number: int, taxable_paise: int, at: datetime) -> Credit:
    """For an invoice's taxable value: whole points, rounded down once over the whole. Raises ValueError below zero."""
    if taxable_paise < 0:
        raise ValueError(f"an invoice's taxable value is not negative: {taxable_paise}")
    rate = programme.points_per_100_rupees
    points = taxable_paise * rate // PAISE_PER_100_RUPEES
    facts: dict[str, str | int] = {
        "programme_version": version_number,
        "rule": "invoice.points_per_100_rupees",
        "taxable_paise": taxable_paise,
        "rate": rate,
        "trace": f"{taxable_paise} paise x {rate} / {PAISE_PER_100_RUPEES}, rounded down = {points} points",
    }
    return Credit(points, expiry(programme, at), facts)


def expiry(programme: Programme, at: datetime) -> datetime | None:
    """When points given at that moment run out: at the end of a day in India, never in the middle of one."""
    days = programme.points_expire_after_days
    return None if days is None else end_of(day_of(at) + timedelta(days=days))
