"""What each effect does, inside the turn's transaction, and what each inbound message means to the flows.

Plain functions `(turn, effect, key) -> outcome event or None`. Start with registry.py and turn.py. Imported by bot.
"""
