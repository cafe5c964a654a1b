"""Invented sellers and buyers with valid GSTINs from every state."""

from __future__ import annotations

from random import Random

from stdnum import luhn

from tests.papers.truth import Party

_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNION = frozenset({"04", "26", "31", "35", "38"})  # union territories without a legislature: UTGST
STATES: dict[str, tuple[str, str, tuple[str, ...]]] = {  # code -> name, first digits of the PIN, towns
    "01": ("Jammu & Kashmir", "18", ("Jammu", "Kathua", "Udhampur")),
    "02": ("Himachal Pradesh", "17", ("Solan", "Mandi", "Una")),
    "03": ("Punjab", "14", ("Ludhiana", "Jalandhar", "Moga")),
    "04": ("Chandigarh", "16", ("Chandigarh",)),
    "05": ("Uttarakhand", "24", ("Haridwar", "Roorkee", "Kashipur")),
    "06": ("Haryana", "13", ("Karnal", "Panipat", "Rohtak")),
    "07": ("Delhi", "11", ("Delhi", "New Delhi")),
    "08": ("Rajasthan", "30", ("Jaipur", "Ajmer", "Kota")),
    "09": ("Uttar Pradesh", "22", ("Lucknow", "Kanpur", "Meerut", "Varanasi")),
    "10": ("Bihar", "80", ("Patna", "Gaya", "Hajipur")),
    "11": ("Sikkim", "73", ("Gangtok",)),
    "12": ("Arunachal Pradesh", "79", ("Itanagar",)),
    "13": ("Nagaland", "79", ("Dimapur",)),
    "14": ("Manipur", "79", ("Imphal",)),
    "15": ("Mizoram", "79", ("Aizawl",)),
    "16": ("Tripura", "79", ("Agartala",)),
    "17": ("Meghalaya", "79", ("Shillong",)),
    "18": ("Assam", "78", ("Guwahati", "Jorhat")),
    "19": ("West Bengal", "71", ("Howrah", "Kolkata", "Siliguri")),
    "20": ("Jharkhand", "83", ("Ranchi", "Dhanbad")),
    "21": ("Odisha", "75", ("Bhubaneswar", "Cuttack")),
    "22": ("Chhattisgarh", "49", ("Raipur", "Bhilai")),
    "23": ("Madhya Pradesh", "45", ("Indore", "Bhopal", "Ujjain")),
    "24": ("Gujarat", "39", ("Surat", "Vadodara", "Vapi", "Rajkot")),
    "26": ("Dadra & Nagar Haveli and Daman & Diu", "39", ("Silvassa", "Daman")),
    "27": ("Maharashtra", "41", ("Pune", "Nashik", "Kolhapur", "Nagpur")),
    "29": ("Karnataka", "56", ("Bengaluru", "Hubballi", "Mysuru")),
    "30": ("Goa", "40", ("Margao", "Panaji")),
    "31": ("Lakshadweep", "68", ("Kavaratti",)),
    "32": ("Kerala", "68", ("Kochi", "Thrissur")),
    "33": ("Tamil Nadu", "64", ("Coimbatore", "Madurai", "Chennai")),
    "34": ("Puducherry", "60", ("Puducherry",)),
    "35": ("Andaman & Nicobar Islands", "74", ("Port Blair",)),
    "36": ("Telangana", "50", ("Hyderabad", "Warangal")),
    "37": ("Andhra Pradesh", "52", ("Vijayawada", "Guntur")),
    "38": ("Ladakh", "19", ("Leh",)),
}
_HEADS = [
    "Shree Navdurga",
    "Sri Balmukund",
    "Jai Ambey",
    "New Bharati",
    "Om Siddhivan",
    "Kaveri",
    "Surya Kiran",
    "Maa Vindhya",
    "Aarohan",
    "Tejomay",
    "Gokul Dham",
    "Param Jyoti",
    "Nandan",
    "Chitrakut",
    "Vardan",
    "Rudraksh",
    "Kesariya",
    "Annapurneshwari",
    "Mangal Deep",
    "Triveni",
    "Akshara",
    "Indradhanush",
    "Hare Krishna",
    "Al-Noor",
    "St. Jude",
    "Panchvati",
    "Sahyadri",
    "Malabar",
    "Brahmani",
    "Dev Bhoomi",
    "K. R. Lodhia",
    "P. N. Mathrani",
    "Bros & Bhandari",
]
_TRADES = [
    "Electricals",
    "Electric Stores",
    "Traders",
    "Enterprises",
    "Electric House",
    "Agencies",
    "Sales Corporation",
    "Switchgear",
    "Lighting",
    "Cable House",
    "Electro Sales",
    "Hardware & Electricals",
    "Power Solutions",
    "Marketing",
    "Trading Co.",
    "Distributors",
    "Wires & Cables",
    "Electricals (P) Ltd",
    "Electrotech Pvt. Ltd.",
    "Industries LLP",
    "& Sons",
    "Electric Works",
]
_STREETS = [
    "Shop No. {n}, {m} Market",
    "{n}/{k}, {m} Road",
    "Plot No. {n}, Phase-{k}, GIDC Estate",
    "{n}, {m} Complex, Near Bus Stand",
    "G-{n}, {m} Bazar, Opp. Post Office",
    "Godown No. {n}, {m} Nagar",
    "H.No. {n}-{k}-{n}, {m} Street",
    "Gala No. {n}, {m} Industrial Estate, S.No. {k}",
    "1st Floor, {n} {m} Chowk",
    "Ward No. {k}, {m} Tola, Main Road",
]
_PLACES = [
    "Gandhi",
    "Lajpat",
    "Tilak",
    "Station",
    "Sadar",
    "Nehru",
    "Subhash",
    "Kalbadevi",
    "Azad",
    "Shivaji",
    "Patel",
    "Mahavir",
    "Jawahar",
    "Rani",
    "Temple",
    "Cross",
    "Canal",
    "Fort",
]
_HOLDERS = "PPPPPPFFCCH"  # most are proprietors


def gstin(rng: Random, state_code: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    pan = "".join(rng.choices(letters, k=3)) + rng.choice(_HOLDERS) + rng.choice(letters)
    pan += f"{rng.randint(1, 9999):04d}" + rng.choice(letters)
    body = state_code + pan + rng.choice("1111111222345") + "Z"
    return f"{body}{luhn.calc_check_digit(body, _BASE36)}"


def state(rng: Random) -> str:
    return rng.choice(sorted(STATES))


def party(rng: Random, state_code: str, *, registered: bool = True) -> Party:
    name, pin, towns = STATES[state_code]
    trading_name = f"{rng.choice(_HEADS)} {rng.choice(_TRADES)}"
    street = rng.choice(_STREETS).format(n=rng.randint(1, 420), k=rng.randint(1, 9), m=rng.choice(_PLACES))
    handle = "".join(letter for letter in trading_name.lower() if letter.isascii() and letter.isalpha())[:14]
    return Party(
        name=trading_name,
        street=street,
        city=rng.choice(towns),
        state=name,
        state_code=state_code,
        pin=pin + f"{rng.randint(1, 9999):04d}",
        gstin=gstin(rng, state_code) if registered else None,
        phone=f"{rng.choice('6789')}{rng.randint(0, 999_999_999):09d}",
        email=f"{handle}{rng.randint(1, 99)}@example.com",
    )


def passer_by(rng: Random, state_code: str) -> Party:
    """A buyer who is not registered: a person, or nobody named at all."""
    someone = party(rng, state_code, registered=False)
    first = rng.choice(("Ramesh", "Sunita", "Imran", "Gurpreet", "Lakshmi", "Joseph", "Bharat", "Kavita"))
    last = rng.choice(("Yadav", "Patel", "Khan", "Nair", "Das", "Jadhav", "Sharma", "Reddy"))
    name = rng.choice((f"{first} {last}", f"{first} {last}", "CASH", "Cash Sale", someone.name))
    return Party(name, someone.street, someone.city, someone.state, state_code, someone.pin, None, someone.phone, someone.email)
