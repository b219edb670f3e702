"""The number types that can be chosen. Each is the name that all three libraries use, where they have it at all."""

from __future__ import annotations

INTEGERS = ("uint8", "int8", "int16", "int32", "int64")
FLOATS = ("float16", "bfloat16", "float32", "float64")
DTYPES = ("bool", *INTEGERS, *FLOATS, "complex64")

BITS = {
    "bool": 8, "uint8": 8, "int8": 8, "int16": 16, "int32": 32, "int64": 64,
    "float16": 16, "bfloat16": 16, "float32": 32, "float64": 64, "complex64": 64,
}  # fmt: skip

MANTISSA = {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}
EXPONENT = {"float16": 5, "bfloat16": 8, "float32": 8, "float64": 11}
"""Bits. One more is the sign."""


def limits(name: str) -> tuple[int, int] | None:
    """Return the smallest and largest value of an integer type; None for other types."""
    if name not in INTEGERS:
        return None
    bits = BITS[name]
    return (0, 2**bits - 1) if name.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
