"""The characters of a text as numbers, and every run of k of them as one number, all at once.

numpy is loaded by the first text: a command that compares none does without it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from numpy import uint32
    from numpy.typing import NDArray


def points(text: str) -> NDArray[uint32]:
    """The code point of each character; a lone surrogate is one."""
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def mixed(text: str, length: int) -> NDArray[uint32]:
    """A hash of each `length` characters, best in its high bits. Others may share it: compare the characters."""
    import numpy as np

    codes, multiplier = points(text), np.uint32(0x9E3779B1)
    hashes = codes[: max(len(codes) - length + 1, 0)] * multiplier
    for at in range(1, length):
        hashes += codes[at : at + len(hashes)]
        hashes *= multiplier
    return hashes


def checksums(text: str, length: int) -> NDArray[uint32]:
    """CRC-32 of each `length` characters, in UTF-32: what `crc32` says of each, which is linear in its bytes."""
    import numpy as np

    codes = points(text).astype(np.intp)
    total = max(len(codes) - length + 1, 0)
    sums = np.full(total, crc32(bytes(4 * length)), np.uint32)
    is_wide = bool(codes.size) and codes.max() > 0xFFFF
    for at, (basic, planes) in enumerate(_tables(length)):
        part = codes[at : at + total]
        sums ^= basic.take(part & 0xFFFF if is_wide else part)
        if is_wide:
            sums ^= planes.take(part >> 16)
    return sums


@cache
def _tables(length: int) -> list[tuple[NDArray[uint32], NDArray[uint32]]]:
    """What a character adds to the checksum, by its place: for the last 16 bits of its code point, and for its plane."""
    import numpy as np

    zeros = bytes(4 * length)
    tables = []
    for at in range(0, 4 * length, 4):
        low, high, planes = (
            np.array([crc32(zeros[:n] + bytes([byte]) + zeros[n + 1 :]) for byte in range(256)], np.uint32)
            ^ np.uint32(crc32(zeros))
            for n in (at, at + 1, at + 2)
        )
        tables.append(((high[:, None] ^ low).ravel(), planes))
    return tables
