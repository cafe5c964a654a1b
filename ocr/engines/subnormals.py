"""Sums so small that a processor falls back to microcode for them: taken as zero while the detector works.

Deep in that network most numbers end up near 1e-40. Two of its layers then take a hundred times as long as they should,
and more than half of the whole time; with them taken as zero its map of a page is the same to the last bit.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ENV_BYTES, _MXCSR_AT = 32, 28  # glibc's fenv_t on x86-64: the x87's part, then the SSE unit's control word
_TAKEN_AS_ZERO = 0x8040  # results (bit 15) and operands (bit 6)


@contextmanager
def taken_as_zero() -> Iterator[None]:
    """For this thread, and for plain threads that are made inside; onnxruntime's own have a setting for it.

    Nothing changes elsewhere than on Linux on x86-64; other processors do not mind such numbers as much. Not for longer
    than a network runs: other libraries, and Python itself, expect the ordinary arithmetic.
    """
    if _libm is None:
        yield
        return
    before = ctypes.create_string_buffer(_ENV_BYTES)
    _libm.fegetenv(before)
    quick = ctypes.create_string_buffer(before.raw, _ENV_BYTES)
    word = ctypes.c_uint32.from_buffer(quick, _MXCSR_AT)
    word.value |= _TAKEN_AS_ZERO
    _libm.fesetenv(quick)
    try:
        yield
    finally:
        _libm.fesetenv(before)


def _math_library() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
        return None
    try:
        found = ctypes.CDLL("libm.so.6")
    except OSError:  # musl: another layout
        return None
    return found if platform.libc_ver()[0] == "glibc" else None


_libm = _math_library()
