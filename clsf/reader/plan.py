"""From a program to our plan: data set, preparation, loss, optimizer, epochs, callbacks; what can't be read is told."""

from __future__ import annotations

from clsf.errors import PlanError
from clsf.optimizer_calls import own_rate
from clsf.optimizers import OPTIMIZERS, POPULAR, named
from clsf.plan import LEARNING_RATES, MAX_BATCH, MAX_EPOCHS, Augmentation, Plan, Plateau, Preparation, Schedule, Stopping
from clsf.reader import folding
from clsf.reader import values as v
from clsf.reader.program import Program
from clsf.reader.training import rate_of
from clsf.reader.values import UNKNOWN, Made
from clsf.words import Sentence, say

SETS = ("digits", "mnist", "fashion-mnist", "cifar10", "shapes")
Told = list[tuple[int, Sentence]]


def plan_of(program: Program) -> tuple[Plan, Told]:
    """Return the plan of a program, and what was assumed where it could not be read."""
    told: Told = []
    values: dict = {"data": _data(program, told), "preparation": _preparation(program, told)}
    values |= _optimizer(program, told) | _loop(program, told) | _loss(program) | _callbacks(program) | _penalties(program)
    try:
        return Plan(**values), told
    except PlanError as error:
        told.append((0, error.sentence))
        return Plan(data=values["data"]), told


def _data(program: Program, told: Told) -> str:
    source = program.x.source if program.x is not None else ""
    if source in SETS:
        return source
    shape = program.input_shape
    stand_in = "cifar10" if shape is not None and len(shape) == 3 and shape[2] == 3 else "mnist"
    told.append(
        (
            program.x.made if program.x is not None else 0,
            say("The data set {name} stands for the program's own images.", name=stand_in),
        )
    )
    return stand_in


def _preparation(program: Program, told: Told) -> Preparation:
    x = program.x
    if x is None:
        told.append((0, say("How the images are prepared was not found; values from 0 to 1 are assumed.")))
        return Preparation()
    scale = {"unit": "zero-one", "centred": "minus-one-one", "standard": "standardise"}.get(x.scale)
    if scale == "standardise" and _halves(program):
        scale = "minus-one-one"
    if any(op.kind == "Rescaling" for op in program.ops):
        scale = scale or "zero-one"
    if scale is None:
        told.append((x.line, say("Values from 0 to 1 are assumed; the program's own scale is another one, or was not found.")))
    size = None
    if program.x.source in SETS and program.input_shape is not None and len(program.input_shape) == 3:
        usual = {"mnist": 28, "fashion-mnist": 28, "cifar10": 32, "digits": 8, "shapes": 32}[program.x.source]
        h, w, _ = program.input_shape
        size = h if h == w and h != usual and 4 <= h <= 256 else None
    return Preparation(image_size=size, scale=scale or "zero-one")


def _halves(program: Program) -> bool:
    """Whether a Normalize with mean and deviation 0.5 follows ToTensor: values from -1 to 1."""
    base = program.loader.made if program.loader is not None else None
    if not isinstance(base, Made):
        return False
    while base.path == "subset" and base.args and isinstance(base.args[0], Made):
        base = base.args[0]
    for step in program.machine.transforms(base.get("transform", 3)):
        if isinstance(step, Made) and step.name == "Normalize":
            numbers = [
                n for a in (step.get("mean", 0), step.get("std", 1)) for n in (a if isinstance(a, list | tuple) else [a])
            ]
            return bool(numbers) and all(n == 0.5 for n in numbers)
    return False


def _optimizer(program: Program, told: Told) -> dict:
    made = program.optimizer
    if made is None:
        told.append((0, say("No optimizer was found; {name} is assumed.", name=POPULAR)))
        return {"optimizer": POPULAR, "learning_rate": LEARNING_RATES[POPULAR]}
    momentum = made.get("momentum", 2 if program.torch else 1, 0)
    momentum = float(momentum) if folding.number(momentum) and momentum > 0 else 0.0
    declared = named(
        made.name.lower().removeprefix("keras"), momentum=momentum, nesterov=made.get("nesterov", None, False) is True
    )
    if declared is None:
        declared = OPTIMIZERS[POPULAR]
        told.append((made.line, say("{near} stands for the optimizer {name}.", near=declared.name, name=made.name)))
    name = declared.name
    hyper = {s.name: momentum for s in declared.settings if s.decides and 0 < momentum <= s.high and momentum != s.usual}
    rate, line = rate_of(made)
    if rate is None:
        rate = own_rate(declared, "torch" if program.torch else "tensorflow")
    if not folding.number(rate) or not 0 < rate <= 1e12:
        told.append((line, say("The learning rate was not found; {value} is assumed.", value=LEARNING_RATES[name])))
        rate = LEARNING_RATES[name]
    found = {"optimizer": name, "learning_rate": float(rate)}
    if hyper:
        found["hyper"] = hyper
    decay = made.get("weight_decay")
    if folding.number(decay) and 0 < decay <= 10:
        if program.torch and not declared.decoupled:
            found["l2"] = decay / 2
        else:
            found["weight_decay"] = float(decay)
    return found


def _loop(program: Program, told: Told) -> dict:
    found: dict = {}
    epochs = _epochs(program)
    if isinstance(epochs, int) and 1 <= epochs <= MAX_EPOCHS:
        found["epochs"] = epochs
    else:
        told.append((0, say("The number of epochs was not found; {value} is assumed.", value=5)))
    batch = batch_size(program)
    if isinstance(batch, int) and 1 <= batch <= MAX_BATCH:
        found["batch_size"] = batch
    elif program.fit is None or program.loader is not None:
        told.append((0, say("The batch size was not found; {value} is assumed.", value=32)))
    share = validation_share(program)
    if share is not None:
        found["validation_share"] = share
    seeds = [
        n
        for name, n in program.machine.module.names.items()
        if name.lower() in ("seed", "random_seed", "random_state") and isinstance(n, int)
    ]
    if seeds and 0 <= seeds[0] < 2**31:
        found["seed"] = seeds[0]
    return found


def _epochs(program: Program) -> object:
    if program.fit is not None:
        return program.fit.get("epochs", 3, program.fit.kwargs.get("nb_epoch", 1))
    for event in program.events:
        if event.kind in ("backward", "apply", "optimizer-step", "train-batch") and event.loops:
            outer = event.loops[0][0][0]
            found = _loop_count(program, outer)
            if found is not None:
                return found
    for event in program.events:
        if event.kind == "loss" and event.loops:
            return _loop_count(program, event.loops[0][0][0])
    return None


def _loop_count(program: Program, line: int) -> int | None:
    return program.machine.loop_sizes.get(line)


def batch_size(program: Program) -> object:
    """Return the batch size of training, or None."""
    if program.fit is not None and program.loader is None:
        return program.fit.get("batch_size", 2, 32)
    if program.loader is not None:
        return program.loader.batch
    if program.x is not None:
        return next(
            (
                n
                for name, n in program.machine.module.names.items()
                if name.lower() in ("batch_size", "batchsize", "bs", "batch") and isinstance(n, int)
            ),
            None,
        )
    return None


def validation_share(program: Program) -> float | None:
    """Return the share of the training images that is held back, or None."""
    if program.fit is not None:
        share = program.fit.kwargs.get("validation_split")
        if folding.number(share) and 0 < share <= 0.9:
            return float(share)
    base = program.loader.made if program.loader is not None else None
    if isinstance(base, Made) and folding.number(base.get("validation_split")) and 0 < base.get("validation_split") <= 0.9:
        return float(base.get("validation_split"))
    for event in program.events:
        if event.kind == "split":
            size = event["kwargs"].get("test_size", 0.25)
            if folding.number(size) and 0 < size <= 0.9:
                return float(size)
    for event in program.events:
        if event.kind == "share" and folding.number(event["value"]):
            return round(event["value"] if event["value"] < 0.5 else 1 - event["value"], 6)
    return None


def _loss(program: Program) -> dict:
    loss = program.loss
    if loss is None:
        return {}
    kind = {"categorical": "categorical", "binary": "binary"}.get(loss.kind, "sparse")
    if loss.kind == "cross-entropy" and program.y is not None and program.y.one_hot:
        kind = "categorical"
    last = last_activation(program)
    if kind == "binary" and program.spec is not None:
        units = next((layer.units for layer in reversed(program.spec.layers) if layer.role == "Linear"), 1)
        kind = "binary" if units == 1 else "sparse"
    found: dict = {"loss": kind, "probabilities": not loss.logits and last == ("sigmoid" if kind == "binary" else "softmax")}
    if loss.made is not None:
        smoothing = loss.made.get("label_smoothing")
        if folding.number(smoothing) and 0 < smoothing <= 0.9:
            found |= {"label_smoothing": float(smoothing), "loss": "categorical" if kind == "sparse" else kind}
    return found


def last_activation(program: Program) -> str:
    """Return the activation that the model ends in, "linear" for none."""
    if program.spec is None or not program.spec.layers:
        return "linear"
    return program.spec.layers[-1].function


def _callbacks(program: Program) -> dict:
    found: dict = {}
    given = program.fit.kwargs.get("callbacks") if program.fit is not None else None
    stopping: dict = {}
    for item in given if isinstance(given, list | tuple) else [given] if isinstance(given, Made) else []:
        if not isinstance(item, Made):
            continue
        monitor = item.get("monitor", 0, "val_loss")
        watched = "accuracy" if isinstance(monitor, str) and "acc" in monitor else "loss"
        if item.name == "EarlyStopping":
            patience = item.get("patience", 2, 0)
            delta = item.get("min_delta", 1, 0)
            stopping |= {"patience": patience if isinstance(patience, int) and 1 <= patience <= 1000 else 1, "restore_best": item.get("restore_best_weights") is True, "monitor": watched,
                         "min_delta": float(delta) if folding.number(delta) and 0 <= delta <= 10 else 0.0}  # fmt: skip
        elif item.name == "ModelCheckpoint":
            stopping |= {"checkpoint": item.get("save_best_only") is True, "monitor": stopping.get("monitor", watched)}
        elif item.name == "ReduceLROnPlateau":
            patience, factor, delta, lowest = (
                item.get("patience", 2, 10),
                item.get("factor", 1, 0.1),
                item.get("min_delta", None, 1e-4),
                item.get("min_lr", None, 0),
            )
            if isinstance(patience, int) and patience >= 1 and folding.number(factor) and 0 <= factor < 1:
                found["plateau"] = Plateau(
                    patience,
                    float(factor),
                    float(delta) if folding.number(delta) and 0 <= delta <= 10 else 1e-4,
                    float(lowest) if folding.number(lowest) and lowest >= 0 else 0.0,
                )
    if stopping:
        found["stopping"] = Stopping(**stopping)
    schedule = _schedule(program)
    if schedule is not None:
        found["schedule"] = schedule
    augmentation = _augmentation(program)
    if augmentation.any:
        found["augmentation"] = augmentation
    return found


def _schedule(program: Program) -> Schedule | None:
    for event in program.events:
        if event.kind == "scheduler":
            made = event["made"]
            if made.name == "StepLR":
                every, factor = made.get("step_size", 1), made.get("gamma", 2, 0.1)
                if isinstance(every, int) and 1 <= every <= 1000 and folding.number(factor) and 0 < factor <= 1:
                    return Schedule("step", factor=float(factor), every=every)
            if made.name == "ExponentialLR" and folding.number(made.get("gamma", 1)) and 0 < made.get("gamma", 1) <= 1:
                return Schedule("exponential", factor=float(made.get("gamma", 1)))
            if made.name.startswith("CosineAnnealing"):
                return Schedule("cosine")
    rate = rate_of(program.optimizer)[0] if program.optimizer is not None else None
    if isinstance(rate, Made) and rate.name == "CosineDecay":
        return Schedule("cosine")
    return None


def _augmentation(program: Program) -> Augmentation:
    values: dict = {}
    for op in program.ops:
        if op.kind == "Augment" and isinstance(op.made, Made):
            _augment_by(op.made, values, program)
    base = program.loader.made if program.loader is not None else None
    if isinstance(base, Made):
        while base.path == "subset" and base.args and isinstance(base.args[0], Made):
            base = base.args[0]
        for step in program.machine.transforms(base.get("transform", 3)):
            if isinstance(step, Made):
                _augment_by(step, values, program)
        if base.path == "keras.ImageDataGenerator":
            if base.get("horizontal_flip") is True:
                values["flip"] = True
            if folding.number(base.get("rotation_range")) and 0 < base.get("rotation_range") <= 180:
                values["rotation"] = float(base.get("rotation_range"))
            side = program.input_shape[0] if program.input_shape is not None else 0
            shift = base.get("width_shift_range", None, 0)
            if folding.number(shift) and 0 < shift < 1:
                values["shift"] = min(round(shift * side), 128)
    return Augmentation(**values)


def _augment_by(made: Made, values: dict, program: Program) -> None:
    first = made.args[0] if made.args else UNKNOWN
    side = program.input_shape[0] if program.input_shape is not None else 0
    match made.name:
        case "RandomHorizontalFlip":
            values["flip"] = True
        case "RandomFlip" if first in ("horizontal", UNKNOWN) or not made.args:
            values["flip"] = True
        case "RandomRotation":
            degrees = made.get("degrees", 0, made.get("factor", 0))
            if folding.number(degrees) and degrees > 0:
                values["rotation"] = min(float(degrees if made.path.startswith("torch") else degrees * 360), 180.0)
        case "RandomCrop":
            padding = made.get("padding", 1)
            if isinstance(padding, int) and 0 < padding <= 128:
                values["shift"] = padding
        case "RandomTranslation":
            if folding.number(first) and 0 < first < 1:
                values["shift"] = min(round(first * side), 128)


def _penalties(program: Program) -> dict:
    for op in program.ops:
        made = op.settings.get("regularizer")
        if isinstance(made, Made):
            low = made.name.lower()
            first = made.args[0] if made.args else made.kwargs.get("l", made.kwargs.get(low, 0.01))
            if low in ("l2", "l1") and folding.number(first) and 0 < first <= 10:
                return {low: float(first)}
            if low in ("l1l2", "l1_l2"):
                pair = {
                    name: made.kwargs.get(name, made.args[n] if n < len(made.args) else 0.0)
                    for n, name in enumerate(("l1", "l2"))
                }
                return {k: float(x) for k, x in pair.items() if folding.number(x) and 0 < x <= 10}
        elif isinstance(made, str) and made.lower() in ("l1", "l2"):
            return {made.lower(): 0.01}
    return {}


__all__ = ["batch_size", "last_activation", "plan_of", "v", "validation_share"]


def batch_line(program: Program) -> int:
    """Return the line where the batch size is written."""
    if program.fit is not None and program.loader is None:
        return program.fit.line_of("batch_size", 2)
    if program.loader is not None:
        return program.loader.lines[1] if program.loader.lines else program.loader.line
    return 1
