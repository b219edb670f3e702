"""Bytes as short text for a link: compressed, in base64url. Nothing that is read is trusted."""

from __future__ import annotations

import base64
import re
import zlib

RAW, WITH_HEAD = -15, 15
"""How zlib frames what it compresses: without a head, or with one and a checksum."""


def packed(content: bytes, often: bytes = b"", frame: int = RAW) -> str:
    """Return bytes as text of letters, digits, "-" and "_". `often`: what such content is made of, known to both sides."""
    more = {"zdict": often} if often else {}
    pressing = zlib.compressobj(9, zlib.DEFLATED, frame, 9, **more)
    return base64.urlsafe_b64encode(pressing.compress(content) + pressing.flush()).decode().rstrip("=")


def unpacked(text: str, most: int, often: bytes = b"", frame: int = RAW) -> bytes:
    """Return what `packed` was given; of more than `most` bytes the first `most` + 1, so that a bomb is never unpacked.

    Raises ValueError for text that it did not write, also for text that was cut off.
    """
    if not re.fullmatch(r"[\w-]*", text, re.ASCII):
        raise ValueError("characters that are not of base64url")
    more = {"zdict": often} if often else {}
    try:
        opening = zlib.decompressobj(frame, **more)
        content = opening.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not opening.eof and len(content) <= most:
        raise ValueError("cut off")
    return content
