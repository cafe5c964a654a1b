"""The store on an S3-compatible service: signed requests, named faults, no secret in any message."""

from collections.abc import Iterator

import pytest

from base import media_s3
from base.media_s3 import S3Store, StoreFault, parse
from base.media_store import BadStore, DirectoryStore, NotStored, open_store
from tests.base.s3_server import KEY, S3, SECRET, s3_running

BYTES = bytes(range(256)) * 40


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    monkeypatch.setattr(media_s3, "RETRIES", 0)
    with s3_running() as running:
        yield running


def test_what_was_put_is_got_again(s3: S3) -> None:
    store = open_store(s3.url)
    store.put("media/ab/med_1", BYTES)
    assert store.get("media/ab/med_1") == BYTES
    assert list(s3.objects) == ["/pictures/media/ab/med_1"]


def test_the_same_key_again_replaces(s3: S3) -> None:
    store = S3Store(s3.url)
    store.put("a", b"first")
    store.put("a", b"")
    assert store.get("a") == b""


def test_nothing_is_there_before_and_after(s3: S3) -> None:
    store = S3Store(s3.url)
    with pytest.raises(NotStored):
        store.get("a")
    store.put("a", b"x")
    store.delete("a")
    store.delete("a")
    with pytest.raises(NotStored):
        store.get("a")


def test_one_call_is_one_request(s3: S3) -> None:
    """No question about the bucket's region beforehand."""
    store = S3Store(s3.url)
    store.put("a", b"x")
    store.get("a")
    store.delete("a")
    assert s3.asked == ["PUT /pictures/a", "GET /pictures/a", "DELETE /pictures/a"]


def test_a_wrong_secret_is_a_fault_of_the_store_not_an_absence(s3: S3) -> None:
    store = S3Store(s3.url.replace("cr", "xx"))
    for call in (lambda: store.put("a", b"x"), lambda: store.get("a"), lambda: store.delete("a")):
        with pytest.raises(StoreFault, match="SignatureDoesNotMatch") as caught:
            call()
        assert isinstance(caught.value, OSError)
        assert KEY not in str(caught.value) and "xx" not in str(caught.value)


def test_a_bucket_that_is_not_there_is_a_fault_not_an_absence(s3: S3) -> None:
    with pytest.raises(StoreFault, match="NoSuchBucket"):
        S3Store(s3.url.replace("/pictures", "/nowhere")).get("a")


@pytest.mark.parametrize("code", ["AccessDenied", "InternalError", "NoSuchVersion"])
def test_refusals_are_named(s3: S3, code: str) -> None:
    s3.faults.append(("403 Forbidden", code))
    with pytest.raises(StoreFault, match=code):
        S3Store(s3.url).get("a")


def test_a_passing_fault_is_tried_again(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_s3, "RETRIES", 1)
    s3.faults.append(("503 Slow Down", "SlowDown"))
    store = S3Store(s3.url)
    store.put("a", b"x")
    assert store.get("a") == b"x"


def test_half_an_object_is_no_object(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_s3, "READ_TIMEOUT_S", 0.3)
    store = S3Store(s3.url)
    store.put("a", BYTES)
    s3.cut_short = True
    with pytest.raises(StoreFault):
        store.get("a")


def test_nobody_there_is_a_fault_of_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_s3, "RETRIES", 0)
    with pytest.raises(StoreFault, match="out of reach"):
        S3Store("s3://k:s@127.0.0.1:1/pictures?scheme=http").put("a", b"x")


@pytest.mark.parametrize("key", ["../a", "/a", "a/../b", "a//b", "A", "a b", "", "a\n", "a/", "a?versionId=1", "ä"])
def test_a_key_that_could_lead_elsewhere_is_not_sent(s3: S3, key: str) -> None:
    store = S3Store(s3.url)
    for call in (lambda: store.put(key, b"x"), lambda: store.get(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="not a key"):
            call()
    assert s3.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "s3://", "s3://host/bucket", "s3://key@host/bucket", "s3://key:secret@host", "s3://key:secret@host/",
        "s3://key:secret@/bucket", "s3://key:secret@host/a/b", "s3://key:secret@host:port/bucket",
        "s3://key:secret@host:70000/bucket", "s3://key:secret@host/bucket?scheme=ftp", "s3://key:secret@host/b?acl=public",
        "s3://key:se/cret@host/bucket", "s3://key:secret@[/bucket",
    ],
)  # fmt: skip
def test_a_url_that_cannot_be_used_is_refused_without_showing_the_secret(url: str) -> None:
    with pytest.raises(BadStore, match="MEDIA_STORE") as caught:
        open_store(url)
    assert "secret@host:" not in str(caught.value).replace(media_s3.FORM, "")
    assert "se/cret" not in str(caught.value)


def test_what_the_url_says() -> None:
    place = parse("s3://AK:a%2Fb%2Bc@minio.example:9000/pictures?scheme=http&region=ap-south-1")
    assert (place.host, place.bucket, place.key, place.secret) == ("minio.example:9000", "pictures", "AK", "a/b+c")
    assert (place.region, place.secure) == ("ap-south-1", False)
    assert parse("s3://k:s@minio.example/p").secure
    assert parse("s3://k:s@s3.ap-south-1.amazonaws.com/p").region is None
    assert SECRET == "se/cr+et"  # the tests' own secret needs the encoding


def test_anything_else_is_a_directory() -> None:
    assert isinstance(open_store("/var/lib/saathi/media"), DirectoryStore)
