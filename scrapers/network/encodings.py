"""Decodes Content-Encoding and chunks, completely or not at all: a truncated stream never passes for a short page."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import zstandard

MOST_BYTES = 10 * 1024 * 1024
"""The maximum decoded size of one page; more is a bomb, or not a page."""


class TooBigError(Exception):
    """The decoded body exceeds the limit; no more than that was unpacked."""


def decoded(body: bytes, encoding: str, most: int = MOST_BYTES) -> bytes:
    """`body` without its Content-Encoding.

    Raises EOFError for a truncated stream, ValueError for an invalid stream or an unknown encoding, and TooBigError.
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",")]):
        if name in ("", "identity"):
            continue
        if name not in _UNPACK:
            raise ValueError(f"Content-Encoding {name!r} was not asked for")
        if not body:
            raise EOFError("the compressed stream is empty")
        body = _UNPACK[name](body, most)
    return body


def unchunked(body: bytes) -> bytes:
    """`body` dechunked. Raises EOFError where the last chunk is missing, ValueError where there are no chunks."""
    parts: list[bytes] = []
    position = 0
    while True:
        end = body.find(b"\r\n", position)
        if end < 0:
            raise EOFError("the chunks stop early") if position else ValueError("no chunks")
        size = int(body[position:end].split(b";")[0].strip() or b"x", 16)
        if size == 0:
            return b"".join(parts)
        if end + 2 + size > len(body):
            raise EOFError("the chunks stop early")
        parts.append(body[end + 2 : end + 2 + size])
        position = end + 2 + size + 2


def _inflated(body: bytes, most: int) -> bytes:
    """gzip (also with several members), zlib, or the raw deflate that some servers send as deflate."""
    is_gzip = body[:2] == b"\x1f\x8b"
    is_zlib = body[0] & 0x0F == 8 and int.from_bytes(body[:2]) % 31 == 0
    wbits = 31 if is_gzip else 15 if is_zlib else -15
    whole = bytearray()
    for _ in range(_MOST_MEMBERS):
        stream = zlib.decompressobj(wbits)
        try:
            whole += stream.decompress(body, most + 1 - len(whole))
        except zlib.error as error:
            raise ValueError(f"no compressed stream ({error})") from error
        if len(whole) > most:
            raise TooBigError
        if not stream.eof:
            raise EOFError("the compressed stream stops early")
        body = stream.unused_data
        if not (is_gzip and body[:2] == b"\x1f\x8b"):
            return bytes(whole)
    raise ValueError(f"more than {_MOST_MEMBERS} compressed streams, one after the other")


def _unbrotlied(body: bytes, most: int) -> bytes:
    stream = brotli.Decompressor()
    whole = bytearray()
    try:
        whole += stream.process(body, output_buffer_limit=_PIECE)
        while len(whole) <= most and not stream.is_finished() and not stream.can_accept_more_data():
            whole += stream.process(b"", output_buffer_limit=_PIECE)
    except brotli.error as error:
        raise ValueError(f"no compressed stream ({error})") from error
    if len(whole) > most:
        raise TooBigError
    if not stream.is_finished():
        raise EOFError("the compressed stream stops early")
    return bytes(whole)


def _unzstandarded(body: bytes, most: int) -> bytes:
    """zstd, also with several frames. Fed in small pieces: the library limits only its input, and 4 bytes may yield 128 kB."""
    whole = bytearray()
    for _ in range(_MOST_MEMBERS):
        stream = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        position = 0
        try:
            while position < len(body) and not stream.eof and len(whole) <= most:
                whole += stream.decompress(body[position : position + _ZSTD_PIECE])
                position += _ZSTD_PIECE
        except zstandard.ZstdError as error:
            raise ValueError(f"no compressed stream ({error})") from error
        if len(whole) > most:
            raise TooBigError
        if not stream.eof:
            raise EOFError("the compressed stream stops early")
        body = stream.unused_data + body[position:]
        if not body:
            return bytes(whole)
    raise ValueError(f"more than {_MOST_MEMBERS} compressed streams, one after the other")


_MOST_MEMBERS = 100
"""The maximum number of concatenated streams; each costs a copy of the rest."""
_PIECE = 1 << 20
_ZSTD_PIECE = 128
_ZSTD_WINDOW = 8 << 20
"""The window that every web decoder must support (RFC 9659). A larger one could exhaust our memory."""
_UNPACK: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _inflated,
    "x-gzip": _inflated,
    "deflate": _inflated,
    "br": _unbrotlied,
    "zstd": _unzstandarded,
}
ENCODINGS = ("gzip", "deflate", "br", "zstd")
"""The encodings that requests accept."""
