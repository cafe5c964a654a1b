"""Twilio and WhatsApp's own rules: signatures, what comes in, what goes out, the outbox and the relay that empties it.

Imports base only; handlers, campaigns, console and bot may import it. What comes in: signature.py, inbound.py,
delivery.py. What goes out: outbound.py, outbox.py, then relay.py, which is where to start reading.
The web process imports neither client.py nor relay.py: the SDK's client is large.
"""
