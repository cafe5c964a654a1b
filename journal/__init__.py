"""What happened: the inbox (what has come in and waits), the journal of every turn, and what replays it.

May be imported by handlers, console and bot. Start with inbox.py, then record.py.
"""
