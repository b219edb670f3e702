"""The ways to get a trained model's predictions, each executed and timed."""

from __future__ import annotations

import time

import numpy as np
import torch

from clsf.backends.torch.build import BuiltModel

CODES = ("model.eval(); with torch.no_grad(): model(x)", "model.eval(); model(x)", "model.train(); model(x)")


def asked(built: BuiltModel, inputs: np.ndarray) -> list[tuple[str, str, str, float, np.ndarray]]:
    """Predict for inputs, float (n, height, width, channels), in every way of CODES.

    Returns (code, type of the result, its dtype, seconds of the second call, values as an array (n, classes)). The last
    way is the mistake: dropout is active, and batch normalisation uses this batch; the weights are restored afterwards.
    """
    model, before = built.model, built.get_weights()
    place, training = next(model.parameters()).device, model.training
    images = torch.from_numpy(np.ascontiguousarray(inputs)).to(place).permute(0, 3, 1, 2)  # (n, h, w, c) -> (n, c, h, w)

    def without_slopes() -> torch.Tensor:
        model.eval()
        with torch.no_grad():
            return model(images)

    def with_slopes() -> torch.Tensor:
        model.eval()
        return model(images)

    def in_training() -> torch.Tensor:
        model.train()
        return model(images)

    rows = []
    for code, ask in zip(CODES, (without_slopes, with_slopes, in_training), strict=True):
        ask()  # lazy initialisation happens now
        started = time.perf_counter()
        answer = ask()
        seconds = time.perf_counter() - started
        values = answer.detach().cpu().numpy().copy()
        rows.append((code, _kind(answer), str(values.dtype), seconds, values))
    built.set_weights(before)
    model.train(training)
    return rows


def _kind(answer: torch.Tensor) -> str:
    return "torch.Tensor" + (", requires_grad=True" if answer.requires_grad else "")
