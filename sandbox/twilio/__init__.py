"""Twilio's side: messages, media, content templates, typing, inbound webhooks and status callbacks.

Imported by `sandbox.server` and `sandbox.control`. Start reading at `messages.py` (what the bot calls) and `inbound.py`
(what calls the bot).
"""
