"""Alembic revisions. Each opens with why. No programme data; run by bot.migrate as the owner of the tables."""
