"""Double entry: points (PTS), money (INR, paise) and co-op credit (CPC) as moves between accounts, never changed afterwards.

Imported by handlers, journal, campaigns, payouts, the console and bot; imports base only. Start at chart.py (the accounts
and what a sign means), then moves.py (what a posting is) and postings.py (those we make), post.py (the writer, and every
outcome). Callers use points.py, holds.py, transfers.py, reversals.py and budget.py; readers balance.py, statement.py and
liability.py; periods.py closes a month.
"""
