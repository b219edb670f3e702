"""Parsing epochs from a program's output: Keras' progress lines, and the usual ways to print an epoch in PyTorch."""

from __future__ import annotations

import math
import re

from clsf.faults.history import EpochNumbers

_NUMBER = r"(-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|-?inf)"
_WORDS = {
    "loss": "loss", "train loss": "loss", "train_loss": "loss", "training loss": "loss", "acc": "accuracy",
    "accuracy": "accuracy", "train acc": "accuracy", "train_acc": "accuracy", "train accuracy": "accuracy",
    "train_accuracy": "accuracy", "training accuracy": "accuracy", "val_loss": "validation_loss", "val loss": "validation_loss",
    "valid loss": "validation_loss", "valid_loss": "validation_loss", "validation loss": "validation_loss",
    "test loss": "validation_loss", "test_loss": "validation_loss", "val_acc": "validation_accuracy",
    "val acc": "validation_accuracy", "val_accuracy": "validation_accuracy", "val accuracy": "validation_accuracy",
    "valid acc": "validation_accuracy", "valid_acc": "validation_accuracy", "validation accuracy": "validation_accuracy",
    "test acc": "validation_accuracy", "test_acc": "validation_accuracy", "test accuracy": "validation_accuracy",
}  # fmt: skip
_FOUND = re.compile(
    r"(?<![a-z_])(" + "|".join(sorted((re.escape(w) for w in _WORDS), key=len, reverse=True)) + r")\s*[:=]?\s*" + _NUMBER + r"(\s*%)?",
    re.IGNORECASE,
)  # fmt: skip
_EPOCH = re.compile(r"\bepochs?\b\W{0,3}(\d+)", re.IGNORECASE)
MOST = 2_000_000
"""Maximum number of characters that are read."""


def epochs_printed(text: str) -> tuple[EpochNumbers, ...]:
    """Return the epochs of a log. A line "Epoch 3/10" starts an epoch; later numbers of an epoch replace earlier ones.

    After the words "validation loss 0.3, accuracy 0.9" the second number is the validation's too. Percentages become shares.
    """
    rows: dict[int, dict[str, float]] = {}
    epoch = 0
    for line in text[:MOST].splitlines():
        named = _EPOCH.search(line)
        if named:
            epoch = int(named.group(1))
        elif re.match(r"\s*test\b", line, re.IGNORECASE):
            continue
        elif not epoch and re.match(r"\s*\d+/\d+ - .*\bloss:", line):
            epoch = 1  # Keras doesn't name the epoch if there is only one
        if epoch not in rows and not named and not epoch:
            continue
        validates = bool(re.match(r"\s*(val|valid|validation)\b", line, re.IGNORECASE))
        for word, number, percent in _FOUND.findall(line[:2000]):
            name = _WORDS[" ".join(word.lower().split())]
            if name == "validation_loss":
                validates = True
            if validates and name in ("accuracy", "loss"):
                name = f"validation_{name}"
            value = float(number)
            if name.endswith("accuracy") and math.isfinite(value) and (percent or value > 1.5):
                value /= 100
            rows.setdefault(epoch, {})[name] = value
    return tuple(EpochNumbers(**rows[number]) for number in sorted(rows))
