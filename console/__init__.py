"""The staff's web pages: signing in, and deciding what waits for a person. Server-rendered; they work without scripts.

`pages.register` hangs them into the web; `desk.Desk` is what the composition root must give.
"""
