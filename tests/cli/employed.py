"""Colleagues by name and role, put there without asking who may."""

from base import staff
from tests.house import Home


def employ(home: Home, name: str, *roles: str) -> None:
    with home.house.engine.begin() as conn:
        staff.add(conn, staff_id=home.house.ids.new("stf"), name=name, roles=roles, by="system:first", at=home.at)
