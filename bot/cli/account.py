"""Accounts: who acts for a shop, and what our people do where the chat cannot. Whole accounts move only where two agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import Connection, text

from base import audit
from base.masking import mask_phone
from base.staff import Staff
from bot import accounts, bells
from bot.accounts import CannotDo, Order
from bot.cli.account_find import Person, account_of, addresses_of, person
from bot.cli.acting import as_staff, by_staff, on_duty, touched
from bot.cli.house import of, print_json, refuse
from bot.wiring import House
from handlers import ownership
from handlers.helpers import told_code
from loyalty import invitations, memberships, merge

REASON_MAX = 500
_SAME_PAN = text("""
    SELECT DISTINCT o.member_id FROM member_pans m
    JOIN member_pans o ON o.pan_index = m.pan_index AND o.member_id <> m.member_id AND o.replaced_at IS NULL
    WHERE m.member_id = :member AND m.replaced_at IS NULL ORDER BY o.member_id""")
_SENDER = text("SELECT address FROM senders WHERE programme_id = :programme ORDER BY id LIMIT 1")
_programme = click.option("--programme", "programme_id", help="Needed only for someone in several.")
_why = click.option("--reason", required=True, help="How you made sure, and why; kept in the audit log.")


@click.group()
def group() -> None:
    """Who acts for which shop; merges, transfers and new numbers."""


@group.command()
@click.argument("phone")
@_programme
@by_staff("account.read", keeps=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show(ctx: click.Context, phone: str, programme_id: str | None, as_json: bool) -> None:
    """Who acts for an account now, what it was merged from or into, and what waits for a second colleague.

    PHONE: of somebody who acts for it, or the member's id.
    """
    house = of(ctx)
    with house.engine.begin() as conn:
        account = account_of(conn, phone, programme_id)
        touched(conn, "account.read", account[0])
        page = _page(conn, account, house)
    if as_json:
        print_json(page)
        return
    click.echo(f"{page['member']}  {page['shop']}")
    for one in page["acting"]:
        limits = f"  {one['scans_per_day']} scans a day" if one["scans_per_day"] else ""
        click.echo(f"  {one['role']:<7} {one['address']}  since {one['since']:%Y-%m-%d}{limits}")
    for order in page["waiting"]:
        click.echo(f"  waits: {order['kind']} to {order['object']}, asked by {order['asked_by']}")
    for other in page["same_pan"]:
        click.echo(f"  the same PAN as {other}")
    for other in page["merged_from"]:
        click.echo(f"  merged from {other}")
    if page["merged_into"]:
        click.echo(f"  merged into {page['merged_into']}")


@group.command()
@click.argument("phone")
@_programme
@by_staff("account.read", keeps=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def helpers(ctx: click.Context, phone: str, programme_id: str | None, as_json: bool) -> None:
    """The helpers of an account."""
    house = of(ctx)
    with house.engine.begin() as conn:
        member_id, _ = account_of(conn, phone, programme_id)
        touched(conn, "account.read", member_id)
        found = [one for one in _acting(conn, member_id) if one["role"] == "helper"]
    print_json({"helpers": found}) if as_json else click.echo("\n".join(one["address"] for one in found) or "no helpers")


@group.command()
@click.argument("phone")
@_programme
@click.option("--scans", "scans_per_day", type=click.IntRange(1, 1_000), help="A day; left out: no limit.")
@click.option("--no-balance", is_flag=True, help="They are not told how many points the shop has.")
@_why
@as_staff("account.invite")
@click.pass_context
def invite(
    ctx: click.Context, phone: str, programme_id: str | None, scans_per_day: int | None, no_balance: bool, reason: str,
    actor: str,
) -> None:  # fmt: skip
    """Make a helper's code for an owner who asks for one; it works once, for two days."""
    house = of(ctx)
    with _deciding(house, actor, "account.invite", reason) as (conn, by):
        member_id, programme = account_of(conn, phone, programme_id)
        memberships.lock(conn, member_id)
        now, invitation = house.clock.now(conn), house.ids.new("inv")
        taken = sum(one.role == "helper" for one in memberships.of_member(conn, member_id))
        if taken + len(invitations.open_ones(conn, member_id, now)) >= memberships.HELPERS_MAX:
            raise refuse(f"there is room for {memberships.HELPERS_MAX} helpers; `account remove` one first")
        code, until = invitations.put(
            conn, house.keyring, invitation, programme_id=programme, member_id=member_id, kind="helper", name=None,
            scans_per_day=scans_per_day, sees_balance=not no_balance, by=f"staff:{by.name}", now=now,
        )  # fmt: skip
        audit.write(
            conn, actor=by.name, act="account.invite", subject=member_id, at=now, reason=reason,
            after={"invitation": invitation, "scans_per_day": scans_per_day, "sees_balance": not no_balance},
        )  # fmt: skip
        made = told_code(code, conn.execute(_SENDER, {"programme": programme}).scalar_one(), until)
    click.echo(f"JOIN {made.code}  until {until:%Y-%m-%d %H:%M} UTC  {made.link}")


@group.command()
@click.argument("phone")
@click.argument("helper")
@_programme
@_why
@as_staff("account.remove")
@click.pass_context
def remove(ctx: click.Context, phone: str, helper: str, programme_id: str | None, reason: str, actor: str) -> None:
    """End a helper's membership at once. HELPER: their phone."""
    house = of(ctx)
    with _deciding(house, actor, "account.remove", reason) as (conn, by):
        member_id, programme = account_of(conn, phone, programme_id)
        who, now = person(conn, helper, programme), house.clock.now(conn)
        memberships.lock(conn, member_id)
        if not any(one.contact_id == who.contact_id and one.role == "helper" for one in memberships.of_member(conn, member_id)):
            raise refuse(f"{helper} is no helper there; ./saathi account helpers {phone} lists them")
        memberships.end(conn, who.contact_id, member_id, now)
        act = audit.write(
            conn, actor=by.name, act="account.remove", subject=member_id, at=now, before={"helper": who.contact_id},
            reason=reason,
        )  # fmt: skip
        told = ownership.tell_removed(conn, house.keyring, who.contact_id, member_id, f"audit-{act}", now)
    _ring(house, told)
    click.echo(f"{helper} no longer acts for {member_id}")


@group.command("switch-off")
@click.argument("phone")
@_programme
@_why
@as_staff("account.switch_off")
@click.pass_context
def switch_off(ctx: click.Context, phone: str, programme_id: str | None, reason: str, actor: str) -> None:
    """A phone that was lost or stolen acts for nobody from now on. Its owner comes back with `account move`."""
    house = of(ctx)
    with _deciding(house, actor, "account.switch_off", reason) as (conn, by):
        who = person(conn, phone, programme_id)
        now, mine = house.clock.now(conn), memberships.of_contact(conn, who.contact_id, who.programme_id)
        if not mine:
            raise refuse(f"{phone} acts for nobody: nothing is to be switched off")
        memberships.lock(conn, *(one.member_id for one in mine))
        for one in mine:
            memberships.end(conn, who.contact_id, one.member_id, now)
        was = {one.member_id: one.role for one in mine}
        audit.write(conn, actor=by.name, act="account.switch_off", subject=who.contact_id, at=now, before=was, reason=reason)
    click.echo(f"{phone} acts for nobody any more ({', '.join(was)})")


@group.command("merge")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="INTO")
@_programme
@_why
@as_staff("account.merge")
@click.pass_context
def merge_accounts(ctx: click.Context, source: str, target: str, programme_id: str | None, reason: str, actor: str) -> None:
    """Put two accounts of one person together: FROM's points, phones and history go to INTO. Two colleagues must want it."""
    house = of(ctx)
    with _deciding(house, actor, "account.merge", reason) as (conn, by):
        (from_id, programme), (into_id, other) = (account_of(conn, one, programme_id) for one in (source, target))
        if programme != other:
            raise refuse(f"{source} and {target} are in different programmes: points do not cross over")
        done = accounts.give(house, conn, Order("merge", programme, from_id, into_id, reason), by)
    _report(house, done, f"{from_id} is part of {into_id} now", actor)


def _to_a_phone(kind: str, words: str, done_words: str) -> click.Command:
    act = f"account.{kind}"

    @click.command(kind, help=words)
    @click.argument("phone")
    @click.argument("to")
    @_programme
    @_why
    @as_staff(act)
    @click.pass_context
    def verb(ctx: click.Context, phone: str, to: str, programme_id: str | None, reason: str, actor: str) -> None:
        house = of(ctx)
        with _deciding(house, actor, act, reason) as (conn, by):
            member_id, programme = account_of(conn, phone, programme_id)
            who = person(conn, to, programme)
            _may_take(conn, who, to, member_id)
            done = accounts.give(house, conn, Order(kind, programme, member_id, who.contact_id, reason), by)
        _report(house, done, f"{member_id} {done_words} {to}", actor)

    return verb


SOLD = "A shop was sold: hand it over to the person at TO. Nothing of the old owner's goes along. Two colleagues must want it."
MOVED = "The same person with a new number: TO acts for the account from now on. Two colleagues must want it."
group.add_command(_to_a_phone("transfer", SOLD, "belongs to"))
group.add_command(_to_a_phone("move", MOVED, "is on"))


def _may_take(conn: Connection, who: Person, to: str, member_id: str) -> None:
    if not who.consented:
        raise refuse(f"{to} has not agreed to the notice yet; ask them to write to us and to agree first")
    if any(one.contact_id == who.contact_id and one.role == "owner" for one in memberships.of_member(conn, member_id)):
        raise refuse(f"{to} owns {member_id} already")


@contextmanager
def _deciding(house: House, actor: str, act: str, reason: str) -> Iterator[tuple[Connection, Staff]]:
    """A transaction with somebody of the staff in it; what cannot be done is one line."""
    if len(reason) > REASON_MAX:
        raise refuse(f"a reason has at most {REASON_MAX} characters")
    try:
        with house.engine.begin() as conn:
            yield conn, on_duty(conn, actor, act)
    except CannotDo as fault:
        raise refuse(str(fault)) from fault


def _report(house: House, done: accounts.Done, words: str, actor: str) -> None:
    if not done.done:
        click.echo(f"asked for by {actor}; a colleague must agree within 72 hours, with the same command and their own --as")
        return
    _ring(house, list(done.told))
    click.echo(words)


def _ring(house: House, conversations: list[str]) -> None:
    for conversation in conversations:
        bells.ring_turn(house, conversation)


def _page(conn: Connection, found: tuple[str, str], house: House) -> dict[str, Any]:
    member_id, programme = found
    now = house.clock.now(conn)
    return {
        "member": member_id, "programme": programme, "shop": ownership.shop_name(conn, house.keyring, member_id),
        "acting": _acting(conn, member_id), "invitations": len(invitations.open_ones(conn, member_id, now)),
        "waiting": accounts.waiting(conn, member_id, now), "merged_from": merge.merged_from(conn, member_id),
        "merged_into": merge.into(conn, member_id), "same_pan": list(conn.execute(_SAME_PAN, {"member": member_id}).scalars()),
    }  # fmt: skip


def _acting(conn: Connection, member_id: str) -> list[dict[str, Any]]:
    found = memberships.of_member(conn, member_id)
    where = addresses_of(conn, [one.contact_id for one in found])
    return [
        {"role": one.role, "address": mask_phone(where[one.contact_id]), "since": one.since, "scans_per_day": one.scans_per_day,
         "sees_balance": one.sees_balance}
        for one in found
    ]  # fmt: skip
