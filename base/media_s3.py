"""The media store on any S3-compatible service, for deployments of more than one machine.

Its client is imported with this module: only a house whose MEDIA_STORE begins with s3:// pays for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import parse_qs, unquote, urlsplit

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from base.media_store import BadStore, NotStored, checked

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 15.0
RETRIES = 2  # every request here may be repeated without harm
REGION = "us-east-1"  # what services other than Amazon's expect where they know no regions
FORM = "s3://key:secret@host[:port]/bucket[?scheme=http][&region=ap-south-1]"
ABSENT = frozenset({"NoSuchKey", "NoSuchObject"})


class StoreFault(OSError):
    """The service is out of reach or refuses us; the message names its error code, never a key."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the store is and who we are there."""

    host: str
    bucket: str
    key: str
    secret: str
    region: str | None
    secure: bool


class S3Store:
    """Objects of a bucket that exists already. Requests are signed by AWS Signature V4."""

    def __init__(self, url: str) -> None:
        """Raises BadStore. A "/" or "+" within the secret is percent-encoded in `url`."""
        place = parse(url)
        waits = Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S)
        retries = Retry(total=RETRIES, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504), raise_on_status=False)
        self._bucket = place.bucket
        try:
            self._client = Minio(
                place.host, access_key=place.key, secret_key=place.secret, secure=place.secure, region=place.region,
                http_client=PoolManager(timeout=waits, retries=retries, maxsize=4),
            )  # fmt: skip
        except ValueError as fault:
            raise BadStore(f"MEDIA_STORE: {fault}; it has the form {FORM}") from fault

    def put(self, key: str, sealed: bytes) -> None:
        checked(key)
        with _as_os_error():
            self._client.put_object(self._bucket, key, BytesIO(sealed), len(sealed))

    def get(self, key: str) -> bytes:
        checked(key)
        try:
            with _as_os_error():
                response = self._client.get_object(self._bucket, key)
                try:
                    return bytes(response.read())
                finally:
                    response.close()
                    response.release_conn()
        except StoreFault as fault:
            if isinstance(fault.__cause__, S3Error) and fault.__cause__.code in ABSENT:
                raise NotStored(key) from fault
            raise

    def delete(self, key: str) -> None:
        checked(key)
        with _as_os_error():
            self._client.remove_object(self._bucket, key)


def parse(url: str) -> Place:
    """Raises BadStore naming what is missing."""
    try:
        parts = urlsplit(url)
        port, options = parts.port, parse_qs(parts.query)
    except ValueError:
        raise BadStore(f"MEDIA_STORE is no URL; it has the form {FORM}") from None
    bucket = parts.path.strip("/")
    scheme, region = options.pop("scheme", ["https"])[-1], options.pop("region", [""])[-1]
    faults = [
        (not parts.username or not parts.password, "it lacks key or secret"),
        (not parts.hostname, "it lacks the host"),
        (not bucket or "/" in bucket, "it lacks the one bucket"),
        (scheme not in ("http", "https"), "scheme is http or https"),
        (bool(options), f"it does not know {', '.join(options)}"),
    ]
    if found := [words for is_so, words in faults if is_so]:
        raise BadStore(f"MEDIA_STORE: {'; '.join(found)}. It has the form {FORM}")
    amazon = (parts.hostname or "").endswith(".amazonaws.com")  # there the client knows the region by the host's name
    return Place(
        host=f"{parts.hostname}:{port}" if port else parts.hostname or "", bucket=bucket,
        key=unquote(parts.username or ""), secret=unquote(parts.password or ""),
        region=region or (None if amazon else REGION), secure=scheme == "https",
    )  # fmt: skip


@contextmanager
def _as_os_error() -> Iterator[None]:
    """The port promises OSError for whatever the service or the network does."""
    try:
        yield
    except S3Error as fault:
        raise StoreFault(f"the media store answers {fault.code}") from fault
    except (MinioException, HTTPError) as fault:
        raise StoreFault(f"the media store is out of reach: {type(fault).__name__}") from fault
