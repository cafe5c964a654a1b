"""gunicorn's settings. Threads share a pool of as many connections; two processes use two cores."""

import os

from bot.app import THREADS

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
worker_class = "gthread"
threads = THREADS
keepalive = 30
timeout = 30
graceful_timeout = 10
accesslog = None
control_socket_disable = True
