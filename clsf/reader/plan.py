"""From a program to our plan: data set, preparation, loss, optimizer, epochs, callbacks; unreadable parts are reported."""

from __future__ import annotations

from clsf.errors import PlanError
from clsf.loss_kinds import DEFAULT, LOSSES, ONE_HOT
from clsf.optimizer_calls import own_rate
from clsf.optimizers import OPTIMIZERS, POPULAR, named
from clsf.plan import LEARNING_RATES, MAX_BATCH, MAX_EPOCHS, Plan, Plateau, Preparation, Stopping
from clsf.reader import folding
from clsf.reader.extent import batch_size, validation_share
from clsf.reader.extent import epochs as epochs_of
from clsf.reader.habits import clipping, penalties, updates
from clsf.reader.program import Program
from clsf.reader.schedules import schedule_of
from clsf.reader.training import rate_of
from clsf.reader.values import Made
from clsf.reader.variation import augmentation
from clsf.reader.watching import watched
from clsf.words import Sentence, say

SETS = ("digits", "mnist", "fashion-mnist", "cifar10", "shapes")
Told = list[tuple[int, Sentence]]


def plan_of(program: Program) -> tuple[Plan, Told]:
    """Return the plan of a program, and the assumptions where it could not be read."""
    told: Told = []
    data = _data(program, told)
    values: dict = {"data": data, "preparation": _preparation(program, told, data)}
    values |= _loop(program, told) | _loss(program) | updates(program) | {"clipping": clipping(program)}
    change = schedule_of(program, _given_rate(program), values.get("epochs", 5), values.get("batch_size", 32))
    values |= _optimizer(program, told, change.rate) | _penalties(program) | _callbacks(program)
    values["augmentation"], left_out = augmentation(program)
    if change.schedule is not None:
        values["schedule"] = change.schedule
    told += [note for note in (change.note, left_out) if note is not None]
    try:
        return Plan(**values), told
    except PlanError as error:
        told.append((0, error.sentence))
        return Plan(data=values["data"]), told


def _data(program: Program, told: Told) -> str:
    source = program.x.source if program.x is not None else ""
    if source in SETS:
        return source
    loaded = {e["name"] for e in program.events if e.kind == "set"} & set(SETS)
    if any(f.name == "draw_shapes" for f in program.machine.functions):
        loaded = {"shapes"}
    if len(loaded) == 1 and source in ("", "numpy.load"):
        return loaded.pop()
    shape = program.input_shape
    stand_in = "cifar10" if shape is not None and len(shape) == 3 and shape[2] == 3 else "mnist"
    told.append(
        (
            program.x.made if program.x is not None else 0,
            say("The data set {name} stands for the program's own images.", name=stand_in),
        )
    )
    return stand_in


def _preparation(program: Program, told: Told, data: str) -> Preparation:
    x, fit = program.x, _fitted(program, data)
    if x is None:
        told.append((0, say("How the images are prepared was not found; values from 0 to 1 are assumed.")))
        return Preparation(**fit)
    scale = {"unit": "zero-one", "centred": "minus-one-one", "standard": "standardise"}.get(x.scale)
    if scale == "standardise" and _halves(program):
        scale = "minus-one-one"
    for op in program.ops:
        if op.kind == "Rescaling":
            offset = op.made.get("offset", 1, 0) if op.made is not None else 0
            scale = scale or ("minus-one-one" if offset == -1 else "zero-one")
    if scale is None:
        told.append((x.line, say("Values from 0 to 1 are assumed; the program's own scale is another one, or was not found.")))
    return Preparation(scale=scale or "zero-one", **fit)


def _fitted(program: Program, data: str) -> dict:
    """Return the size and the colours that the images are brought to: what the model takes, where the set has others."""
    own = {e["name"] for e in program.events if e.kind == "set"} | {"shapes", program.x.source if program.x is not None else ""}
    if program.input_shape is None or len(program.input_shape) != 3 or data not in own:
        return {}
    side, channels = {"mnist": (28, 1), "fashion-mnist": (28, 1), "cifar10": (32, 3), "digits": (8, 1), "shapes": (32, 3)}[data]
    h, w, c = program.input_shape
    size = h if h == w and h != side and 4 <= h <= 256 else None
    return {"image_size": size, "colour": "keep" if c == channels or c not in (1, 3) else "rgb" if c == 3 else "grey"}


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


def _given_rate(program: Program) -> object:
    return rate_of(program.optimizer)[0] if program.optimizer is not None else None


def _optimizer(program: Program, told: Told, scheduled: float | None) -> dict:
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
    hyper |= {s.name: x for s in declared.settings if (x := _setting(made, s.torch if program.torch else s.name)) is not None
              and not s.decides and x != s.usual and 0 <= x <= s.high}  # fmt: skip
    rate, line = rate_of(made)
    if scheduled is not None:
        rate = scheduled
    if rate is None:
        rate = own_rate(declared, "torch" if program.torch else "tensorflow")
    if not folding.number(rate) or not 0 < rate <= 1e12:
        told.append((line, say("The learning rate was not found; {value} is assumed.", value=LEARNING_RATES[name])))
        rate = LEARNING_RATES[name]
    settings = {"optimizer": name, "learning_rate": float(rate)}
    if hyper:
        settings["hyper"] = hyper
    decay = made.get("weight_decay")
    if folding.number(decay) and 0 < decay <= 10:
        if program.torch and not declared.decoupled:
            settings["l2"] = decay / 2
        else:
            settings["weight_decay"] = float(decay)
    return settings


def _setting(made: Made, name: str) -> float | None:
    """Return a number that an optimizer is given; "betas.0" is the first of a pair."""
    name, _, place = name.partition(".")
    value = made.kwargs.get(name)
    if place and isinstance(value, list | tuple) and int(place) < len(value):
        value = value[int(place)]
    return float(value) if folding.number(value) else None


def _loop(program: Program, told: Told) -> dict:
    settings: dict = {}
    epochs = epochs_of(program)
    if isinstance(epochs, int) and 1 <= epochs <= MAX_EPOCHS:
        settings["epochs"] = epochs
    else:
        told.append((0, say("The number of epochs was not found; {value} is assumed.", value=5)))
    batch = batch_size(program)
    if isinstance(batch, int) and 1 <= batch <= MAX_BATCH:
        settings["batch_size"] = batch
    elif program.fit is None or program.loader is not None:
        told.append((0, say("The batch size was not found; {value} is assumed.", value=32)))
    share = validation_share(program)
    if share is not None:
        settings["validation_share"] = share
    seeds = [
        n
        for name, n in program.machine.module.names.items()
        if name.lower() in ("seed", "random_seed", "random_state") and isinstance(n, int)
    ]
    if seeds and 0 <= seeds[0] < 2**31:
        settings["seed"] = seeds[0]
    return settings


def _loss(program: Program) -> dict:
    loss = program.loss
    if loss is None:
        return {}
    kind = LOSSES.get(loss.kind, LOSSES[DEFAULT])
    if loss.kind == "cross-entropy" and program.y is not None and program.y.one_hot:
        kind = LOSSES[ONE_HOT]
    last = last_activation(program)
    if kind.one_output and program.spec is not None:
        units = next((layer.units for layer in reversed(program.spec.layers) if layer.role == "Linear"), 1)
        kind = kind if units == 1 else LOSSES[DEFAULT]
    settings: dict = {"loss": kind.name, "probabilities": not loss.logits and last == kind.ending}
    if loss.made is not None:
        smoothing = loss.made.get("label_smoothing")
        if folding.number(smoothing) and 0 < smoothing <= 0.9:
            settings |= {"label_smoothing": float(smoothing), "loss": kind.name if kind.smooths else ONE_HOT}
    times = next((x[1] for x in program.y.extra if x[0] == "times"), None) if program.y is not None else None
    if times is not None and "label_smoothing" not in settings and not kind.one_output:
        settings |= {"label_smoothing": round(1 - times, 6), "loss": ONE_HOT}
    return settings


def last_activation(program: Program) -> str:
    """Return the activation that the model ends in, "linear" for none."""
    if program.spec is None or not program.spec.layers:
        return "linear"
    return program.spec.layers[-1].function


def _callbacks(program: Program) -> dict:
    settings: dict = {}
    given = program.fit.kwargs.get("callbacks") if program.fit is not None else None
    stopping: dict = {}
    for item in given if isinstance(given, list | tuple) else [given] if isinstance(given, Made) else []:
        if not isinstance(item, Made):
            continue
        monitor = item.get("monitor", 0, "val_loss")
        by = "accuracy" if isinstance(monitor, str) and "acc" in monitor else "loss"
        if item.name == "EarlyStopping":
            patience = item.get("patience", 2, 0)
            delta = item.get("min_delta", 1, 0)
            stopping |= {"patience": patience if isinstance(patience, int) and 1 <= patience <= 1000 else 1, "restore_best": item.get("restore_best_weights") is True, "monitor": by,
                         "min_delta": float(delta) if folding.number(delta) and 0 <= delta <= 10 else 0.0}  # fmt: skip
        elif item.name == "ModelCheckpoint":
            stopping |= {"checkpoint": item.get("save_best_only") is True, "monitor": stopping.get("monitor", by)}
        elif item.name == "ReduceLROnPlateau":
            patience, factor, delta, lowest = (
                item.get("patience", 2, 10),
                item.get("factor", 1, 0.1),
                item.get("min_delta", None, 1e-4),
                item.get("min_lr", None, 0),
            )
            if isinstance(patience, int) and patience >= 1 and folding.number(factor) and 0 <= factor < 1:
                settings["plateau"] = Plateau(
                    patience,
                    float(factor),
                    float(delta) if folding.number(delta) and 0 <= delta <= 10 else 1e-4,
                    float(lowest) if folding.number(lowest) and lowest >= 0 else 0.0,
                )
    by_hand, plateau = watched(program)
    for event in program.events:
        if event.kind == "scheduler" and event["made"].name == "ReduceLROnPlateau":
            plateau = plateau or _plateau(event["made"])
    if stopping or by_hand:
        settings["stopping"] = Stopping(**(by_hand | stopping))
    if plateau is not None and "plateau" not in settings:
        settings["plateau"] = plateau
    return settings


def _plateau(made: Made) -> Plateau | None:
    """Return what torch's ReduceLROnPlateau means: it waits one epoch more than Keras' for the same number."""
    patience, factor, delta, lowest = (
        made.get("patience", 3, 10),
        made.get("factor", 2, 0.1),
        made.get("threshold", 4, 1e-4),
        made.get("min_lr", 7, 0),
    )
    if not (isinstance(patience, int) and 0 <= patience < 1000 and folding.number(factor) and 0 <= factor < 1):
        return None
    delta = float(delta) if folding.number(delta) and 0 <= delta <= 10 else 1e-4
    return Plateau(patience + 1, float(factor), delta, float(lowest) if folding.number(lowest) and lowest >= 0 else 0.0)


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
    return penalties(program)
