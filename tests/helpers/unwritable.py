"""Makes permission bits hold for root too, so that a read-only folder is tested as a clerk would meet it.

CI often runs as root, who may write anywhere. On Linux that is the work of three capabilities, which a thread may lay
down and take up again. Threads and processes started meanwhile go without them; threads that ran before keep them.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER = 1, 2, 3
_LAID_DOWN = 1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH | 1 << CAP_FOWNER
_VERSION_3 = 0x20080522
_PR_GET_SECUREBITS, _PR_SET_SECUREBITS, _SECBIT_NOROOT = 27, 28, 1


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@contextmanager
def permissions_hold() -> Iterator[None]:
    """Within, this thread is refused what the permission bits refuse, root or not."""
    if sys.platform != "linux" or os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)

    def call(function: str, *arguments: object) -> int:
        result: int = getattr(libc, function)(*arguments)
        if result < 0:
            raise OSError(ctypes.get_errno(), f"{function}: {os.strerror(ctypes.get_errno())}")
        return result

    header, data = _Header(_VERSION_3, 0), (_Data * 2)()
    call("capget", ctypes.byref(header), data)
    effective = data[0].effective
    bits = call("prctl", _PR_GET_SECUREBITS, 0, 0, 0, 0)
    call("prctl", _PR_SET_SECUREBITS, bits | _SECBIT_NOROOT, 0, 0, 0)  # else a child run by root gets all of them back
    data[0].effective = effective & ~_LAID_DOWN
    call("capset", ctypes.byref(header), data)
    try:
        yield
    finally:
        data[0].effective = effective
        call("capset", ctypes.byref(header), data)
        call("prctl", _PR_SET_SECUREBITS, bits, 0, 0, 0)
