"""Layouts: one file a family of papers, each with WANTS (what it can hold) and draw(bill, rng) -> pages.

They imitate what accounting programmes, apps, receipt and needle printers put on paper. Start at registry.py.
"""
