"""Conditions of every kind, for laws."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from campaigns.condition import All, AnyOf, Condition, Not, Predicate

COMPARES = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
EQUALS = st.sampled_from(["=", "!="])
DAYS = st.sampled_from([1, 2, 5, 14, 30, 90, 400])
POINTS = st.sampled_from([-40, -1, 0, 1, 20, 100, 250, 500])
DATES = st.integers(-30, 8).map(lambda n: date(2026, 3, 9) + timedelta(days=n))
ROLES = ("electrician", "retailer", "dealer", "distributor")
STATES = ("UP", "MH", "OD", "KA")
KYC = ("none", "pending", "verified", "rejected", "expired")


def conditions(parents: tuple[str, ...] = ("mbr_000001", "+919812345678")) -> st.SearchStrategy[Condition]:
    """`parents`: what members may be named by."""
    return st.recursive(
        st.one_of(_words(parents), _amounts(), _moments(), _histories()),
        lambda inside: st.one_of(
            st.builds(Not, inside),
            st.builds(All, st.lists(inside, min_size=2, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(inside, min_size=2, max_size=3).map(tuple)),
        ),
        max_leaves=6,
    )


def _words(parents: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    closed = [("role", ROLES), ("state", STATES), ("kyc", KYC), ("language", ("hi", "en")), ("pin_code", ("2", "201301", "41"))]
    one = [st.builds(Predicate, st.just(name), EQUALS, st.sampled_from(choices)) for name, choices in closed]
    several = [
        st.builds(Predicate, st.just(name), st.just("in"),
                  st.lists(st.sampled_from(choices), min_size=1, max_size=3, unique=True).map(tuple))
        for name, choices in closed
    ]  # fmt: skip
    begins = st.builds(Predicate, st.just("pin_code"), st.just("~"), st.sampled_from(["2", "20", "411", "9"]))
    chain = st.builds(Predicate, st.just("parent"), st.sampled_from(["=", "!=", "under"]), st.sampled_from(parents))
    return st.one_of(*one, *several, begins, chain)


def _amounts() -> st.SearchStrategy[Condition]:
    balance = st.builds(Predicate, st.just("balance"), COMPARES, POINTS)
    return st.one_of(balance, st.builds(Predicate, st.sampled_from(["earned", "expiring"]), COMPARES, POINTS, DAYS))


def _moments() -> st.SearchStrategy[Condition]:
    names = st.sampled_from(["enrolled", "last_scan", "last_bill", "last_payout"])
    return st.one_of(
        st.builds(Predicate, names, st.just("within"), st.none(), DAYS),
        st.builds(Predicate, names, st.sampled_from(["before", "after", "on"]), DATES),
        st.builds(Predicate, names, st.just("never")),
    )


def _histories() -> st.SearchStrategy[Condition]:
    bought = st.builds(
        Predicate, st.just("bought"), st.just("has"), st.sampled_from(["wires", "fans", "gone"]), st.one_of(st.none(), DAYS)
    )
    names = st.sampled_from(["diwali-2026", "holi.1"])
    campaigns = st.builds(Predicate, st.sampled_from(["got", "replied"]), st.just("has"), names)
    return st.one_of(bought, campaigns)
