"""RazorpayX's side: contacts, fund accounts, validations, payouts and their signed webhooks.

Imported by `sandbox.server` and `sandbox.control`. Start reading at `payouts.py`; `outcomes.py` is the table that says
which VPA meets which fate.
"""
