"""A stand-in for the outside world on localhost: Twilio's REST API with its media and signed webhooks, RazorpayX's API
and webhooks, a page that looks like WhatsApp, and faults on demand. State lives in memory and dies with the process.

It speaks HTTP only, imports no other package of the project, and nothing imports it but its own tests.
Start reading at `server.py`, then `world.py`; `python -m sandbox --help` lists what can be set.
"""
