"""Money out, exactly once: a redemption becomes a payout that is paid, or whose points return.

Above ledger, loyalty, whatsapp, flows and base, and imports nothing else of the house; handlers and bot call it.
Start with lifecycle.py (every legal change), then request.py, steps.py and provider.py.
"""
