"""Compares two networks on the same images, layer by layer: where they first differ, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from clsf.backends.base import Weights
from clsf.convert import causes, exchanged
from clsf.convert.aligning import Pair, aligned
from clsf.convert.causes import Cause
from clsf.convert.unfolding import Item, Unfolded, unfolded
from clsf.convert.values import Loaded
from clsf.errors import ConvertError
from clsf.model.shapes import Shape, shape_text
from clsf.model.spec import ModelSpec
from clsf.words import Sentence, say

SAME = 2e-6
"""Share of a layer's largest output below which a difference counts as rounding: weights are float32, computation is float64."""

SAME_FOLDED = 3e-5
"""The same limit where an exporter has multiplied weights in float32."""

MOST_FINDINGS = 6

_NOTHING = np.zeros(0)

Run = Callable[[str, ModelSpec, Weights], dict[str, np.ndarray]]
"""Computes (framework, model, weights) on the images: path -> output."""


@dataclass(frozen=True, slots=True)
class ComparedLayer:
    """One layer in both files. `difference` is relative to the largest output of the first; None if one file lacks the layer."""

    first: str  # name in the first file, "" if it has none
    second: str
    path: str  # in the first file's model, in the second's where the first has none
    kind: str
    shape: Shape
    difference: float | None
    same: bool


@dataclass(frozen=True, slots=True)
class LayerFinding:
    """A layer where the files differ, and why."""

    row: ComparedLayer
    cause: Cause

    @property
    def layer(self) -> str:
        return self.row.first or self.row.second


@dataclass(frozen=True, slots=True)
class FileComparison:
    """The result. No findings: the files hold the same network."""

    rows: tuple[ComparedLayer, ...]
    findings: tuple[LayerFinding, ...]  # the first difference, then those that show once the earlier ones are fixed
    images: int
    logits: float  # largest absolute difference of the last outputs
    frameworks: tuple[str, str]
    notes: tuple[Sentence, ...] = field(default=())
    mends: Weights = field(default_factory=dict)  # corrected values of the wrong weights of the second file

    @property
    def differs(self) -> bool:
        return bool(self.findings)


def compared(a: Loaded, b: Loaded, run: Run, images: int) -> FileComparison:
    """Return where two files differ. Raises ConvertError if their image sizes differ, and the errors of `run`."""
    if a.shape != b.shape:
        raise ConvertError(
            "The first file takes images of {first}, the second of {second}; only networks for the same images are compared.",
            first=shape_text(a.shape), second=shape_text(b.shape),
        )  # fmt: skip
    one, two, pairs = _side_by_side(a, b)
    outputs = run(a.framework, one.spec, one.weights)
    findings: list[LayerFinding] = []
    mends: Weights = {}
    rows: list[ComparedLayer] = []
    logits = 0.0
    first_rows: tuple[ComparedLayer, ...] = ()
    folded = one.folded or two.folded or any(w.dtype == np.float64 for w in b.weights.values())
    tolerance = SAME_FOLDED if folded else SAME
    weights = dict(two.weights)
    given, repaired = None, []
    while True:
        other = run(b.framework, two.spec, weights)
        given = other if given is None else given  # the outputs of the unchanged second file
        rows = [_row(a, b, pair, outputs, other, tolerance, b.misfits, one, two) for pair in pairs]
        if not findings:
            first_rows, logits = tuple(rows), _last(outputs, other)
        found = _first(a, one, two, weights, b, pairs, rows, outputs, other, tolerance)
        if found is None:
            break
        place, cause = found
        exchange = exchanged.order_at(pairs, place, outputs, other, tolerance)
        if exchange is not None:
            (join, second), order = exchange
            given = {exchanged.renamed(path, second.path, order): array for path, array in given.items()}
            b = exchanged.put_back(b, second.origin, order)
            one, two, pairs = _side_by_side(a, b)
            weights = dict(two.weights)
            for pair in pairs:
                if pair[0] is not None and pair[0].path in repaired:
                    weights |= _mended(one, weights, pair) or {}
            first_rows = tuple(_row(a, b, pair, outputs, given, tolerance, b.misfits, one, two) for pair in pairs)
            row = next(
                r for r, pair in zip(first_rows, pairs, strict=True) if pair[0] is not None and pair[0].path == join.path
            )
            findings.append(LayerFinding(row, causes.of_order(order)))
            if len(findings) >= MOST_FINDINGS:
                break
            continue
        findings.append(LayerFinding(_at_norm(a, one, pairs[place][0], rows[place], cause), cause))
        mended = _mended(one, weights, pairs[place])
        repaired += [] if pairs[place][0] is None else [pairs[place][0].path]
        if mended is None or len(findings) >= MOST_FINDINGS:
            break
        if _norm_of(two, pairs[place][1])[0] is None:
            mends |= {two.origins[name]: array for name, array in mended.items()}
        b = replace(b, misfits={n: v for n, v in b.misfits.items() if n not in {two.origins.get(m) for m in mended}})
        weights |= mended
    return FileComparison(first_rows, tuple(findings), images, logits, (a.framework, b.framework), _notes(a, b), mends)


@dataclass(frozen=True, slots=True)
class _Side:
    """An unfolded network, with its batch normalisations from before they were folded into other layers."""

    plain: Unfolded
    folded: frozenset[str]
    loaded: Loaded

    @property
    def spec(self) -> ModelSpec:
        return self.plain.spec

    @property
    def weights(self) -> Weights:
        return self.plain.weights

    @property
    def origins(self) -> dict[str, str]:
        return self.plain.origins

    def held(self, item: Item, weights: Weights | None = None) -> Weights:
        """Return a layer's own weights."""
        given = self.weights if weights is None else weights
        return {name.rpartition(".")[2]: array for name, array in given.items() if name.rpartition(".")[0] == item.path}


def _side_by_side(a: Loaded, b: Loaded) -> tuple[_Side, _Side, list[Pair]]:
    folds = [frozenset(), frozenset()]
    while True:
        one, two = (_Side(unfolded(x.spec, x.shape, x.weights, fold), fold, x) for x, fold in zip((a, b), folds, strict=True))
        pairs = aligned(one.plain.items, two.plain.items)
        more = [_inside(pairs, 0), _inside(pairs, 1)]
        if not any(more):
            return one, two, pairs
        folds = [fold | new for fold, new in zip(folds, more, strict=True)]


def _inside(pairs: list[Pair], side: int) -> frozenset[str]:
    """Return the batch normalisations of one network that the other has folded into the layer before them."""
    partner = {pair[side].path: pair[1 - side] for pair in pairs if pair[side] is not None}
    items = {pair[side].path: pair[side] for pair in pairs if pair[side] is not None}
    spare = sum(1 for pair in pairs if pair[side] is None and pair[1 - side].role == "Batchwise")
    found = set()
    for path, item in items.items():
        before = items.get(item.before)
        if item.role == "Batchwise" and partner[path] is None and before is not None and before.layer.KERNELS:
            other = partner[before.path]
            if other is not None and other.layer.KERNELS:
                found.add(item.origin)
    return frozenset() if spare else frozenset(found)


def _row(
    a: Loaded, b: Loaded, pair: Pair, outputs: dict, other: dict, tolerance: float, misfits: dict, one: _Side, two: _Side
) -> ComparedLayer:
    first, second = pair
    item = first or second
    kind = type(item.layer).__name__ if item.role != "Function" else item.layer.name
    names = _name(a, first), _name(b, second)
    if first is None or second is None:
        return ComparedLayer(*names, item.origin, kind, item.out, None, True)
    if any(misfits.get(two.origins.get(f"{second.path}.{w}"), _NOTHING).size for w in two.held(second)):
        return ComparedLayer(*names, item.origin, kind, item.out, None, False)
    x, y = outputs[first.path], other[second.path]
    if x.size != y.size:
        return ComparedLayer(*names, item.origin, kind, item.out, None, False)
    apart = float(np.abs(x.reshape(len(x), -1) - y.reshape(len(y), -1)).max(initial=0)) / max(
        float(np.abs(x).max(initial=0)), 1e-12
    )
    apart = apart if np.isfinite(apart) else float("inf")
    return ComparedLayer(*names, item.origin, kind, item.out, apart, apart <= tolerance)


def _name(loaded: Loaded, item: Item | None) -> str:
    if item is None:
        return ""
    name = loaded.names.get(item.origin, item.origin)
    return loaded.names.get(f"{item.origin}.activation", name) if item.role == "Function" else name


def _last(outputs: dict, other: dict) -> float:
    x, y = (list(each.values())[-1] for each in (outputs, other))
    return float(np.abs(x - y).max(initial=0)) if x.shape == y.shape else float("inf")


def _first(
    a, one: _Side, two: _Side, weights: Weights, b: Loaded, pairs, rows, outputs, other, tolerance
) -> tuple[int, Cause] | None:
    """Return the place of the first layer where the networks differ, and the cause; None if they do not differ."""
    place = next((n for n, row in enumerate(rows) if not row.same), None)
    if place is None:
        x, y = (list(each.values())[-1] for each in (outputs, other))
        if x.shape == y.shape and np.abs(x - y).max(initial=0) <= tolerance * max(np.abs(x).max(initial=0), 1e-12):
            return None
        place = len(pairs)
    gap = _gap(pairs, place, outputs, other)
    if gap is not None:
        item = pairs[gap][0] or pairs[gap][1]
        side = 0 if pairs[gap][0] is not None else 1
        near = [p[1 - side] for p in pairs[max(gap - 4, 0) : gap + 5] if p[side] is None]
        return gap, causes.of_gap(item, side == 0, any(n.role == item.role and type(n.layer) is type(item.layer) for n in near))
    if place == len(pairs):
        return None
    first, second = pairs[place]
    misfits = {
        name.rpartition(".")[2]: array
        for name, array in b.misfits.items()
        if name in {two.origins.get(f"{second.path}.{w}") for w in two.held(second)}
    }
    settings = causes.of_settings(first, second)
    if settings is not None:
        return place, settings
    held, others = one.held(first), two.held(second, weights)
    same = all(causes.close(held[n], others.get(n, np.zeros_like(held[n])), 1e-6) for n in held) and not any(
        m.size for m in misfits.values()
    )
    epsilon = causes.of_epsilon(first, second)
    if epsilon is not None and same:
        return place, epsilon
    if same and not held:
        return place, Cause("other-layer", say("It gets the same and computes something else."))
    elsewhere = [(_name(a, item), one.held(item)) for item in one.plain.items if item.path != first.path]
    norm, own, _ = _norm_of(one, first)
    if norm is not None:
        kernel = first.layer.KERNELS[-1]
        held = dict(held)
        held["kernel before"] = a.weights[one.origins[f"{first.path}.{kernel}"]]
        bias = one.origins.get(f"{first.path}.bias", "")
        held["bias before"] = a.weights[bias] if bias else np.zeros(1)
    if first.role == "Batchwise":
        others = {**others, "epsilon": second.layer.epsilon}
        own = first.layer.epsilon
    return place, causes.of_weights(first, held, others, misfits, elsewhere, norm, own)


def _gap(pairs: list[Pair], place: int, outputs: dict, other: dict) -> int | None:
    """Return the first layer with an effect that only one network has, after the last layer on which both agree."""
    start = place
    while start and (pairs[start - 1][0] is None or pairs[start - 1][1] is None):
        start -= 1
    met = (
        [] if place == len(pairs) else [f"{item.path}." for item in pairs[place] if item.layer.rows()]
    )  # its branches came before
    gaps = [
        n
        for n in range(place)
        if n >= start or (None in pairs[n] and any((p or q).path.startswith(head) for p, q in [pairs[n]] for head in met))
    ]
    for n in gaps:
        for item, values in zip(pairs[n], (outputs, other), strict=True):
            if item is None:
                continue
            before = values.get(item.before)
            if before is None or before.shape != values[item.path].shape:
                return n
            if np.abs(values[item.path] - before).max(initial=0) > 1e-9:
                return n
    return None


def _norm_of(one: _Side, item: Item) -> tuple[Weights | None, float, str]:
    """Return the statistics of the batch normalisation that was folded into a layer, its epsilon and its path."""
    head, _, number = item.origin.rpartition(".")
    nexts = [p for p in one.folded if p.rpartition(".")[0] == head and int(p.rpartition(".")[2]) > int(number)]
    if not nexts:
        return None, 0.0, ""
    path = min(nexts, key=lambda p: int(p.rpartition(".")[2]))
    weighted = [i.origin for i in one.plain.items if i.origin.rpartition(".")[0] == head and i.layer.KERNELS]
    between = [o for o in weighted if int(number) < int(o.rpartition(".")[2]) < int(path.rpartition(".")[2])]
    if between:
        return None, 0.0, ""
    layer = next(f.layer for f in one.loaded.spec.analyse(one.loaded.shape).layers if f.path == path)
    return (
        {name.rpartition(".")[2]: array for name, array in one.loaded.weights.items() if name.rpartition(".")[0] == path},
        layer.epsilon,
        path,
    )


def _at_norm(a: Loaded, one: _Side, item: Item | None, row: ComparedLayer, cause: Cause) -> ComparedLayer:
    """Return the row of the batch normalisation that has the cause, if it was folded into the layer of the row."""
    norm = None if item is None or not cause.name.startswith(("bn-", "missing-layer")) else _norm_of(one, item)[2]
    if not norm:
        return row
    kind = next(type(f.layer).__name__ for f in a.spec.analyse(a.shape).layers if f.path == norm)
    return replace(row, first=a.names.get(norm, norm), path=norm, kind=kind)


def _mended(one: _Side, weights: Weights, pair: Pair) -> Weights | None:
    """Return the second network's weights of a layer with the first network's values, None if the weights do not differ."""
    first, second = pair
    if first is None or second is None:
        return None
    found = {}
    for name, array in one.held(first).items():
        there = f"{second.path}.{name}"
        if there not in weights or weights[there].shape != array.shape:
            return None
        found[there] = array
    changed = any(not causes.close(array, weights[name], 1e-6) for name, array in found.items())
    return found if changed else None


def _notes(a: Loaded, b: Loaded) -> tuple[Sentence, ...]:
    notes = [*a.notes, *(note for note in b.notes if str(note) not in set(map(str, a.notes)))]
    for loaded in (a, b):
        if loaded.scaling is not None and a.scaling != b.scaling:
            notes.append(say("{name} scales the pixels itself, by {scale} plus {offset}; the comparison begins behind that.",
                             name=loaded.name[:60], scale=f"{loaded.scaling[0]:.6g}", offset=f"{loaded.scaling[1]:.6g}"))  # fmt: skip
    epsilons = sorted({f.layer.epsilon for f in a.spec.analyse(a.shape).layers if f.role == "Batchwise"})
    if b.state and epsilons and not a.state:
        notes.append(
            say(
                "A state_dict does not hold epsilon. This network needs BatchNorm2d(eps={epsilon}); PyTorch's own is 1e-05.",
                epsilon=", ".join(f"{e:g}" for e in epsilons),
            )
        )
    return tuple(notes)
