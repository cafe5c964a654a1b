"""Electrical goods as a counter sells them: invented makes, real HSN chapters, rates in rupees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from tests.papers.truth import Line, Tax

_MAKES = ["Volsan", "Kirtex", "Anvik", "Jyotal", "Ravolt", "Lumero", "Orbita", "Zentro", "Polarix", "Suvidh"]
_NEW_RATES = date(2025, 9, 22)  # the slabs of 12 and 28 per cent ended


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    sizes: tuple[str, ...]
    hsn: str
    unit: str
    low: int
    high: int
    most: int  # the largest usual quantity
    gst: int = 18
    gst_new: int = 18


_ITEMS = (
    Item("MCB SP C-Curve", ("6A", "10A", "16A", "20A", "32A"), "85362030", "Nos", 95, 240, 48),
    Item("MCB DP", ("16A", "32A", "40A", "63A"), "85362030", "Nos", 310, 720, 24),
    Item("RCCB 30mA", ("25A 2P", "40A 2P", "63A 4P"), "85363000", "Nos", 1150, 3900, 6),
    Item("FR PVC Wire 90mtr", ("0.75sqmm", "1.0sqmm", "1.5sqmm", "2.5sqmm", "4.0sqmm"), "85446020", "Coil", 720, 4200, 30),
    Item("Flexible Cable 3 Core", ("1.0sqmm", "1.5sqmm", "2.5sqmm"), "85444999", "Mtr", 38, 140, 400),
    Item("Armoured Cable", ("2x4sqmm", "4x10sqmm"), "85446090", "Mtr", 110, 620, 250),
    Item("LED Bulb B22", ("7W", "9W", "12W", "15W"), "85395200", "Pcs", 48, 165, 120, 12, 18),
    Item("LED Batten 4ft", ("18W", "20W", "22W"), "94051100", "Pcs", 145, 330, 50, 12, 18),
    Item("LED Panel Light", ("6W Rd", "12W Sq", "15W Rd", "18W Sq"), "94051100", "Nos", 160, 560, 40, 12, 18),
    Item("Ceiling Fan 1200mm", ("Brown", "Ivory", "BLDC White"), "84145110", "Nos", 1180, 3400, 20),
    Item("Exhaust Fan", ('6"', '9"', "12 inch"), "84145920", "Nos", 780, 1900, 12),
    Item("Modular Switch", ("6A 1W", "6A 2W", "16A 1W"), "85365090", "Pcs", 28, 110, 200),
    Item("Modular Socket", ("6A", "16A", "6/16A"), "85366910", "Pcs", 62, 240, 100),
    Item("Modular Plate", ("2M", "4M", "6M", "8M", "12M"), "85389000", "Pcs", 55, 290, 60),
    Item("Distribution Board SPN", ("4 Way", "8 Way", "12 Way"), "85371000", "Nos", 640, 2400, 10),
    Item("PVC Conduit Pipe 25mm", ("Light", "Medium", "Heavy"), "39172390", "Lth", 58, 148, 150),
    Item("PVC Junction Box", ("2 Way", "3 Way", "Deep"), "39269099", "Pcs", 9, 34, 300),
    Item("Insulation Tape", ("Red", "Black", "Asst"), "39191000", "Pcs", 8, 18, 200),
    Item("Geyser Storage", ("10L", "15L", "25L"), "85161000", "Nos", 3900, 8600, 5),
    Item("Inverter Battery Tubular", ("150AH", "180AH", "220AH"), "85072000", "Nos", 9800, 19500, 4, 28, 18),
    Item("Voltage Stabilizer", ("4KVA", "5KVA"), "90328910", "Nos", 1900, 4700, 6),
    Item("Solar Panel Mono", ("335W", "540W"), "85414300", "Nos", 7400, 14200, 8, 12, 5),
    Item("Door Bell Ding Dong", ("AC", "Wireless"), "85318000", "Pcs", 74, 420, 24),
    Item("Submersible Pump Cable Flat", ("2.5sqmm", "4sqmm"), "85444230", "Mtr", 68, 180, 300),
    Item("Soldering Iron", ("25W", "60W"), "85151100", "Pcs", 130, 390, 12),
    Item("Capacitor Fan", ("2.5MFD", "3.15MFD"), "85322500", "Pcs", 24, 62, 100),
    Item("Earthing Electrode GI", ("2mtr", "3mtr"), "73089090", "Set", 1250, 3800, 6),
)


def lines(rng: Random, count: int, day: date, tax: Tax, hsn_digits: int = 8) -> tuple[Line, ...]:
    one_discount = Decimal(rng.choice((0, 0, 0, 2, 5, 10, 15, 22)))
    cess = Decimal(1) if rng.random() < 0.02 else Decimal(0)
    makes = rng.sample(_MAKES, rng.randint(1, 4))
    return tuple(_line(rng, rng.choice(makes), day, tax, one_discount, cess, hsn_digits) for _ in range(count))


def _line(rng: Random, make: str, day: date, tax: Tax, discount: Decimal, cess: Decimal, hsn_digits: int) -> Line:
    item = rng.choice(_ITEMS)
    rate = Decimal(rng.randint(item.low * 100, item.high * 100)) / 100
    if rng.random() < 0.5:
        rate = rate.quantize(Decimal(1)).quantize(Decimal("0.01"))
    small = rng.randint(1, max(1, min(12, item.most)))
    packed = rng.choice((10, 12, 20, 24, 50, 100))
    return Line(
        description=f"{make} {item.name} {rng.choice(item.sizes)}",
        hsn=item.hsn[:hsn_digits],
        quantity=Decimal(packed if packed <= item.most and rng.random() < 0.5 else small),
        unit=item.unit,
        rate=rate,
        discount_percent=discount if rng.random() < 0.8 else Decimal(0),
        gst_percent=Decimal(0 if tax == "none" else item.gst_new if day >= _NEW_RATES else item.gst),
        cess_percent=cess,
        tax=tax,
    )
