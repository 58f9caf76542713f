"""Content-Encoding and chunks undone, whole or not at all: a stream that stops early is never taken for a short page."""

from __future__ import annotations

import zlib

MOST_BYTES = 10 * 1024 * 1024
"""Decoded bytes of one page; more is a bomb, or no page."""


class TooBigError(Exception):
    """What comes out is larger than the limit; no more than that was unpacked."""


def decoded(body: bytes, encoding: str, most: int = MOST_BYTES) -> bytes:
    """`body` without its Content-Encoding.

    Raises EOFError where a stream stops before its end, ValueError where it is not encoded so, or in a way that we never ask
    for, and TooBigError.
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",")]):
        if name in ("gzip", "x-gzip", "deflate"):
            body = _inflated(body, most)
        elif name not in ("", "identity"):
            raise ValueError(f"Content-Encoding {name} was not asked for")
    return body


def unchunked(body: bytes) -> bytes:
    """`body` without its chunks. Raises EOFError where the last one is missing, ValueError where there are none."""
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
    """gzip (also of several members), zlib, or the raw deflate that some servers send under that name."""
    if not body:
        raise EOFError("the compressed stream is empty")
    is_gzip = body[:2] == b"\x1f\x8b"
    is_zlib = body[0] & 0x0F == 8 and int.from_bytes(body[:2]) % 31 == 0
    wbits = 31 if is_gzip else 15 if is_zlib else -15
    whole = bytearray()
    while body:
        stream = zlib.decompressobj(wbits)
        try:
            whole += stream.decompress(body, most + 1 - len(whole))
        except zlib.error as error:
            raise ValueError(f"no compressed stream ({error})") from error
        if len(whole) > most:
            raise TooBigError
        if not stream.eof:
            raise EOFError("the compressed stream stops early")
        body = stream.unused_data if is_gzip and stream.unused_data[:2] == b"\x1f\x8b" else b""
    return bytes(whole)
