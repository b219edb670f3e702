"""Text as people paste it into a box for numbers -> the same text as Python writes it; nothing is evaluated here.

Read are full-width signs, the typographer's minus, `1,000.5`, and what NumPy, PyTorch and TensorFlow print:
`tensor([[1., 2.]])`, `array([1, 2])`, `<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>`,
`tf.Tensor([1. 2.], shape=(2,), dtype=float32)` and `[[1. 2.]\n [3. 4.]]`.
"""

from __future__ import annotations

import re
import unicodedata

_MINUS = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"), "-")
_PRINTED = re.compile(
    r"^\s*(?:<?\s*tf\.(?:Tensor|Variable)\b|(?:torch\.|np\.|numpy\.|tf\.)?(?:tensor|array|constant|Tensor)\s*\()"
)
_NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf|True|False)"


def bare_numbers(text: str) -> str:
    """Return `text` without what people and printers put around numbers; text that is nothing of that kind stays."""
    text = unicodedata.normalize("NFKC", text).translate(_MINUS)
    if _PRINTED.match(text):
        text = _inside(text)
    if re.fullmatch(r"\s*[-+]?\d{1,3}(,\d{3})+\.\d*\s*", text):  # one number with a mark at the thousands
        return text.replace(",", "")
    text = re.sub(r"(?<![\d.,])(\d{1,3}),(?=0\d\d(?!\d))", r"\1", text)  # no number is written as 000
    return _with_commas(text)


def _inside(text: str) -> str:
    """Return the numbers of something printed, without its name, shape, dtype and device."""
    text = text.rsplit("numpy=", 1)[-1] if "numpy=" in text else text
    first = text.find("[")
    opening = text.find("(")
    if first < 0:
        return (text[opening + 1 :] if opening >= 0 else text).split(",")[0].strip(" )>")
    depth = 0
    for place in range(first, len(text)):
        depth += (text[place] == "[") - (text[place] == "]")
        if not depth:
            return text[first : place + 1]
    return text[first:]


def _with_commas(text: str) -> str:
    """Return rows that NumPy printed, separated by spaces, with commas between the numbers."""
    if "[" not in text or "," in text or not re.fullmatch(rf"\s*(?:[\[\]\s]|{_NUMBER})+", text):
        return text
    return re.sub(r"(?<=[\d.\]efn])\s+(?=[-+\[\d.nTFi])", ", ", text)
