"""Content resources: WhatsApp shows buttons and lists only from a resource made beforehand, named by its hash.

spec.py says what a text key, a locale and a button set become and which values fill it; sync.py makes what is missing
at Twilio and keeps the map hash -> sid; approval.py asks WhatsApp's leave for those that may be sent outside the
24-hour window. Start with spec.py.
"""
