"""A certificate and its key, made at start and known to this program's own processes alone, so that nobody else on the machine
can speak to its scheduler and workers.

It is the least that TLS asks for: one self-signed certificate (X.509, RFC 5280) with a key on the curve P-256 (SEC 2, RFC 5915),
which both sides must show. Python has no function that makes one, and the arithmetic is short. It is done once per start, with
numbers from the operating system (`secrets`).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import textwrap

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
A = P - 3
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
"""The curve P-256: its prime, its first coefficient, its order and its base point."""

FROM, UNTIL = b"000101000000Z", b"491231235959Z"
"""Validity. A key lives as long as its program, whatever the machine's clock says meanwhile."""

Point = tuple[int, int] | None


def certificate() -> tuple[str, str]:
    """Return a new certificate and its private key, both as PEM text."""
    key = 1 + secrets.randbelow(N - 1)
    public = _point_bytes(_times(key, G))
    algorithm = _sequence(_oid("2a8648ce3d040302"))  # ecdsa-with-SHA256
    name = _sequence(_tag(0x31, _sequence(_oid("550403"), _tag(0x0C, b"clsf"))))  # CN=clsf
    curve = _oid("2a8648ce3d030107")
    basic = _sequence(_oid("551d13"), b"\x01\x01\xff", _tag(0x04, _sequence(b"\x01\x01\xff")))  # CA:TRUE, critical
    body = _sequence(
        _tag(0xA0, _integer(2)),  # version 3
        _integer(1 + secrets.randbelow(2**63)),
        algorithm,
        name,
        _sequence(_tag(0x17, FROM), _tag(0x17, UNTIL)),
        name,
        _sequence(_sequence(_oid("2a8648ce3d0201"), curve), _tag(0x03, b"\0" + public)),
        _tag(0xA3, _sequence(basic)),
    )
    signed = _sequence(body, algorithm, _tag(0x03, b"\0" + _signature(key, body)))
    private = _sequence(
        _integer(1), _tag(0x04, key.to_bytes(32, "big")), _tag(0xA0, curve), _tag(0xA1, _tag(0x03, b"\0" + public))
    )
    return _pem("CERTIFICATE", signed), _pem("EC PRIVATE KEY", private)


# The curve.


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _times(number: int, point: Point) -> Point:
    total: Point = None
    while number:
        if number & 1:
            total = _add(total, point)
        point, number = _add(point, point), number >> 1
    return total


def _signature(key: int, content: bytes) -> bytes:
    """Return an ECDSA signature with SHA-256 (FIPS 186-5, 6.4)."""
    digest = int.from_bytes(hashlib.sha256(content).digest(), "big")
    r = s = 0
    while not r or not s:
        once = 1 + secrets.randbelow(N - 1)
        r = _times(once, G)[0] % N
        s = pow(once, -1, N) * (digest + r * key) % N
    return _sequence(_integer(r), _integer(s))


def _point_bytes(point: Point) -> bytes:
    return b"\x04" + b"".join(number.to_bytes(32, "big") for number in point)


# DER (X.690).


def _tag(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(length)]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tag(0x30, b"".join(parts))


def _integer(number: int) -> bytes:
    return _tag(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _oid(encoded: str) -> bytes:
    return _tag(0x06, bytes.fromhex(encoded))


def _pem(what: str, content: bytes) -> str:
    text = "\n".join(textwrap.wrap(base64.b64encode(content).decode(), 64))
    return f"-----BEGIN {what}-----\n{text}\n-----END {what}-----\n"
