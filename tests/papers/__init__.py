"""Papers made by code: Indian GST invoices and coupon labels, printed in many layouts and photographed badly.

Seeded, with the exact truth of every field. Only tests and benches import this; nothing here knows how papers are read.
Start at invoice.py (what is true), layouts/ (how it is printed) and faults.py (what the phone does to it), or run
`python -m tests.papers`.
"""
