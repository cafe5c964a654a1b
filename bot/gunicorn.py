"""gunicorn's settings. It listens on this machine only, behind a proxy that speaks TLS, unless BIND says otherwise.

Threads share a pool of as many connections; few threads, for they share one interpreter lock."""

import os

from bot.app import THREADS

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_PROCESSES", "3"))
worker_class = "gthread"
threads = THREADS
keepalive = 30
timeout = 30
graceful_timeout = 10
accesslog = None
control_socket_disable = True
