"""What the programme is about: members, coupons, products, and the pure rules of earning.

May import base and nothing beside it; handlers, campaigns, payouts, the console and the command line import it.
Start at codes.py (what a coupon code is and how it proves itself), then code_search.py (finding one in a message).
"""
