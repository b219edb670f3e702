"""Weights as .npz bytes, and back: never more is read than the model needs, and never a pickle."""

from __future__ import annotations

import io
import zipfile
import zlib

import numpy as np

from clsf.backends.base import Weights
from clsf.capsule import zips
from clsf.errors import CapsuleError
from clsf.model.shapes import Weight

MOST_HEADER = 1024  # bytes in front of an array's numbers; NumPy writes 128

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every member, so that equal contents make equal files."""


def packed(weights: Weights) -> bytes:
    """Return what `np.load` opens as {name: array}; equal weights give equal bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in weights.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", EPOCH), member.getvalue())
    return file.getvalue()


def most_bytes(expected: dict[str, Weight], itemsize: int) -> int:
    """Return how long the .npz of these weights can be at most."""
    return sum(w.size * itemsize + MOST_HEADER + 4 * len(name) + 256 for name, w in expected.items()) + 1024


def unpacked(content: bytes, expected: dict[str, Weight], dtype: str) -> Weights:
    """Return the arrays in an .npz, which must be those of `expected`: names, shapes and dtype, in any order.

    Raises CapsuleError naming the first mismatch. An array's header is read before memory is taken for its numbers.
    """
    try:
        archive = zips.opened(content)
    except zipfile.BadZipFile as error:
        raise CapsuleError("Its weights are no .npz file: {why}.", why=str(error)[:100]) from error
    members = archive.infolist()
    names = [member.filename.removesuffix(".npy") for member in members]
    other = [name for name in names if name not in expected] or [n for n in names if names.count(n) > 1]
    missing = [name for name in expected if name not in names]
    if other or missing:
        raise CapsuleError(
            "Its weights are not those of its model: {extra} too much, {missing} missing.",
            extra=", ".join(other[:3])[:100] or "–", missing=", ".join(missing[:3])[:100] or "–",
        )  # fmt: skip
    arrays = {name: _array(archive, member, name, expected[name], dtype) for name, member in zip(names, members, strict=True)}
    return {name: arrays[name] for name in expected}


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, weight: Weight, dtype: str) -> np.ndarray:
    most = weight.size * np.dtype(dtype).itemsize + MOST_HEADER
    if member.file_size > most:
        raise CapsuleError("Its weight '{name}' is larger than the model says.", name=name)
    try:
        with archive.open(member) as opened:
            raw = opened.read(most + 1)
        file = io.BytesIO(raw)
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, _, array = read(file, max_header_size=MOST_HEADER)
        if shape != tuple(weight.shape) or array != np.dtype(dtype):
            raise CapsuleError(
                "Its weight '{name}' is {found} of shape {shape}, but its model needs {dtype} of shape {expected}.",
                name=name, found=str(array)[:30], shape=str(shape)[:60], dtype=dtype, expected=str(tuple(weight.shape)),
            )  # fmt: skip
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False, max_header_size=MOST_HEADER)
    except (ValueError, KeyError, OSError, EOFError, RuntimeError, NotImplementedError, SyntaxError) as error:
        raise CapsuleError("Its weight '{name}' can't be read: {why}.", name=name, why=str(error)[:100]) from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise CapsuleError("Its weight '{name}' can't be read: {why}.", name=name, why=str(error)[:100]) from error
