"""Where a name is asked for, a word that is somebody's name is that name, though it also says no."""

from __future__ import annotations

import pytest

from flows.events import Said
from flows.kyc import ask_kyc_name
from flows.kyc_place import ask_kyc_holder
from flows.kyc_states import AskKycHolder, AskKycName


@pytest.mark.parametrize(("typed", "is_name"), [("Mana", True), ("Han", True), ("mere paas nahi hai", False), ("nahi", False)])
def test_a_name_that_is_also_a_no(typed: str, is_name: bool) -> None:
    name, holder = AskKycName("tok_1"), AskKycHolder("tok_1", "HDFC0000001")
    assert (ask_kyc_name(name, Said(typed)).state != name) is is_name
    assert (ask_kyc_holder(holder, Said(typed)).state != holder) is is_name
