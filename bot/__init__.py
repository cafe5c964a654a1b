"""The running service: web, turns, workers, timers, CLI. The only package that puts the others together.

Start with app.py (the web), then webhooks.py and turn.py: one message's way through the house. wiring.py binds ports.
"""
