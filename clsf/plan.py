"""Plan: everything that decides how a model is trained, as one frozen value with a JSON form that is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Literal, get_args

from clsf import checks, loss_kinds
from clsf.checks import field as word
from clsf.errors import PlanError
from clsf.frameworks import TITLES, USUAL, VARIANTS
from clsf.loss_kinds import LOSSES as LOSS_KINDS
from clsf.optimizers import DEFAULT
from clsf.optimizers import OPTIMIZERS as DECLARED
from clsf.plan_parts import (
    CLIPPINGS,
    MONITORS,
    NOTHING,
    SCHEDULES,
    Augmentation,
    Clipping,
    FrozenDict,
    Plateau,
    Schedule,
    Stopping,
)
from clsf.words import say, say_n

Scale = Literal["zero-one", "minus-one-one", "standardise", "efficientnet", "imagenet"]
Colour = Literal["keep", "grey", "rgb"]
Rules = Literal["aligned", "native"]
Start = Literal["glorot", "kaiming"]
Dtype = Literal["float32", "float64"]
Device = Literal["auto", "cpu"]

SCALES, COLOURS, RULES, STARTS, DTYPES, DEVICES = (get_args(choice) for choice in (Scale, Colour, Rules, Start, Dtype, Device))
OPTIMIZERS, LOSSES = tuple(DECLARED), tuple(LOSS_KINDS)

LEARNING_RATES: dict[str, float] = {name: optimizer.rate for name, optimizer in DECLARED.items()}
"""A learning rate to start from, per optimizer: Keras' default, but torch's for adagrad and adadelta, where Keras' 0.001
hardly learns in a few epochs."""

DIFFERENCES = (
    "initial-weights", "bias-init", *(f"{o.name}-rule" for o in DECLARED.values() if o.differs), "bn-momentum", "bn-epsilon",
    "bn-variance", "image-norm-epsilon", "input-scale", "softmax-before-loss", "dropout-rate", "dropout-masks", "dropout-at-evaluation", "flatten-order",
    "weight-decay-style", "clip-norm", "class-weight-mean", "shuffling", "eval-mode",
    "frozen-bn-moves", "trainable-after-compile", "head-not-in-optimizer", "other-preparation",
)  # fmt: skip
"""What a run may do otherwise than the aligned rules, one name per thing; what each means is said in clsf.compare.differences."""

FIXED_SCALES: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "zero-one": ((0.0,), (255.0,)),
    "minus-one-one": ((127.5,), (127.5,)),
    "efficientnet": ((127.0,), (128.0,)),
    "imagenet": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}
"""Mean and deviation in pixel values, one for all channels or one each, of the scales that ask no images.

efficientnet: of EfficientNet-Lite, tpu/models/official/efficientnet/lite/efficientnet_lite_builder.py. imagenet: of torchvision's
networks, 255 times the numbers in torchvision/transforms/_presets.py.
"""

OTHER_SCALE = "imagenet"
"""What the difference "other-preparation" scales inputs by."""

SPLITS = (1, 2)
"""Versions of the rule that draws the split, see `clsf.data.split`; the last one is today's."""

MAX_EPOCHS = 1000
MAX_BATCH = 4096
MAX_IMAGE_SIZE = 256  # pixels

WEIGHTS = ("imagenet",)
"""What weights can be trained on before, see `clsf.model.pretrained`."""

__all__ = [
    "CLIPPINGS",
    "COLOURS",
    "DEVICES",
    "DIFFERENCES",
    "DTYPES",
    "FIXED_SCALES",
    "LEARNING_RATES",
    "LOSSES",
    "MAX_BATCH",
    "MAX_EPOCHS",
    "MAX_IMAGE_SIZE",
    "MONITORS",
    "OPTIMIZERS",
    "RULES",
    "SCALES",
    "SCHEDULES",
    "STARTS",
    "WEIGHTS",
    "Augmentation",
    "Clipping",
    "FrozenDict",
    "Plan",
    "Plateau",
    "Preparation",
    "Schedule",
    "Stopping",
    "fixed_scale",
]  # fmt: skip


TRAIN_LAYERS = re.compile(r"all|head|last:[1-9][0-9]{0,2}")


def fixed_scale(scale: str, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and deviation per channel, in pixel values, of a scale that needs no images. One channel gets the mean of three."""
    return tuple(
        values if len(values) == channels else (sum(values) / len(values),) * channels for values in FIXED_SCALES[scale]
    )


@dataclass(frozen=True, slots=True)
class Preparation:
    """How every image, training or not, is prepared before the model."""

    image_size: int | None = None  # side in pixels that images are resized to; None keeps their size
    colour: Colour = "keep"
    scale: Scale = (
        "zero-one"  # [0, 1], [-1, 1], mean 0 and deviation 1 over the training images, or that of a pretrained network
    )

    def __post_init__(self) -> None:
        if self.image_size is not None:
            checks.whole(PlanError, word("image_size"), self.image_size, 4, MAX_IMAGE_SIZE)
        checks.known(PlanError, word("colour"), self.colour, COLOURS)
        checks.known(PlanError, word("scale"), self.scale, SCALES)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: one value for both frameworks, with the same meaning of each field.

    `rules="aligned"`: both frameworks follow one written rule (Keras' update formulas; dropout masks drawn in NumPy).
    `rules="native"`: each uses its own rule of the optimizer's name, with its own dropout. Initial weights, batches,
    the batch normalisation rule and padding are equal either way.
    """

    data: str  # a data set's name
    preparation: Preparation = field(default_factory=Preparation)
    validation_share: float = 0.2  # of the training images, drawn with the seed, never trained on
    train_limit: int | None = None  # at most this many training images; None: all
    split: int = 2  # version of the rule that draws it, see `clsf.data.split`; 1 in plans that were written without it
    epochs: int = 5
    batch_size: int = 32
    optimizer: str = DEFAULT  # see `clsf.optimizers`
    learning_rate: float = LEARNING_RATES[DEFAULT]
    hyper: FrozenDict = NOTHING  # chosen hyper-parameters of the optimizer, by their names in Keras
    rules: Rules = "aligned"
    start: Start = "glorot"  # initial weights: Keras' scheme or torch's, drawn in NumPy, the same arrays for both
    dtype: Dtype = "float32"
    mixed: bool = False  # layers compute in bfloat16; weights, updates and the loss stay in float32
    seed: int = 0  # for the split, the batches, the initial weights and the dropout masks
    variants: FrozenDict = NOTHING  # framework -> variant of its loop; the default if left out
    device: Device = "auto"  # a GPU if the framework finds one; "cpu": never
    loss: str = loss_kinds.DEFAULT  # see `clsf.loss_kinds`
    probabilities: bool = False  # the model's last layer gives probabilities (softmax, or sigmoid of one output), not logits
    label_smoothing: float = 0.0  # share of the target that is spread evenly over all classes; not for integer labels
    l1: float = 0.0  # adds l1 * (sum of absolute values of all kernels) to what is minimised
    l2: float = 0.0  # adds l2 * (sum of squares of all kernels) to what is minimised; the reported loss excludes it
    weight_decay: float = 0.0  # "aligned": every weight loses learning rate * weight_decay of itself before each update
    schedule: Schedule = field(default_factory=Schedule)  # how the learning rate changes with the steps
    plateau: Plateau | None = None  # reduce the learning rate when the validation loss no longer falls; None: don't
    clipping: Clipping | None = None  # of gradients, before the update; None: no clipping
    accumulate: int = 1  # batches whose mean gradient makes one update
    average: float = (
        0.0  # share that a moving average of the weights keeps at each update; the average is evaluated and kept. 0: none
    )
    balanced: bool = False  # images of rare classes count more: images / (classes * images of the class)
    stopping: Stopping = field(default_factory=Stopping)  # early stopping, and which epoch's weights are kept
    augmentation: Augmentation = field(default_factory=Augmentation)  # how training images are varied
    look_inside: bool = False  # also report weights, gradients, activations and predictions, which costs time
    begin_from: str | None = None  # id of the run whose final weights this one begins with; None: `start`
    epochs_before: int = 0  # epochs that these weights were trained for; the order of the batches goes on from there
    weights: str | None = None  # "imagenet": pretrained arrays where the model has a pretrained network's layers; None: `start`
    train_layers: str = "all"  # "head": the last dense layer alone; "last:K": the last K blocks too; see `clsf.model.freezing`
    backbone_rate: float | None = None  # learning rate of all trained layers except the head; None: the same
    freeze_norms: bool = False  # batch normalisation of layers that train keeps its moving statistics, and uses them
    differences: tuple[str, ...] = ()  # deliberate deviations of this run, see DIFFERENCES

    def __post_init__(self) -> None:
        if not isinstance(self.data, str) or not self.data.strip() or len(self.data) > 200:
            raise PlanError("{what} is {value}, but must name a data set.", what=word("data"), value=checks.shown(self.data))
        checks.number(PlanError, word("validation_share"), self.validation_share, 0, 0.9)
        if self.train_limit is not None:
            checks.whole(PlanError, word("train_limit"), self.train_limit, 1, 10_000_000)
        checks.one_of(PlanError, word("split"), self.split, SPLITS)
        checks.whole(PlanError, word("epochs"), self.epochs, 1, MAX_EPOCHS)
        checks.whole(PlanError, word("batch_size"), self.batch_size, 1, MAX_BATCH)
        checks.known(PlanError, word("optimizer"), self.optimizer, OPTIMIZERS)
        checks.number(PlanError, word("learning_rate"), self.learning_rate, 0, 1e12)
        self._check_hyper()
        checks.known(PlanError, word("rules"), self.rules, RULES)
        checks.known(PlanError, word("start"), self.start, STARTS)
        checks.known(PlanError, word("dtype"), self.dtype, DTYPES)
        checks.whole(PlanError, word("seed"), self.seed, 0, 2**31 - 1)
        self._check_variants()
        checks.known(PlanError, word("device"), self.device, DEVICES)
        if self.l2 != 0:
            checks.number(PlanError, word("l2"), self.l2, 0, 10)
        checks.between(PlanError, word("l1"), self.l1, 0, 10)
        checks.between(PlanError, word("weight_decay"), self.weight_decay, 0, 10)
        self._check_loss()
        self._check_parts()
        checks.whole(PlanError, word("accumulate"), self.accumulate, 1, 1000)
        checks.between(PlanError, word("average"), self.average, 0, 0.99999)
        checks.one_of(PlanError, word("balanced"), self.balanced, (True, False))
        checks.one_of(PlanError, word("mixed"), self.mixed, (True, False))
        if self.mixed and self.dtype != "float32":
            raise PlanError(
                "Mixed precision keeps its weights in float32, but the number format is {dtype}. Choose float32, or no mixed "
                "precision.",
                dtype=self.dtype,
            )
        checks.one_of(PlanError, word("look_inside"), self.look_inside, (True, False))
        if self.begin_from is not None and (not isinstance(self.begin_from, str) or not 0 < len(self.begin_from) <= 100):
            raise PlanError(
                "{what} is {value}, but must be the id of a run.", what=word("begin_from"), value=checks.shown(self.begin_from)
            )
        checks.whole(PlanError, word("epochs_before"), self.epochs_before, 0, 1_000_000)
        self._check_freezing()
        if not isinstance(self.differences, tuple):
            raise PlanError(
                "{what} is {value}, but must be a list of names.",
                what=word("differences"),
                value=checks.shown(self.differences),
            )
        for name in self.differences:
            checks.known(PlanError, word("difference"), name, DIFFERENCES)

    def _check_freezing(self) -> None:
        if self.weights is not None:
            checks.known(PlanError, word("weights"), self.weights, WEIGHTS)
            if self.begin_from is not None:
                raise PlanError(
                    "The run is to begin with the weights of the run {run} and with pretrained ones ({weights}). Choose one of the two.",
                    run=self.begin_from, weights=self.weights,
                )  # fmt: skip
        if not isinstance(self.train_layers, str) or not TRAIN_LAYERS.fullmatch(self.train_layers):
            raise PlanError(
                "{what} is {value}, but must be all, head, or last:K with the number of blocks, such as last:2.",
                what=word("train_layers"), value=checks.shown(self.train_layers),
            )  # fmt: skip
        checks.one_of(PlanError, word("freeze_norms"), self.freeze_norms, (True, False))
        if self.backbone_rate is None:
            return
        checks.number(PlanError, word("backbone_rate"), self.backbone_rate, 0, 1e12)
        if self.variants["tensorflow"] == "fit":
            raise PlanError(
                "A separate learning rate for the backbone needs two optimizers, but model.fit takes one. Choose another "
                "variant of TensorFlow's loop, or one learning rate for all layers."
            )
        if self.clipping is not None and self.clipping.kind == "global-norm":
            raise PlanError(
                "A separate learning rate for the backbone makes two optimizers, and the norm of all gradients would be taken for "
                "each alone. Clip each array by itself, or choose one learning rate for all layers."
            )

    def _check_variants(self) -> None:
        if not isinstance(self.variants, Mapping):
            raise PlanError(
                "{what} is {value}, but must name a variant for each framework.",
                what=word("variants"), value=checks.shown(self.variants),
            )  # fmt: skip
        for framework, variant in self.variants.items():
            checks.known(PlanError, word("framework"), framework, VARIANTS)
            checks.known(PlanError, say("variant of {framework}", framework=TITLES[framework]), variant, VARIANTS[framework])
        object.__setattr__(self, "variants", FrozenDict({**USUAL, **self.variants}))

    def _check_hyper(self) -> None:
        if not isinstance(self.hyper, Mapping):
            raise PlanError(
                "{what} is {value}, but must name hyper-parameters and their values.",
                what=word("hyper"), value=checks.shown(self.hyper),
            )  # fmt: skip
        ranges = {setting.name: setting.high for setting in DECLARED[self.optimizer].settings}
        for name, value in self.hyper.items():
            checks.known(PlanError, say("hyper-parameter of {optimizer}", optimizer=self.optimizer), name, ranges)
            checks.between(PlanError, word(name), value, 0, ranges[name])
        object.__setattr__(self, "hyper", FrozenDict(self.hyper))

    def _check_loss(self) -> None:
        checks.known(PlanError, word("loss"), self.loss, LOSSES)
        checks.one_of(PlanError, word("probabilities"), self.probabilities, (True, False))
        checks.between(PlanError, word("label_smoothing"), self.label_smoothing, 0, 0.9)
        if self.label_smoothing and not self.loss_kind.smooths:
            raise PlanError(
                "Label smoothing is {value}, but Keras' sparse loss can't smooth: its label is one whole number. (PyTorch's F.cross_entropy could.) "
                "Choose the categorical loss, whose labels are one-hot rows.",
                value=f"{self.label_smoothing:g}",
            )

    def _check_parts(self) -> None:
        for name, kind in _PARTS.items():
            value = getattr(self, name)
            if not isinstance(value, kind) and not (name in _OPTIONAL and value is None):
                raise PlanError(
                    "{what} is {value}, but must be a {kind}.", what=word(name), value=checks.shown(value), kind=kind.__name__
                )
        if self.schedule.warmup_epochs > self.epochs:
            raise PlanError(say_n(
                "The learning rate is to rise for {warmup} epochs, but there is only {epochs}. Choose a shorter "
                "warm-up, or more epochs.",
                "The learning rate is to rise for {warmup} epochs, but there are only {epochs}. Choose a shorter warm-up, or "
                "more epochs.",
                self.epochs,
                warmup=f"{self.schedule.warmup_epochs:g}", epochs=self.epochs,
            ))  # fmt: skip

    @property
    def loss_kind(self) -> loss_kinds.LossKind:
        """The loss."""
        return LOSS_KINDS[self.loss]

    def does(self, difference: str) -> bool:
        """Return whether the run has this difference."""
        return difference in self.differences

    @property
    def scale(self) -> str:
        """How inputs are scaled: by the preparation, or by a difference."""
        if self.does("other-preparation"):
            return OTHER_SCALE
        return "minus-one-one" if self.does("input-scale") else self.preparation.scale

    @property
    def as_prepared(self) -> Plan:
        """The plan with the scale of its differences in its preparation."""
        return (
            self if self.scale == self.preparation.scale else self.but(preparation=replace(self.preparation, scale=self.scale))
        )

    @property
    def freezes(self) -> str:
        """What trains in this run, in the form of `train_layers`: all, if freezing came too late."""
        return "all" if self.does("trainable-after-compile") else self.train_layers

    @property
    def decay(self) -> float:
        """Decoupled weight decay in force by the aligned rule: the chosen one, or the optimizer's default (AdamW)."""
        return self.weight_decay or DECLARED[self.optimizer].decay

    @property
    def native_optimizer(self) -> bool:
        """Whether the framework's own rule of the optimizer is used."""
        return self.rules == "native" or self.does(f"{self.optimizer}-rule")

    @property
    def native_dropout(self) -> bool:
        """Whether the framework draws its dropout masks itself."""
        return self.rules == "native" or self.does("dropout-masks")

    def but(self, **changes: object) -> Plan:
        """Return the plan with some fields changed, checked again.

        `variants` changes only those that it names; a new optimizer starts with its default hyper-parameters.
        """
        if "variants" in changes:
            changes["variants"] = {**self.variants, **changes["variants"]}
        if changes.get("optimizer", self.optimizer) != self.optimizer:
            changes.setdefault("hyper", {})
        return replace(self, **changes)

    def to_json(self) -> dict:
        return asdict(self) | {"variants": dict(self.variants), "hyper": dict(self.hyper)}

    @classmethod
    def from_json(cls, data: object) -> Plan:
        """Read what `to_json` wrote, also in older versions with fewer fields. Raises PlanError naming the wrong field."""
        if isinstance(data, dict):
            data = _with_variants(data)
        values = {"split": SPLITS[0]} | _known_fields(cls, data, say("a plan"))
        for name, kind in _PARTS.items():
            if name in values and not (name in _OPTIONAL and values[name] is None):
                values[name] = kind(**_known_fields(kind, values[name], _PART_WORDS[name]))
        if isinstance(values.get("differences"), list):
            values["differences"] = tuple(values["differences"])
        if "data" not in values:
            raise PlanError("A plan needs the field '{name}'.", name="data")
        return cls(**values)


_PARTS = {
    "preparation": Preparation, "schedule": Schedule, "plateau": Plateau, "clipping": Clipping, "stopping": Stopping,
    "augmentation": Augmentation,
}  # fmt: skip
_OPTIONAL = ("plateau", "clipping")
_PART_WORDS = {
    "preparation": say("a preparation"),
    "schedule": say("a schedule"),
    "plateau": say("a plateau"),
    "clipping": say("a clipping"),
    "stopping": say("a stopping"),
    "augmentation": say("an augmentation"),
}


def _with_variants(data: dict) -> dict:
    """Return the plan's JSON with `variants`; older plans had one field for each framework: "torch_variant"."""
    old = {name: data[field] for name in VARIANTS if (field := f"{name}_variant") in data}
    if not old:
        return data
    return {k: v for k, v in data.items() if k.removesuffix("_variant") not in old} | {"variants": old}


def _known_fields(cls: type, data: object, what: object) -> dict:
    if not isinstance(data, dict):
        raise PlanError("{what} is a JSON object, but this is {value}.", what=what, value=checks.shown(data))
    names = [f.name for f in fields(cls)]
    for name in data:
        checks.known(PlanError, word("field"), name, names)
    return dict(data)
