"""The characters of a text as numbers, and every run of k of them as one number, for a whole text at once.

numpy is imported with the first text, so that a command that compares none runs without it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from numpy import uint32
    from numpy.typing import NDArray


def points(text: str) -> NDArray[uint32]:
    """The code point of each character, lone surrogates included."""
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def forms() -> dict[str, str]:
    """The NFKC form of the characters of the first plane, without blocks that it leaves alone; "" for one that may combine
    with the character before it."""
    plainest = re.compile("[\u3400-\u9fff\uac00-\ud7a3\uffff]")
    found = {one: unicodedata.normalize("NFKC", one) for one in map(chr, range(1 << 16)) if not plainest.match(one)}
    return {
        one: "" if unicodedata.category(form[0])[0] == "M" or "\u1100" <= form[0] <= "\u11ff" else form
        for one, form in found.items()
    }


def mixed(text: str, length: int) -> NDArray[uint32]:
    """A hash of each run of `length` characters, best in its high bits. Hashes may collide: compare the characters."""
    import numpy as np

    codes, multiplier = points(text), np.uint32(0x9E3779B1)
    hashes = codes[: max(len(codes) - length + 1, 0)] * multiplier
    for at in range(1, length):
        hashes += codes[at : at + len(hashes)]
        hashes *= multiplier
    return hashes


def checksums(text: str, length: int) -> NDArray[uint32]:
    """The `crc32` of each run of `length` characters in UTF-32, computed from its linearity in the bytes."""
    import numpy as np

    codes = points(text)
    basic, planes = _tables(length)
    added = basic.take(codes & np.uint32(0xFFFF), axis=0, mode="clip")
    if codes.size and codes.max() > 0xFFFF:
        added ^= planes.take(codes >> np.uint32(16), axis=0, mode="clip")
    total = max(len(codes) - length + 1, 0)
    sums = np.full(total, crc32(bytes(4 * length)), np.uint32)
    for at in range(length):
        sums ^= added[at : at + total, at]
    return sums


@cache
def _tables(length: int) -> tuple[NDArray[uint32], NDArray[uint32]]:
    """What each character adds to the checksum, by the last 16 bits of its code point and by its plane. A row has all
    positions of one character, since neighbours are fetched from memory at once."""
    import numpy as np

    zeros = bytes(4 * length)
    added = np.array(
        [[crc32(zeros[:n] + bytes([byte]) + zeros[n + 1 :]) for n in range(4 * length)] for byte in range(256)],
        np.uint32,
    ) ^ np.uint32(crc32(zeros))
    low, high, planes = (added[:, at::4] for at in range(3))
    return (high[:, None] ^ low).reshape(1 << 16, length), planes
