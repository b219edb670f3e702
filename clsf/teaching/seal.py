"""The seal of a hand-in: a dashboard signs the files that it wrote with a secret of its own, so that it finds every later change.

Anyone who grades with the same store (CLSF_HOME) can confirm the seal. Elsewhere the sums are compared, which finds careless
changes, and the seal itself is reported as not confirmed: a student may run a dashboard of their own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

FILE = "handin.key"
BYTES = 32


@cache
def secret(folder: Path) -> bytes:
    """Return the secret of the store in a folder, made at the first call; where it can't be kept, it lasts as long as the process."""
    kept = _read(folder)
    if kept is not None:
        return kept
    made = secrets.token_bytes(BYTES)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made)
        return made
    return _read(folder) or made  # another process was first


def _read(folder: Path) -> bytes | None:
    try:
        content = (folder / FILE).read_bytes()
    except OSError:
        return None
    return content if len(content) == BYTES else None


def sealed(files: Mapping[str, bytes], key: bytes) -> dict:
    """Return the seal of some files: the sum of each, and a signature over all sums."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    return {"files": sums, "dashboard": _name_of(key), "signature": _signature(sums, key)}


def compare(seal: object, files: Mapping[str, bytes], key: bytes) -> tuple[bool, bool]:
    """Return whether the files are those that were sealed, and whether this dashboard has sealed them.

    (False, …): they were changed. (True, False): another dashboard wrote the seal, which can't be confirmed here.
    """
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    if not isinstance(seal, dict) or seal.get("files") != sums or not isinstance(seal.get("signature"), str):
        return False, False
    if seal.get("dashboard") != _name_of(key):
        return True, False
    right = hmac.compare_digest(seal["signature"].encode("utf-8", "replace"), _signature(sums, key).encode())
    return right, right


def _signature(sums: Mapping[str, str], key: bytes) -> str:
    return hmac.new(key, json.dumps(sums, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def _name_of(key: bytes) -> str:
    return hashlib.sha256(b"clsf dashboard " + key).hexdigest()[:16]
