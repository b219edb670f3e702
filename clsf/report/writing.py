"""From runs to the blocks of a report: the settings, the results, what was equal, and what that means."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from clsf.charts.style import STYLES
from clsf.compare import fairness
from clsf.compare.fairness import TOPICS
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.model.shapes import shape_text
from clsf.model.walk import LayerFacts
from clsf.predict import metrics
from clsf.report.blocks import Block, Bullets, Heading, Picture, Quote, Table, Text
from clsf.report.contents import Contents
from clsf.report.svg import Curve, curves
from clsf.runs.happened import Happened, rates_text
from clsf.runs.record import RunRecord
from clsf.words import Sentence, say, say_n

Words = Callable[[Sentence], str]
Rows = list[tuple[Sentence, Callable[[RunRecord], str]]]

MOST_ROWS = 40  # layers on paper; of a deeper model only its own row, with the inner layers' totals
MOST_CLASSES = 20  # in a confusion matrix on paper
ENDS = {"finished": say("finished"), "stopped": say("stopped"), "diverged": say("diverged"), "cut-off": say("cut off"),
        "time-limit": say("time is up"), "failed": say("failed")}  # fmt: skip
LEVELS = {"green": say("equal"), "amber": say("to be named"), "red": say("misleading")}


def blocks(contents: Contents, words: Words) -> list[Block]:
    """Return the whole report."""
    return [*_title(contents, words), *_notes(contents, words), *_done(contents, words), *_model(contents, words),
            *_curves(contents, words), *_results(contents, words), *_equal(contents, words), *_test(contents, words),
            *_made_with(contents, words)]  # fmt: skip


def _title(contents: Contents, words: Words) -> Iterator[Block]:
    first = contents.records[0]
    yield Heading(words(say("Report: {data}, {model}", data=_data(first, words), model=first.model.name)), 1)
    said = [contents.author, contents.made, " · ".join(contents.names)]
    yield Text(" · ".join(part for part in said if part), small=True)


def _notes(contents: Contents, words: Words) -> Iterator[Block]:
    if contents.notes.strip():
        yield Heading(words(say("Notes")))
        yield Quote(contents.notes.strip())


def _done(contents: Contents, words: Words) -> Iterator[Block]:
    yield Heading(words(say("What was done")))
    rows = [
        (say("Framework"), lambda r: STYLES[r.framework].title),
        (say("Images"), lambda r: _data(r, words)),
        (say("Trained on / validated on"), lambda r: f"{r.started.train_images:,} / {r.started.validation_images:,}"),
        (say("Image size"), lambda r: shape_text(r.started.input_shape)),
        (say("Model"), lambda r: f"{r.model.name}, {r.started.parameters:,}"),
        (say("Optimizer, learning rate"), lambda r: f"{r.plan.optimizer}, {_rates(r)} ({r.plan.rules})"),
        (say("Epochs, batch size"), lambda r: f"{len(r.epochs)} / {r.plan.epochs}, {r.plan.batch_size}"),
        (say("Seed"), lambda r: str(r.plan.seed)),
        (say("Number format"), lambda r: r.plan.dtype),
        (say("Done otherwise on purpose"), lambda r: ", ".join(r.plan.differences) or "–"),
        (say("What happened beyond the plan"), lambda r: " ".join(map(words, Happened.of(r).sentences())) or "–"),
    ]
    yield _table(contents, rows, words)


def _model(contents: Contents, words: Words) -> Iterator[Block]:
    first = contents.records[0]
    if any(r.model != first.model for r in contents.records[1:]):
        yield Text(words(say("The models differ; the layers of the first are listed.")), small=True)
    facts = first.model.analyse(first.started.input_shape).layers
    yield Table(
        [words(say("Layer")), words(say("Kind")), words(say("What comes out")), words(say("Weights"))],
        [
            [f.path, f.kind, shape_text(f.out_shape), f"{_held(f, facts):,}"]
            for f in facts
            if len(facts) <= MOST_ROWS or f.depth == 0
        ],
        words(say("The layers of the model")),
    )


def _held(layer: LayerFacts, facts: Sequence[LayerFacts]) -> int:
    """Return how many numbers a layer holds; including its inner layers if they have no row of their own."""
    inside = [f for f in facts if f.path.startswith(f"{layer.path}.")] if len(facts) > MOST_ROWS else []
    return sum(f.trainable + f.non_trainable for f in (layer, *inside))


def _curves(contents: Contents, words: Words) -> Iterator[Block]:
    if not any(r.epochs for r in contents.records):
        return
    yield Heading(words(say("How it learned")))
    for name, title, share in (("loss", say("loss"), False), ("accuracy", say("accuracy"), True)):
        lines = []
        for record, called in zip(contents.records, contents.names, strict=True):
            style = STYLES[record.framework]
            mark = "square" if style.symbol == "square" else "circle"
            for part, strong in (("train", False), ("validation", True)):
                points = [(e.epoch, getattr(e, f"{part}_{name}")) for e in record.epochs]
                said = words(say("training")) if part == "train" else words(say("validation"))
                lines.append(Curve(f"{called}, {said}", points, style.colour, style.dash, mark, strong))
        last = "; ".join(
            f"{line.name}: {line.points[-1][1]:.1%}" if share else f"{line.name}: {line.points[-1][1]:.4f}"
            for line in lines
            if line.points
        )
        alt = words(say("{what} over epochs; at the end {last}", what=words(title), last=last))
        yield Picture(name, curves(lines, words(say("epoch")), words(title), alt, share), alt)


def _results(contents: Contents, words: Words) -> Iterator[Block]:
    yield Heading(words(say("What came out of the training")))
    rows = [
        (say("Loss, training"), lambda r: _loss(r, "train_loss")),
        (say("Loss, validation"), lambda r: _loss(r, "validation_loss")),
        (say("Accuracy, training"), lambda r: _share(r, "train_accuracy")),
        (say("Accuracy, validation"), lambda r: _share(r, "validation_accuracy")),
        (say("Seconds"), lambda r: f"{r.ended.seconds:.1f}" if r.ended else "–"),
        (
            say("Images per second"),
            lambda r: f"{r.ended.images_per_second:,.0f}" if r.ended and r.ended.images_per_second else "–",
        ),
        (say("End"), lambda r: words(ENDS.get(r.status, say("{name}", name=r.status)))),
    ]
    yield _table(contents, rows, words)
    yield Text(
        words(say("Training numbers are means over the last epoch, measured while the weights changed and dropout was on.")),
        small=True,
    )


def _equal(contents: Contents, words: Words) -> Iterator[Block]:
    if len(contents.records) < 2:
        return
    yield Heading(words(say("What was equal, and what was not")))
    findings = fairness.check(*contents.records)
    order = sorted(findings, key=lambda f: ("red", "amber", "green").index(f.level))
    yield Bullets([(f"{words(LEVELS[f.level])}: {words(TOPICS[f.topic])}", words(f.sentence)) for f in order])


def _test(contents: Contents, words: Words) -> Iterator[Block]:
    tested = [
        (name, contents.measured[r.run_id])
        for r, name in zip(contents.records, contents.names, strict=True)
        if r.run_id in contents.measured
    ]
    yield Heading(words(say("The test set")))
    if not tested:
        yield Text(words(say("It was not used.")))
        return
    rows = []
    for name, e in tested:
        right = int((metrics.answers(e.probabilities) == e.labels).sum())
        interval = metrics.wilson(right, len(e.labels))
        error = metrics.calibration(e.labels, e.probabilities).error
        rows.append([name, f"{e.loss:.4f}", f"{e.accuracy:.2%}", f"{interval.low:.2%} – {interval.high:.2%}", f"{error:.1%}"])
    yield Table(
        [words(say("Model")), words(say("Loss")), words(say("Accuracy")), words(say("95 % interval (Wilson)")),
         words(say("Calibration error"))],
        rows, words(say("What the test set says")),
    )  # fmt: skip
    part = say_n("{count} test image", "{count} test images", len(tested[0][1].labels), count=f"{len(tested[0][1].labels):,}")
    if tested[0][1].part == "validation":
        part = say_n(
            "{count} validation image, because the data set has no test images",
            "{count} validation images, because the data set has no test images",
            len(tested[0][1].labels),
            count=f"{len(tested[0][1].labels):,}",
        )
    yield Text(words(say("Measured on {part}. Measurements on the test set in this session: {looks}.", part=part, looks=contents.looks)),
               small=True)  # fmt: skip
    if len(tested) == 2 and len(tested[0][1].labels) == len(tested[1][1].labels):
        gap = metrics.paired_difference(tested[0][1].labels, tested[0][1].probabilities, tested[1][1].probabilities)
        yield Text(
            words(
                say(
                    "Accuracy of {two} minus that of {one}: {difference} percentage points; 95 % interval {low} to {high}, by a paired "
                    "bootstrap over the same images.",
                    one=tested[0][0], two=tested[1][0], difference=f"{100 * gap.share:+.2f}", low=f"{100 * gap.low:+.2f}",
                    high=f"{100 * gap.high:+.2f}",
                )
            )
        )  # fmt: skip
    for name, e in tested:
        yield _confusion(name, e.confusion, contents.classes, words)


def _confusion(name: str, counts: np.ndarray, classes: object, words: Words) -> Block:
    if len(classes) > MOST_CLASSES:
        return Text(
            words(say("With {count} classes the confusion matrix of {name} is left out.", count=len(classes), name=name)),
            small=True,
        )
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    sign = np.where(np.eye(len(counts), dtype=bool), 1.0, -1.0)
    return Table(
        [words(say("shows ↓ answered →")), *classes],
        [[classes[n], *(str(v) for v in row)] for n, row in enumerate(counts.tolist())],
        words(say("Confusion matrix of {name}", name=name)),
        (shares * sign).tolist(),
    )


def _made_with(contents: Contents, words: Words) -> Iterator[Block]:
    yield Heading(words(say("Made with")))
    rows = [
        (say("Machine"), lambda r: r.machine or "–"),
        (say("Computed on"), lambda r: f"{r.started.device}, {r.started.threads}"),
        (say("Versions"), lambda r: ", ".join(f"{k} {v}" for k, v in r.started.versions.items()) or "–"),
        (say("Variant of the loop"), lambda r: r.started.variant),
        (say("Hash of the initial weights"), lambda r: r.started.weights_hash),
        (say("Hash of the first epoch's batches"), lambda r: r.started.order_hash),
        (say("Hash of the images"), lambda r: r.started.images_hash or "–"),
        (say("Run"), lambda r: r.run_id),
    ]
    yield _table(contents, rows, words)


def _table(contents: Contents, rows: Rows, words: Words) -> Table:
    return Table(["", *contents.names], [[words(label), *(text(r) for r in contents.records)] for label, text in rows])


def _rates(record: RunRecord) -> str:
    """Return the sequence of its learning rates, including changes by a plateau."""
    was = Happened.of(record)
    return rates_text(record.plan.learning_rate, tuple(sorted(was.changed + was.reduced)))


def _loss(record: RunRecord, field: str) -> str:
    value = getattr(record.final, field, None)
    value = math.nan if value is None else value
    return f"{value:.4f}" if math.isfinite(value) else "–"


def _share(record: RunRecord, field: str) -> str:
    value = getattr(record.final, field, None)
    value = math.nan if value is None else value
    return f"{value:.2%}" if math.isfinite(value) else "–"


def _data(record: RunRecord, words: Words) -> str:
    try:
        return words(catalogue.info(record.plan.data).title)
    except ClsfError:
        called = catalogue.called(record.plan.data)
        return called if isinstance(called, str) else words(called)
