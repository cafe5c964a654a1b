"""A small S3-compatible server: keeps objects in memory, and answers only requests that are signed by Signature V4."""

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sandbox.httpd import Server

KEY, SECRET = "AKIAEXAMPLE", "se/cr+et"
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8}/[\w-]+/s3/aws4_request), ?SignedHeaders=([\w;-]+), ?Signature=(\w{64})"
)


@dataclass
class S3:
    """`faults`: (status, code) to answer next instead."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    cut_short: bool = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = environ["wsgi.input"].read()
        self.asked.append(f"{method} {path}")
        if self.faults:
            return refused(start_response, *self.faults.pop(0))
        if not signed(environ, body):
            return refused(start_response, "403 Forbidden", "SignatureDoesNotMatch")
        if not path.startswith("/pictures/"):
            return refused(start_response, "404 Not Found", "NoSuchBucket")
        if method == "PUT":
            self.objects[path] = body
            start_response("200 OK", [("ETag", f'"{hashlib.md5(body).hexdigest()}"')])
            return []
        if method == "DELETE":
            self.objects.pop(path, None)
            start_response("204 No Content", [])
            return []
        if path not in self.objects:
            return refused(start_response, "404 Not Found", "NoSuchKey")
        found = self.objects[path]
        start_response("200 OK", [("Content-Length", str(len(found))), ("Connection", "close")])
        return [found[:-1] if self.cut_short else found]


def refused(start_response: Any, status: str, code: str) -> list[bytes]:
    start_response(status, [("Content-Type", "application/xml")])
    return [f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>no</Message></Error>'.encode()]


def signed(environ: dict[str, Any], body: bytes) -> bool:
    """Signature Version 4, worked out again from the request."""
    found = SIGNED.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
    if not found or found[1] != KEY or environ.get("HTTP_X_AMZ_CONTENT_SHA256") != hashlib.sha256(body).hexdigest():
        return False
    scope, names, signature = found[2], found[3], found[4]
    values = {name: environ.get(_field(name), "").strip() for name in names.split(";")}
    canonical = [
        environ["REQUEST_METHOD"], quote(environ["PATH_INFO"], safe="/~"), environ["QUERY_STRING"],
        *(f"{name}:{value}" for name, value in values.items()), "", names, hashlib.sha256(body).hexdigest(),
    ]  # fmt: skip
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    words = "\n".join(["AWS4-HMAC-SHA256", environ["HTTP_X_AMZ_DATE"], scope, digest])
    key = f"AWS4{SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, words.encode(), "sha256").hexdigest() == signature


def _field(name: str) -> str:
    field_name = name.upper().replace("-", "_")
    return field_name if field_name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{field_name}"


@contextmanager
def s3_running() -> Iterator[S3]:
    s3 = S3()
    server = Server("127.0.0.1", 0)
    server.app = s3
    s3.url = f"s3://{KEY}:{quote(SECRET, safe='')}@127.0.0.1:{server.port}/pictures?scheme=http"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield s3
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
