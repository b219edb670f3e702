"""How a collection is taught: the model and the three plans that are compared, as plain values."""

from __future__ import annotations

from clsf.model import presets
from clsf.model.pretrained import SOURCES
from clsf.model.spec import ModelSpec
from clsf.optimizers import POPULAR
from clsf.own.collection import SIDE
from clsf.plan import LEARNING_RATES, Plan, Preparation

BACKBONE = "efficientnet-lite0"
SMALL = "two-block-cnn"
"""The model that is trained from scratch: as large as is useful for so few images."""

EPOCHS, BATCH, RATE = 20, 16, 2e-3  # of the head, which trains in seconds
TUNED_EPOCHS, TUNED_BLOCKS, TUNED_RATE = 6, 2, 1e-4
SCRATCH_EPOCHS, SCRATCH_SIDE = 20, 64

WAYS = ("scratch", "frozen", "tuned")


def model(classes: int) -> ModelSpec:
    """Return the pretrained network with a head for a number of classes."""
    return presets.preset(BACKBONE, classes)


def plan(data: str, images: int, epochs: int = EPOCHS, seed: int = 0) -> Plan:
    """Return the plan that trains the head on frozen features, for the given number of training images."""
    source = SOURCES[BACKBONE]
    return Plan(
        data, Preparation(SIDE, source.colour, source.scale), weights=source.weights, train_layers="head", epochs=epochs,
        batch_size=max(1, min(BATCH, images)), optimizer=POPULAR, learning_rate=RATE, seed=seed,
    )  # fmt: skip


def way(name: str, data: str, classes: int, images: int, seed: int = 0) -> tuple[ModelSpec, Plan]:
    """Return model and plan of one of WAYS: a small network from scratch, frozen features, or the last blocks trained too."""
    frozen = plan(data, images, seed=seed)
    if name == "frozen":
        return model(classes), frozen
    if name == "tuned":
        return model(classes), frozen.but(
            train_layers=f"last:{TUNED_BLOCKS}", backbone_rate=TUNED_RATE, freeze_norms=True, epochs=TUNED_EPOCHS
        )
    return presets.preset(SMALL, classes), Plan(
        data,
        Preparation(SCRATCH_SIDE, "rgb"),
        epochs=SCRATCH_EPOCHS,
        batch_size=frozen.batch_size,
        optimizer=POPULAR,
        learning_rate=LEARNING_RATES[POPULAR],
        seed=seed,
    )
