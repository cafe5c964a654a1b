"""gunicorn's settings. It listens on this machine only, behind a proxy that speaks TLS, unless BIND says otherwise.

Threads share a pool of as many connections; few threads, for they share one interpreter lock. A caller that sends its
request drop by drop holds a thread: the proxy takes whole requests before it passes them on (docs/operations.md).
"""

import os

from gunicorn.http.wsgi import Response

from bot.app import THREADS

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_PROCESSES", "3"))
worker_class = "gthread"
threads = THREADS
keepalive = 30
timeout = 30
graceful_timeout = 10
limit_request_line = 4094  # Twilio's and the providers' addresses are short
limit_request_fields = 64
limit_request_field_size = 8190
forwarded_allow_ips = "127.0.0.1,::1"
accesslog = None
control_socket_disable = True

_told = Response.default_headers


def _without_server(response: Response) -> list[str]:
    """There is no setting for it: which software answers is nobody's business."""
    return [line for line in _told(response) if not line.startswith("Server:")]


Response.default_headers = _without_server
