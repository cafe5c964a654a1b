"""Double entry: points (PTS) and money (INR, paise) as moves between accounts, never changed afterwards.

Imported by handlers, journal, campaigns, payouts, the console and bot; imports nothing of ours. Start at chart.py (the
accounts and what a sign means), then moves.py (what a posting is), points.py (what callers use), post.py (the writer).
"""
