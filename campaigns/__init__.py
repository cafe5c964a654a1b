"""Broadcasts that operators trust: who gets what and why not, sent once, paced, and what came of it.

Imports ledger, loyalty, whatsapp, flows' texts and base; bot, console and handlers may import it. Start at spec.py (what a
campaign file says), then audience.py (who), send.py (one batch of rows, and how far it came), report.py (what it caused).
"""
