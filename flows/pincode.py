"""From a PIN code to a state, by India Post's prefixes. Where a prefix is shared, the state with most of it.

The first digit names the zone, the second the circle, the third the sorting district; longer rows are the
districts that belong to another state than their neighbours. Codes are those of ISO 3166-2:IN.
"""

from __future__ import annotations

import re
import unicodedata

from flows.spelling import DEVANAGARI_DIGITS

BY_PREFIX: dict[str, str] = {
    **dict.fromkeys(("11",), "DL"),
    **dict.fromkeys(("12", "13"), "HR"),
    **dict.fromkeys(("14", "15"), "PB"),
    **dict.fromkeys(("16",), "CH"),
    **dict.fromkeys(("17",), "HP"),
    **dict.fromkeys(("18", "19"), "JK"),
    **dict.fromkeys(("194",), "LA"),
    **dict.fromkeys(("20", "21", "22", "23", "24", "25", "26", "27", "28"), "UP"),
    **dict.fromkeys(("2447", "246", "2476", "248", "249", "2623", "2625", "263"), "UK"),
    **dict.fromkeys(("2467",), "UP"),  # Bijnor, amid the hills' numbers
    **dict.fromkeys(("30", "31", "32", "33", "34"), "RJ"),
    **dict.fromkeys(("36", "37", "38", "39"), "GJ"),
    **dict.fromkeys(("36252", "36254", "39621", "39622", "39623", "39624"), "DH"),  # Diu; Daman; Silvassa
    **dict.fromkeys(("40", "41", "42", "43", "44"), "MH"),
    **dict.fromkeys(("403",), "GA"),
    **dict.fromkeys(("45", "46", "47", "48"), "MP"),
    **dict.fromkeys(("49",), "CG"),
    **dict.fromkeys(("50",), "TS"),
    **dict.fromkeys(("51", "52", "53"), "AP"),
    **dict.fromkeys(("56", "57", "58", "59"), "KA"),
    **dict.fromkeys(("60", "61", "62", "63", "64"), "TN"),
    # Puducherry and Bahour; Karaikal; Yanam; Mahe
    **dict.fromkeys(("6050", "6051", "607402", "60960", "533464", "673310"), "PY"),
    **dict.fromkeys(("67", "68", "69"), "KL"),
    **dict.fromkeys(("68255",), "LD"),
    **dict.fromkeys(("70", "71", "72", "73", "74"), "WB"),
    **dict.fromkeys(("737",), "SK"),
    **dict.fromkeys(("744",), "AN"),
    **dict.fromkeys(("75", "76", "77"), "OD"),
    **dict.fromkeys(("78",), "AS"),
    **dict.fromkeys(("790", "791", "792"), "AR"),
    **dict.fromkeys(("793", "794"), "ML"),
    **dict.fromkeys(("795",), "MN"),
    **dict.fromkeys(("796",), "MZ"),
    **dict.fromkeys(("797", "798"), "NL"),
    **dict.fromkeys(("799",), "TR"),
    **dict.fromkeys(("80", "81", "82", "84", "85"), "BR"),
    **dict.fromkeys(("814", "815", "816", "822", "825", "826", "827", "828", "829", "83"), "JH"),
}
STATES = frozenset(BY_PREFIX.values())
LONGEST = max(map(len, BY_PREFIX))
AROUND = re.compile(
    r"^(?:(?:my|mera|area|मेरा)\s+)?(?:pin\s*code|pin|पिन\s*कोड|पिन|zip)?(?:\s*(?:is|hai|है))?\s*[:#=.-]*\s*"
)


def read_pin(typed: str) -> str | None:
    """The six digits that were typed ("1 1 0 0 0 1", "PIN: 110001", "११०००१"); None for anything else."""
    plain = unicodedata.normalize("NFKC", typed).casefold().translate(DEVANAGARI_DIGITS).strip(" .!।")
    digits = re.sub(r"[\s.\u200b-\u200d\ufe0f-]", "", AROUND.sub("", plain, count=1))
    return digits if re.fullmatch(r"[0-9]{6}", digits) else None


def state_of(pin_code: str) -> str | None:
    """The state of a six-digit PIN code; None for the army's 9xxxxx and for prefixes nobody was given."""
    prefixes = (pin_code[:length] for length in range(LONGEST, 1, -1))
    return next((BY_PREFIX[p] for p in prefixes if p in BY_PREFIX), None)
