"""The conversation, pure: what Saathi says and asks for, given who writes and what happened.

Nothing here reads a clock, a database or the network: an event comes in, a state and effects go out.
Start with kernel.py (what a flow is), then entry.py (who takes an event), then one flow, say redeem.py.
May be imported by everything above; imports nothing of the house but itself.
"""
