"""Healthy programs to plant faults in: small networks on data that every machine has, a second or two each."""

from __future__ import annotations

from clsf.faults.scene import Scene
from clsf.model.layers import made
from clsf.model.spec import ModelSpec
from clsf.optimizers import POPULAR
from clsf.plan import LEARNING_RATES, Plan

DATA = {"digits": (8, 8, 1), "shapes": (32, 32, 3)}
"""Data sets of the scenes -> shape of their images; both have ten classes."""

FEWER_SHAPES = ("x_train, y_train = draw_shapes(6000, seed=0)", "x_train, y_train = draw_shapes(1500, seed=0)")
FEWER_TESTS = ("x_test, y_test = draw_shapes(1000, seed=1)", "x_test, y_test = draw_shapes(300, seed=1)")


def healthy(framework: str, data: str, model: str, seed: int, optimizer: str = POPULAR, epochs: int = 6) -> Scene:
    """Return a program that learns. `model`: "plain", with dropout, or "normed", with batch normalisation too."""
    plan = Plan(
        data, epochs=epochs, optimizer=optimizer, learning_rate=2 * LEARNING_RATES[optimizer], seed=seed,
        variants={"tensorflow": "fit"}, device="cpu", batch_size=32, train_limit=700,
    )  # fmt: skip
    pool = 2 if data == "digits" else 4
    if model == "normed":
        layers = (
            made("Convolution", 16, 3, padding="same", use_bias=False), made("Batchwise", momentum=0.9), made("Function", "relu"), made("MaxPool", pool),
            made("Flat"), made("Linear", 64, activation="relu"), made("Drop", 0.2), made("Linear", 10),
        )  # fmt: skip
    else:
        layers = (
            made("Convolution", 16, 3, padding="same", activation="relu"), made("MaxPool", pool), made("Flat"), made("Linear", 64, activation="relu"),
            made("Drop", 0.2), made("Linear", 10),
        )  # fmt: skip
    scene = Scene(framework, ModelSpec(f"{model}-cnn", layers), plan, DATA[data])
    if data == "shapes":
        scene = scene.edited(FEWER_SHAPES, FEWER_TESTS)
    return scene.with_pattern(r"\n(model|torch)\.save\((.|\n)*\Z", "\n")  # the saved file is never needed


MODELS = ("plain", "normed")
