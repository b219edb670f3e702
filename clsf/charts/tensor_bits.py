"""The bits that represent a number, as HTML."""

from __future__ import annotations

import struct
from collections.abc import Callable
from html import escape

from clsf.tensors.dtypes import EXPONENT, MANTISSA
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

_PACK = {"float16": (">e", 16), "bfloat16": (">f", 16), "float32": (">f", 32), "float64": (">d", 64)}


def bits(value: float, dtype: str) -> str:
    """Return the bits of a number that the type can hold exactly, sign first. A bfloat16 is the first half of a float32."""
    form, count = _PACK[dtype]
    return "".join(f"{byte:08b}" for byte in struct.pack(form, value))[:count]


def drawing(value: float, dtype: str, said: Said = str) -> str:
    """Return the bits in their three parts."""
    text = bits(value, dtype)
    exponent = EXPONENT[dtype]
    parts = (
        ("s", said(say("sign")), text[:1]),
        ("e", said(say("exponent")), text[1 : 1 + exponent]),
        ("m", said(say("mantissa")), text[1 + exponent :]),
    )
    inner = "".join(
        f'<span class="bt bt-{kind}"><small>{escape(name)} {len(part)}</small><span>{"".join(f"<i>{bit}</i>" for bit in part)}</span></span>'
        for kind, name, part in parts
    )
    label = said(
        say(
            "{dtype}: sign {sign}, exponent {exponent}, mantissa {mantissa}",
            dtype=dtype,
            sign=parts[0][2],
            exponent=parts[1][2],
            mantissa=parts[2][2],
        )
    )
    return f'<div class="bt-all" role="img" aria-label="{escape(label)}">{inner}</div>'


def mantissa_digits(dtype: str) -> float:
    """Return how many decimal digits the type distinguishes."""
    return (MANTISSA[dtype] + 1) * 0.30103
