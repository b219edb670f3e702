"""Training arguments other than the optimizer: loss, penalties, schedule, stopping, augmentation; and the plan from them."""

from __future__ import annotations

import argparse

from clsf.errors import PlanError
from clsf.frameworks import USUAL, VARIANTS
from clsf.loss_kinds import DEFAULT as DEFAULT_LOSS
from clsf.model.pretrained import SOURCES
from clsf.plan import CLIPPINGS, LOSSES, MONITORS, SCHEDULES, WEIGHTS, Augmentation, Clipping, Plateau, Schedule, Stopping
from clsf.schedule_kinds import CONSTANT

_SWITCH = {"action": "store_true"}
_GROUPS: dict[str, dict[str, dict]] = {
    "rule": {
        "hyper": {"action": "append", "metavar": "NAME=X", "help": "a hyper-parameter of the optimizer, such as beta_1=0.8"},
    },
    "updates": {
        "clip": {"metavar": "KIND", "help": f"keep gradients small: {', '.join(CLIPPINGS)}"},
        "clip-limit": {"type": float, "default": 1.0, "metavar": "X", "help": "the largest number, or norm; default 1"},
        "accumulate": {"type": int, "default": 1, "metavar": "N", "help": "batches whose mean gradient makes one update"},
        "average": {
            "type": float,
            "default": 0.0,
            "metavar": "X",
            "help": "share kept by a moving average of the weights, such as 0.99",
        },
        "balanced": {**_SWITCH, "help": "images of rare classes count more"},
    },
    "loss": {
        "loss": {"default": DEFAULT_LOSS, "metavar": "NAME", "help": f"{', '.join(LOSSES)}; binary needs two classes"},
        "probabilities": {**_SWITCH, "help": "let the model end in softmax (binary: sigmoid), and the loss take probabilities"},
        "label-smoothing": {
            "type": float,
            "default": 0.0,
            "metavar": "X",
            "help": "share of the target spread over all classes",
        },
    },
    "regularisation": {
        "l1": {"type": float, "default": 0.0, "metavar": "X", "help": "adds X times the sum of |kernels| to what is minimised"},
        "l2": {"type": float, "default": 0.0, "metavar": "X", "help": "adds X times the sum of squared kernels"},
        "weight-decay": {"type": float, "default": 0.0, "metavar": "X", "help": "of every weight, per step and learning rate"},
    },
    "learning rate": {
        "schedule": {"default": CONSTANT, "metavar": "NAME", "help": ", ".join(SCHEDULES)},
        "warmup": {"type": float, "default": 0.0, "metavar": "EPOCHS", "help": "epochs in which the learning rate rises"},
        "factor": {"type": float, "default": 0.5, "metavar": "X", "help": "of the step and exponential schedules; default 0.5"},
        "every": {"type": int, "default": 1, "metavar": "EPOCHS", "help": "of the step schedule; default 1"},
        "floor": {
            "type": float,
            "default": 0.0,
            "metavar": "X",
            "help": "share that the cosine schedule ends at and the range test begins with; default 0",
        },
        "plateau": {"type": int, "metavar": "EPOCHS", "help": "halve it if the validation loss has not fallen for so long"},
    },
    "pretrained": {
        "weights": {
            "metavar": "NAME",
            "help": f"begin with pretrained weights: {', '.join(WEIGHTS)}; the model is then one of {', '.join(SOURCES)}",
        },
        "train-layers": {
            "default": "all",
            "metavar": "WHICH",
            "help": "all; head: the last dense layer alone; last:K: the last K blocks too. The others are frozen",
        },
        "backbone-rate": {
            "type": float,
            "metavar": "X",
            "help": "learning rate of what trains before the head; default: the same",
        },
        "freeze-norms": {**_SWITCH, "help": "batch normalisation keeps its moving statistics, also where its layer trains"},
    },
    "stopping": {
        "patience": {"type": int, "metavar": "EPOCHS", "help": "stop if validation has not been better for so long"},
        "restore-best": {**_SWITCH, "help": "keep the weights of the best epoch in place of the last"},
        "checkpoint": {**_SWITCH, "help": "keep the weights of the best epoch beside the last"},
        "monitor": {"default": "loss", "metavar": "NAME", "help": f"what says which epoch is best: {', '.join(MONITORS)}"},
    },
    "augmentation": {
        "flip": {**_SWITCH, "help": "mirror every second image"},
        "shift": {"type": int, "default": 0, "metavar": "PIXELS"},
        "rotation": {"type": float, "default": 0.0, "metavar": "DEGREES"},
        "brightness": {"type": float, "default": 0.0, "metavar": "X", "help": "share, up or down"},
        "cutout": {"type": int, "default": 0, "metavar": "PIXELS", "help": "side of a square that is blotted out"},
    },
    "more": {
        "torch-variant": {
            "default": USUAL["torch"],
            "metavar": "NAME",
            "help": f"how PyTorch trains: {', '.join(VARIANTS['torch'])}",
        },
        "mixed": {**_SWITCH, "help": "layers compute in bfloat16, weights stay in float32"},
        "look-inside": {**_SWITCH, "help": "also tell of weights, gradients and predictions, which costs time"},
        "begin-from": {"metavar": "RUN", "help": "id of a run whose weights to begin with"},
    },
}


def add(parser: argparse.ArgumentParser, *titles: str) -> None:
    """Add the groups of these titles, or all of them."""
    for title in titles or _GROUPS:
        group = parser.add_argument_group(title)
        for name, how in _GROUPS[title].items():
            group.add_argument(f"--{name}", **how)


def changes(options: argparse.Namespace) -> dict[str, object]:
    """Return the plan fields that these options set."""
    o = options
    return {
        "hyper": _hyper(o.hyper),
        "clipping": None if o.clip is None else Clipping(o.clip, o.clip_limit),
        "accumulate": o.accumulate,
        "average": o.average,
        "balanced": o.balanced,
        "loss": o.loss,
        "probabilities": o.probabilities,
        "label_smoothing": o.label_smoothing,
        "l1": o.l1,
        "l2": o.l2,
        "weight_decay": o.weight_decay,
        "schedule": Schedule(o.schedule, o.warmup, o.factor, o.every, o.floor),
        "plateau": None if o.plateau is None else Plateau(o.plateau),
        "stopping": Stopping(o.patience, o.restore_best, o.checkpoint, o.monitor),
        "augmentation": Augmentation(o.flip, o.shift, o.rotation, o.brightness, o.cutout),
        "variants": {"tensorflow": o.variant, "torch": o.torch_variant},
        "mixed": o.mixed,
        "look_inside": o.look_inside,
        "begin_from": o.begin_from,
        **pretrained(o),
    }


def pretrained(options: argparse.Namespace) -> dict[str, object]:
    """Return the plan fields that the group "pretrained" sets."""
    o = options
    return {
        "weights": o.weights, "train_layers": o.train_layers, "backbone_rate": o.backbone_rate, "freeze_norms": o.freeze_norms,
    }  # fmt: skip


def _hyper(given: list[str] | None) -> dict[str, float]:
    hyper = {}
    for text in given or ():
        name, _, value = text.partition("=")
        try:
            hyper[name] = float(value)
        except ValueError:
            raise PlanError("--hyper is '{value}', but must be NAME=NUMBER, such as beta_1=0.8.", value=text) from None
    return hyper
