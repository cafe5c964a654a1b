"""A programme: what earns points, what points are worth, and where it stops. A value; the rows are programme_rows'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StrictStr, StringConstraints

from base.gstin import normal_gstin
from loyalty.kyc_rules import Kyc
from loyalty.products import Line, Locale, Part, Points, Product, Sku, normalised


def _gstin(text: str) -> str:
    if (number := normal_gstin(text)) is None:
        raise ValueError("is not a valid GSTIN: compare it with the registration certificate")
    return number


def _day(text: str) -> str:
    try:
        same = date.fromisoformat(text).isoformat() == text
    except ValueError:
        same = False
    if not same:
        raise ValueError('must be a day such as "2026-11-08"')
    return text


class Distributor(Part):
    gstin: Annotated[StrictStr, AfterValidator(_gstin)]
    name: Line
    brand_only: StrictBool = False  # sells nothing else: an invoice's lines need not be told apart


class Invoices(Part):
    """What an invoice must be to earn points by itself, and how long a reviewer may take."""

    days_max: Annotated[StrictInt, Field(ge=1, le=3_650)] = 60  # older ones are too late
    review_hours: Annotated[StrictInt, Field(ge=1, le=720)] = 24  # promised to the member


Most = Annotated[StrictInt, Field(ge=1, le=10_000_000)]
Times = Annotated[StrictInt, Field(ge=5, le=1_000_000)]


class Redeem(Part):
    """How many points one redemption takes, what protects it, and by when the money is promised."""

    least_points: Points
    most_points: Most
    most_points_per_day: Most | None = None  # of one member, by India's calendar; None: no limit of its own
    most_points_per_month: Most | None = None
    cool_off_hours: Annotated[StrictInt, Field(ge=0, le=720)] = 24  # before a changed destination is paid; the first is at once
    promise_minutes: Annotated[StrictInt, Field(ge=1, le=43_200)] = 120
    promise_approved_minutes: Annotated[StrictInt, Field(ge=1, le=43_200)] = 1_440  # where one of finance looks at it first
    pin: Literal["off", "above", "always"] = "off"  # when the member's own PIN is asked for
    pin_above_paise: Annotated[StrictInt, Field(ge=0)] = 0  # with pin = "above": for more than this
    pin_tries: Annotated[StrictInt, Field(ge=3, le=10)] = 5
    pin_lock_hours: Annotated[StrictInt, Field(ge=1, le=168)] = 24  # after that many wrong ones
    payout_approval_above_paise: Annotated[StrictInt, Field(ge=0)] | None = None  # one of finance; None: never
    payout_two_approvals_above_paise: Annotated[StrictInt, Field(ge=0)] | None = None  # two different ones

    @property
    def approval_above_paise(self) -> int | None:
        """What arrives, where it is more, waits for a person, or two; None: nothing does."""
        above = [a for a in (self.payout_approval_above_paise, self.payout_two_approvals_above_paise) if a is not None]
        return min(above, default=None)

    @property
    def approved_minutes(self) -> int:
        """The promise for what waits for a person: never a shorter one than for what does not."""
        return max(self.promise_approved_minutes, self.promise_minutes)


class Limits(Part):
    """How often one contact may do a thing, so that guessing and flooding come to an end."""

    messages_per_minute: Times = 120
    messages_per_hour: Times = 1_000
    photos_per_hour: Times = 300
    wrong_codes_per_hour: Times = 15
    wrong_codes_lock_minutes: Annotated[StrictInt, Field(ge=1, le=10_080)] = 60
    bills_per_day: Times = 200  # more are looked at by a reviewer
    destinations_per_day: Times = 10  # new UPI ids and accounts


Few = Annotated[StrictInt, Field(ge=0, le=100)]
Day = Annotated[StrictStr, AfterValidator(_day)]


class Messages(Part):
    """How much of a member's attention campaigns may take, and the days on which we are silent."""

    per_week: Annotated[StrictInt, Field(ge=1, le=100)] = 3  # marketing messages in any seven days
    keep_for_high: Few = 1  # of these, only campaigns of high priority may use so many
    keep_for_normal: Few = 1  # and so many more only those of normal or high
    holidays: Annotated[tuple[Day, ...], Field(max_length=400)] = ()

    @cached_property
    def closed_on(self) -> frozenset[date]:
        return frozenset(date.fromisoformat(day) for day in self.holidays)


class Notice(Part):
    """The privacy notice that members agree to; `version` is kept with every consent."""

    version: Line
    links: Mapping[Locale, Annotated[StrictStr, StringConstraints(pattern=r"^https://[^\s/]+\S*$", max_length=300)]]


class Privacy(Part):
    """How long what people send is kept, in days; what the law wants kept has its least."""

    erase_after_days: Annotated[StrictInt, Field(ge=1, le=60)] = 7  # from "delete my data" until it is done
    photo_days: Annotated[StrictInt, Field(ge=1, le=3_650)] = 90  # pictures that are of no bill: coupons, mistakes
    kyc_photo_days: Annotated[StrictInt, Field(ge=1, le=3_650)] = 30  # proofs of identity, after the last decision
    refused_bill_days: Annotated[StrictInt, Field(ge=1, le=3_650)] = 180  # pictures of bills that earned nothing
    bill_days: Annotated[StrictInt, Field(ge=2_557, le=7_305)] = 2_922  # of those that did, 8 years: the books' evidence
    tax_days: Annotated[StrictInt, Field(ge=2_557, le=7_305)] = 2_922  # whose tax was deducted, counted from the last entry
    message_days: Annotated[StrictInt, Field(ge=30, le=3_650)] = 730  # words of messages and turns


class Programme(Part):
    id: Annotated[StrictStr, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,31}$")]
    name: Line
    brand: Line
    locales: Annotated[tuple[Locale, ...], Field(min_length=1, max_length=24)]
    points_per_100_rupees: Annotated[StrictInt, Field(ge=0, le=10_000)]  # of an invoice's taxable value
    paise_per_point: Annotated[StrictInt, Field(ge=1, le=100_000)]
    points_expire_after_days: Annotated[StrictInt, Field(ge=1, le=36_500)] | None = None  # None: never
    budget_points: Annotated[StrictInt, Field(ge=1, le=10**12)]  # all the points it may ever give out: a hard stop
    redeem: Redeem
    invoices: Invoices = Invoices()
    limits: Limits = Limits()
    kyc: Kyc = Kyc()
    privacy: Privacy = Privacy()
    messages: Messages = Messages()
    notice: Notice
    products: Annotated[tuple[Product, ...], Field(min_length=1, max_length=10_000)]
    distributors: tuple[Distributor, ...] = ()

    def product(self, sku: Sku) -> Product | None:
        return self._by_sku.get(sku)

    def product_called(self, words: str) -> Product | None:
        """By SKU, name in any locale, or alias; case, punctuation and spacing do not count."""
        return self._by_words.get(normalised(words))

    def distributor(self, gstin: str) -> Distributor | None:
        """The authorised distributor of that GSTIN, however it is spaced."""
        return self._by_gstin.get(normal_gstin(gstin) or "")

    @cached_property
    def _by_sku(self) -> Mapping[str, Product]:
        return {product.sku: product for product in self.products}

    @cached_property
    def _by_words(self) -> Mapping[str, Product]:
        return {words: product for product in self.products for words in product.spoken()}

    @cached_property
    def _by_gstin(self) -> Mapping[str, Distributor]:
        return {distributor.gstin: distributor for distributor in self.distributors}
