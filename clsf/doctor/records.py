"""A run of the store as the run doctor looks at it. Everything is in its record; no array is read, no framework asked."""

from __future__ import annotations

import math

from clsf import losses
from clsf.faults.history import EpochNumbers, Facts, History
from clsf.faults.measures import Measures
from clsf.faults.probes import Seen
from clsf.model.changes import changed
from clsf.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout
from clsf.model.spec import Layer, ModelSpec
from clsf.runs.record import RunRecord

LOOKS = 3  # of the layers, from which gradient norms are compared


def history_of(record: RunRecord) -> History:
    """Return the curves of a run, also while it trains."""
    steps, count = record.steps, len(record.steps)
    epochs = tuple(
        EpochNumbers(e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy) for e in list(record.epochs)
    )
    return History(
        epochs, tuple(steps.losses[:count]), tuple(steps.accuracies[:count]), tuple(steps.gradient_norms[:count]),
        tuple(steps.learning_rates[:count]), "", record.over,
    )  # fmt: skip


def facts_of(record: RunRecord) -> Facts:
    """Return what is known of a run: its model, its plan and what looking inside told."""
    plan = record.plan
    spec = changed(record.model, plan.differences)
    layers = list(_flat(spec))
    started = record.started
    classes = len(started.classes) if started and started.classes else _units(spec)
    ends = _ends_in(spec)
    hidden = _hidden(layers)
    predicted = record.predictions_looked[-1].confusion if record.predictions_looked else None
    hyper = dict(plan.hyper)
    return Facts(
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
        loss="binary" if plan.loss == "binary" else "cross-entropy",
        loss_takes="probabilities" if plan.probabilities else "logits",
        outputs={"linear": "logits"}.get(ends, ends),
        output_units=losses.outputs(plan, classes) if classes else None,
        activations=hidden,
        dropouts=tuple(layer.rate for layer in layers if isinstance(layer, Dropout)),
        batch_norms=sum(isinstance(layer, BatchNorm) for layer in layers),
        norm_momentum=next((layer.momentum for layer in layers if isinstance(layer, BatchNorm)), None),
        narrowest=min((_width(layer) for layer in layers[:-1] if isinstance(layer, Dense)), default=None),
        inputs=(-1.0, 1.0) if plan.preparation.scale == "minus-one-one" or plan.does("input-scale") else (0.0, 1.0),
        evaluated_in_training_mode=plan.does("eval-mode"),
        evaluation_varies=plan.does("dropout-at-evaluation") and any(isinstance(x, Dropout) and x.rate for x in layers),
        answers=_most_frequent(predicted) if predicted else None,
        first_to_last_gradient=_shrinks(record),
        validated=True,
        planned_epochs=plan.epochs,
        largest_class=_largest(predicted) if predicted else None,
        differences=plan.differences,
    )


def measures_of(record: RunRecord) -> Measures:
    """Return what a run that was told to look inside has measured: gradient norms by layer, labels of the validation images."""
    looks = [{name: v.get("gradient_norm") for name, v in look.layers.items()} for look in record.layers_looked]
    names = [name for name in (looks[0] if looks else {}) if name.endswith("kernel")]
    gradients = tuple((name, looks[0][name] or 0.0, looks[-1].get(name) or 0.0) for name in names)
    rows = record.predictions_looked[-1].confusion if record.predictions_looked else None
    return Measures(gradients, validation_labels=tuple((n, sum(row)) for n, row in enumerate(rows or ())))


def seen_of(record: RunRecord, again: RunRecord | None = None) -> Seen:
    """Return a run as probes look at it. `again`: the run that a probe with `run` asked for."""
    return Seen(history_of(record), facts_of(record), measures_of(record), None if again is None else history_of(again))


def _flat(spec: ModelSpec) -> list[Layer]:
    found: list[Layer] = []
    waiting = list(spec.layers)
    while waiting:
        layer = waiting.pop(0)
        rows = list(layer.rows())
        if rows:
            waiting = [inner for _, row in rows for inner in row] + waiting
        else:
            found.append(layer)
    return found


def _hidden(layers: list[Layer]) -> tuple[str, ...] | None:
    """Return the activation of each layer with a kernel but the last: its own, or that of the next activation layer."""
    weighted = [n for n, layer in enumerate(layers) if isinstance(layer, Conv2D | Dense)]
    names = []
    for place, n in enumerate(weighted[:-1]):
        between = layers[n + 1 : weighted[place + 1]]
        own = layers[n].activation
        later = [layer.name for layer in between if isinstance(layer, Activation) and layer.name != "linear"]
        names.append(own if own != "linear" else (later[0] if later else "linear"))
    if any(type(layer).__name__ not in _SIMPLE for layer in layers):
        return None  # a layer of which nothing is known here may be non-linear itself
    return tuple(names)


_SIMPLE = {
    "Conv2D", "Dense", "Activation", "BatchNorm", "Dropout", "Flatten", "MaxPool2D", "AveragePool2D", "GlobalAveragePool2D",
}  # fmt: skip


def _width(layer: Dense) -> int:
    return layer.units


def _units(spec: ModelSpec) -> int | None:
    last = next((layer for layer in reversed(spec.layers) if isinstance(layer, Dense)), None)
    return None if last is None else max(last.units, 2)


def _ends_in(spec: ModelSpec) -> str | None:
    last = spec.layers[-1] if spec.layers else None
    return last.name if isinstance(last, Activation) else getattr(last, "activation", None)


def _largest(confusion: tuple[tuple[int, ...], ...]) -> float | None:
    rows = [sum(row) for row in confusion]
    return max(rows) / sum(rows) if sum(rows) else None


def _most_frequent(confusion: tuple[tuple[int, ...], ...]) -> float | None:
    columns = [sum(column) for column in zip(*confusion, strict=True)]
    return max(columns) / sum(columns) if sum(columns) else None


def _shrinks(record: RunRecord) -> float | None:
    """Return the norm of the first kernel's gradient over the last's in the first looks; None if nobody looked."""
    ratios = []
    for look in record.layers_looked[:LOOKS]:
        norms = [v.get("gradient_norm") for name, v in look.layers.items() if name.endswith("kernel")]
        norms = [n for n in norms if n is not None and math.isfinite(n)]
        if len(norms) > 1 and norms[-1] > 0:
            ratios.append(norms[0] / norms[-1])
    return sum(ratios) / len(ratios) if ratios else None
