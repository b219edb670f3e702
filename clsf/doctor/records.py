"""A run of the store as input for the run doctor. Everything is in its record; no array is read, no framework is used."""

from __future__ import annotations

import math

from clsf import losses
from clsf.faults.history import EpochNumbers, History, RunFacts
from clsf.faults.measures import Measures
from clsf.faults.probes import Seen
from clsf.model.changes import changed
from clsf.model.spec import Layer, ModelSpec
from clsf.runs.record import RunRecord

LOOKS = 3  # inspections of the layers whose gradient norms are compared


def history_of(record: RunRecord) -> History:
    """Return the curves of a run, which may still be training."""
    steps, count = record.steps, len(record.steps)
    epochs = tuple(
        EpochNumbers(e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy) for e in list(record.epochs)
    )
    return History(
        epochs, tuple(steps.losses[:count]), tuple(steps.accuracies[:count]), tuple(steps.gradient_norms[:count]),
        tuple(steps.learning_rates[:count]), "", record.over, tuple(steps.images_per_second[:count]),
    )  # fmt: skip


def facts_of(record: RunRecord) -> RunFacts:
    """Return the facts about a run: its model, its plan and its inspections."""
    plan = record.plan
    spec = changed(record.model, plan.differences)
    layers = list(_flat(spec))
    started = record.started
    classes = len(started.classes) if started and started.classes else _units(spec)
    ends = _ends_in(spec)
    hidden = _hidden(layers)
    predicted = record.predictions_looked[-1].confusion if record.predictions_looked else None
    hyper = dict(plan.hyper)
    return RunFacts(
        framework=record.framework,
        classes=classes,
        batch_size=plan.batch_size,
        train_images=started.train_images if started else None,
        optimizer=plan.optimizer,
        learning_rate=plan.learning_rate,
        momentum=hyper.get("momentum"),
        epsilon=hyper.get("epsilon"),
        weight_decay=plan.weight_decay,
        l2=max(plan.l1, plan.l2),
        loss="binary" if plan.loss_kind.one_output else "cross-entropy",
        loss_takes="probabilities" if plan.probabilities else "logits",
        outputs={"linear": "logits"}.get(ends, ends),
        output_units=losses.outputs(plan, classes) if classes else None,
        activations=hidden,
        dropouts=tuple(layer.rate for layer in layers if layer.drops),
        batch_norms=sum(layer.role == "Batchwise" for layer in layers),
        norm_momentum=next((layer.momentum for layer in layers if layer.role == "Batchwise"), None),
        narrowest=min((layer.units for layer in layers[:-1] if layer.role == "Linear"), default=None),
        inputs=(0.0, 1.0) if plan.scale in ("zero-one", "standardise") else (-1.0, 1.0),
        evaluated_in_training_mode=plan.does("eval-mode"),
        evaluation_varies=plan.does("dropout-at-evaluation") and any(x.drops and x.rate for x in layers),
        answers=_most_frequent(predicted) if predicted else None,
        first_to_last_gradient=_shrinks(record),
        dead=_dead(record),
        update_ratio=_update(record),
        broke_in=broke_in(record),
        validated=True,
        planned_epochs=plan.epochs,
        largest_class=_largest(predicted) if predicted else None,
        differences=plan.differences,
    )


def measures_of(record: RunRecord) -> Measures:
    """Return the measurements of a run inspected during training: gradient norms by layer, labels of the validation images."""
    looks = [{name: v.get("gradient_norm") for name, v in look.layers.items()} for look in record.layers_looked]
    names = [name for name in (looks[0] if looks else {}) if name.endswith("kernel")]
    gradients = tuple((name, looks[0][name] or 0.0, looks[-1].get(name) or 0.0) for name in names)
    rows = record.predictions_looked[-1].confusion if record.predictions_looked else None
    return Measures(gradients, validation_labels=tuple((n, sum(row)) for n, row in enumerate(rows or ())))


def seen_of(record: RunRecord, again: RunRecord | None = None) -> Seen:
    """Return a run as input for probes. `again`: the run that a probe with `run` started."""
    return Seen(history_of(record), facts_of(record), measures_of(record), None if again is None else history_of(again))


def _flat(spec: ModelSpec) -> list[Layer]:
    layers: list[Layer] = []
    waiting = list(spec.layers)
    while waiting:
        layer = waiting.pop(0)
        rows = list(layer.rows())
        if rows:
            waiting = [inner for _, row in rows for inner in row] + waiting
        else:
            layers.append(layer)
    return layers


def _hidden(layers: list[Layer]) -> tuple[str, ...] | None:
    """Return the activation of each layer with a kernel but the last: its own, or that of the next activation layer."""
    weighted = [n for n, layer in enumerate(layers) if layer.role in ("Convolution", "Linear")]
    names = []
    for place, n in enumerate(weighted[:-1]):
        between = layers[n + 1 : weighted[place + 1]]
        own = layers[n].activation
        later = [layer.name for layer in between if layer.role == "Function" and layer.name != "linear"]
        names.append(own if own != "linear" else (later[0] if later else "linear"))
    if any(not layer.linear and layer.role not in ("Convolution", "Linear", "Function", "MaxPool") for layer in layers):
        return None  # an unknown layer may be non-linear itself
    return tuple(names)


def _units(spec: ModelSpec) -> int | None:
    last = next((layer for layer in reversed(spec.layers) if layer.role == "Linear"), None)
    return None if last is None else max(last.units, 2)


def _ends_in(spec: ModelSpec) -> str | None:
    last = spec.layers[-1] if spec.layers else None
    return getattr(last, "name", None) or getattr(last, "activation", None)


def _largest(confusion: tuple[tuple[int, ...], ...]) -> float | None:
    rows = [sum(row) for row in confusion]
    return max(rows) / sum(rows) if sum(rows) else None


def _most_frequent(confusion: tuple[tuple[int, ...], ...]) -> float | None:
    columns = [sum(column) for column in zip(*confusion, strict=True)]
    return max(columns) / sum(columns) if sum(columns) else None


def _shrinks(record: RunRecord) -> float | None:
    """Return the norm of the first kernel's gradient over the last's in the first inspections; None if there was none."""
    ratios = []
    for look in record.layers_looked[:LOOKS]:
        norms = [v.get("gradient_norm") for name, v in look.layers.items() if name.endswith("kernel")]
        norms = [n for n in norms if n is not None and math.isfinite(n)]
        if len(norms) > 1 and norms[-1] > 0:
            ratios.append(norms[0] / norms[-1])
    return sum(ratios) / len(ratios) if ratios else None


def _dead(record: RunRecord) -> tuple[str, float] | None:
    """Return the layer with the largest share of dead ReLU units in the last inspection, and that share."""
    dead = record.layers_looked[-1].dead if record.layers_looked else {}
    return max(dead.items(), key=lambda item: item[1], default=None)


def _update(record: RunRecord) -> float | None:
    """Return the relative size of a kernel's update in one step: the median over all kernels, without the first inspection."""
    ratios = sorted(
        value["ratio"] for look in record.layers_looked[1:] for name, value in look.layers.items()
        if name.endswith("kernel") and value.get("ratio") is not None and math.isfinite(value["ratio"])
    )  # fmt: skip
    return ratios[len(ratios) // 2] if ratios else None


def broke_in(record: RunRecord) -> tuple[str, int] | None:
    """Return the first weight, in the model's order, in which a nan or infinite number was seen, and the step."""
    for look in record.layers_looked:
        for name, value in look.layers.items():
            if _no_number(value.get("norm", 0.0)) or (
                value.get("gradients") is not None and _no_number(value.get("gradient_norm", 0.0))
            ):
                return name, look.step
    return None


def _no_number(value: object) -> bool:
    """Return whether a norm is not a finite number; in JSON, from a worker or in a store, such a number is null."""
    return value is None or not math.isfinite(value)
