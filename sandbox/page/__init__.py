"""The WhatsApp-like page: plain HTML, CSS and JavaScript modules without a build step, served by `sandbox.server`.

It talks to `/sandbox/*` only. Start reading at `app.js`.
"""
