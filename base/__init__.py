"""What every room needs and no business rule: database engine, clock, ids, money, sealing, masking, media store.

Imports nothing of the house but config's values handed to it. Start with db.py and clock.py.
"""
