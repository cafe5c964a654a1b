"""Benchmarks: a house of their own, load from processes of their own, figures as data. Start with turns.py.

Used by `./saathi bench` only; timed claims live here and never in tests.
"""
