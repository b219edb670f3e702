"""Plans that together cover every field that a script must contain, each with the model it trains."""

from __future__ import annotations

from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Augmentation, Clipping, Plan, Plateau, Preparation, Schedule, Stopping

SMALL = {"data": "digits", "train_limit": 96, "epochs": 2, "batch_size": 32}

PLANS: dict[str, tuple[str, dict]] = {
    "as it comes": ("lecture-cnn", {}),
    "other variants": ("lecture-cnn", {"variants": {"tensorflow": "fit", "torch": "dataloader"}}),
    "eager, native": (
        "mlp",
        {"variants": {"tensorflow": "eager"}, "rules": "native", "optimizer": "adam", "weight_decay": 0.01},
    ),
    "batch norm, the last batch has one image": ("residual", {"train_limit": 65, "optimizer": "nesterov"}),
    "batch norm, dataloader": (
        "residual",
        {"train_limit": 65, "optimizer": "momentum", "variants": {"tensorflow": "fit", "torch": "dataloader"}},
    ),
    "kaiming, standardised, float64": (
        "inception-like",
        {"start": "kaiming", "preparation": Preparation(scale="standardise"), "dtype": "float64", "device": "cpu"},
    ),
    "size and colour": (
        "tiny",
        {"preparation": Preparation(image_size=12, colour="rgb", scale="minus-one-one"), "optimizer": "adagrad"},
    ),
    "shapes in grey": ("tiny", {"data": "shapes", "preparation": Preparation(image_size=16, colour="grey")}),
    "penalties and decay": ("tiny", {"l1": 1e-4, "l2": 1e-3, "weight_decay": 0.001, "optimizer": "adadelta"}),
    "penalty in fit": ("separable", {"l2": 1e-3, "variants": {"tensorflow": "fit", "torch": "dataloader"}}),
    "decay in torch's style": ("tiny", {"l2": 1e-3, "differences": ("weight-decay-style",)}),
    "softmax twice": ("tiny", {"differences": ("softmax-before-loss", "input-scale", "initial-weights")}),
    "categorical, smoothed": ("tiny", {"loss": "categorical", "label_smoothing": 0.1}),
    "categorical probabilities in fit": (
        "tiny",
        {"loss": "categorical", "label_smoothing": 0.1, "probabilities": True, "variants": {"tensorflow": "fit"}},
    ),
    "probabilities": ("tiny", {"probabilities": True}),
    "steps, patience": (
        "tiny",
        {"schedule": Schedule("step", every=1), "stopping": Stopping(patience=1, monitor="accuracy", min_delta=0.01)},
    ),
    "cosine, warm-up, plateau, best": (
        "tiny",
        {
            "schedule": Schedule("cosine", warmup_epochs=0.5, floor=0.1),
            "plateau": Plateau(patience=1),
            "stopping": Stopping(restore_best=True, checkpoint=True),
        },
    ),
    "cosine, warm-up, plateau, best in fit": (
        "tiny",
        {
            "schedule": Schedule("cosine", warmup_epochs=0.5),
            "plateau": Plateau(patience=1),
            "stopping": Stopping(patience=2, restore_best=True, checkpoint=True, min_delta=0.001),
            "variants": {"tensorflow": "fit", "torch": "dataloader"},
        },
    ),
    "plateau alone in fit": ("tiny", {"plateau": Plateau(), "variants": {"tensorflow": "fit"}}),
    "plateau alone": ("tiny", {"plateau": Plateau(patience=1, min_delta=5.0)}),
    "warm-up alone": ("tiny", {"schedule": Schedule(warmup_epochs=1)}),
    "exponential": ("tiny", {"schedule": Schedule("exponential", factor=0.9)}),
    "augmentation": ("tiny", {"augmentation": Augmentation(flip=True, shift=2, rotation=10.0, brightness=0.2, cutout=3)}),
    "augmentation in fit": (
        "tiny",
        {
            "augmentation": Augmentation(flip=True, shift=1, rotation=5, cutout=2),
            "variants": {"tensorflow": "fit", "torch": "dataloader"},
        },
    ),
    "updates": (
        "tiny",
        {
            "clipping": Clipping("norm", 0.1),
            "accumulate": 2,
            "average": 0.9,
            "balanced": True,
            "optimizer": "adamw",
            "weight_decay": 0.01,
            "hyper": {"beta_1": 0.8},
            "l2": 1e-3,
        },
    ),
    "updates in fit": (
        "tiny",
        {
            "clipping": Clipping("value", 0.1),
            "accumulate": 2,
            "average": 0.9,
            "balanced": True,
            "optimizer": "momentum",
            "hyper": {"momentum": 0.8},
            "loss": "categorical",
            "probabilities": True,
            "variants": {"tensorflow": "fit", "torch": "dataloader"},
        },
    ),
    "mixed": ("tiny", {"mixed": True}),
    "mixed in fit": ("tiny", {"mixed": True, "variants": {"tensorflow": "fit", "torch": "dataloader"}}),
    "range test": ("tiny", {"schedule": Schedule("range", floor=1e-4), "clipping": Clipping(), "optimizer": "nadam"}),
    "brightness alone": ("tiny", {"augmentation": Augmentation(brightness=0.3)}),
}


def planned(name: str) -> tuple[ModelSpec, Plan]:
    """Return the model and the plan of that name."""
    model, changes = PLANS[name]
    return preset(model, 10), Plan(**{**SMALL, **changes})
