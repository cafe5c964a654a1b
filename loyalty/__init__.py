"""What the programme is about: members, coupons, products, and the pure rules of earning.

May import base and nothing beside it; handlers, campaigns, payouts, the console and the command line import it.
Start at programme.py (what a programme says), codes.py (what a coupon code is and how it proves itself) and coupons.py
(claiming one); then stock.py (issuing), earn.py (points, and why), code_search.py (finding a code in a message).
"""
