"""A model as PyTorch source, in three styles: Sequential, a Module with functions in `forward`, and a mixture."""

from __future__ import annotations

from clsf.code import notes
from clsf.code.lines import SourceWriter
from clsf.code.model import SourceModel
from clsf.code.names import class_name
from clsf.code.rows import branching, write_rows
from clsf.model.branches import Branching


def write_sequential(w: SourceWriter, model: SourceModel) -> None:
    """All layers in one nn.Sequential."""
    w.add("model = nn.Sequential(")
    with w.indented():
        _modules(w, model, list(model.row()))
    w.add(")")


def write_module(w: SourceWriter, model: SourceModel) -> None:
    """Layers with weights are made in `__init__`; the rest are functions in `forward`."""

    def attributes() -> None:
        for path, layer in model.plain_layers():
            for step in model.torch(path, layer):
                if not step.function:
                    w.call(
                        (f"self.{model.names[path]}{step.suffix} = {step.call.name}",),
                        step.call.arguments(),
                        "",
                        path,
                        step.call.note,
                    )

    def plain(path: str, layer: object, source: str, target: str) -> str:
        return _functions(w, model, path, layer, source, target)

    _class(w, model, attributes, plain)


def write_mixed(w: SourceWriter, model: SourceModel) -> None:
    """Runs of layers as nn.Sequential inside a Module whose `forward` does what a Sequential can't."""
    runs = [run for run in _runs(model.layers, model.names, "", "") if not _one_function(model, run[1])]
    starts = {paths[0]: (name, paths) for name, paths in runs}
    inside = {path for _, paths in runs for path in paths[1:]}

    def attributes() -> None:
        for name, paths in runs:
            w.add(f"self.{name} = nn.Sequential(")
            with w.indented():
                _modules(w, model, [(path, model.facts[path].layer) for path in paths])
            w.add(")")

    def plain(path: str, layer: object, source: str, target: str) -> str:
        if path in inside:
            return source
        if path not in starts:
            return _functions(w, model, path, layer, source, target)
        name, paths = starts[path]
        w.add(f"{target} = self.{name}({source})", path if len(paths) == 1 else None, None, model.torch_comment(paths[-1]))
        return target

    _class(w, model, attributes, plain)


def _one_function(model: SourceModel, paths: list[str]) -> bool:
    """Whether a run is one layer without weights: a Sequential of its own would be a lot of words."""
    return len(paths) == 1 and all(step.function for step in model.torch(paths[0], model.facts[paths[0]].layer))


def _functions(w: SourceWriter, model: SourceModel, path: str, layer: object, source: str, target: str) -> str:
    """Write one layer's steps in `forward`; return the variable that holds the result."""
    steps = [step for step in model.torch(path, layer) if step.function != "{x}"]
    number = 0
    while number < len(steps):
        step = steps[number]
        expression, note = step.function.format(x=source), step.function_note
        if not step.function:
            expression = f"self.{model.names[path]}{step.suffix}({source})"
            if number + 1 < len(steps) and steps[number + 1].function:  # its activation goes around it, as one would write it
                number += 1
                expression, note = steps[number].function.format(x=expression), steps[number].function_note
        number += 1
        w.add(f"{target} = {expression}", path, note, model.torch_comment(path, number == len(steps)))
        source = target
    return source


def _class(w: SourceWriter, model: SourceModel, attributes, plain) -> None:
    def join(path: str, layer: Branching, ends: list[str], target: str) -> None:
        if layer.SIGN:
            spreads = layer.spreads(model.facts[path].in_shape)
            first = f"{ends[0]}[:, :, None, None]" if spreads else ends[0]
            met = f" {layer.SIGN} ".join((first, *ends[1:]))
            w.add(f"{target} = {met}", path, notes.met(layer.SIGN, spreads), model.torch_comment(path))
        else:
            comment = model.torch_comment(path)
            w.call((f"{target} = torch.cat",), (f"[{', '.join(ends)}]", "dim=1"), "", path, notes.joined_channels(), comment)
        w.blank()

    def begin(path: str, layer: Branching) -> None:
        if w.lines[-1].text and not w.lines[-1].text.lstrip().startswith("def "):
            w.blank()
        w.add(f"# {model.headline(path, layer)}", path)

    name = class_name(model.name)
    w.add(f"class {name}(nn.Module):")
    with w.indented():
        w.add("def __init__(self):")
        with w.indented():
            w.add("super().__init__()")
            attributes()
        w.blank()
        shape = model.input_shape
        sides = (shape[2], *shape[:2]) if len(shape) == 3 else shape
        w.add("def forward(self, x):", comment=f"(batch, {', '.join(map(str, sides))})")
        with w.indented():
            end = write_rows(model.layers, model.names, plain, join, begin)
            w.add(f"return {end}")
    w.blank(2)
    w.add(f"model = {name}()")


def _modules(w: SourceWriter, model: SourceModel, row: list[tuple[str, object]]) -> None:
    """Write the modules of plain layers, one a line, as the arguments of nn.Sequential."""
    for path, layer in row:
        steps = model.torch(path, layer)
        for step in steps:
            call = step.call
            w.call((call.name,), call.arguments(), ",", path, call.note, model.torch_comment(path, step is steps[-1]))


def _runs(layers: tuple, names: dict[str, str], prefix: str, name_prefix: str) -> list[tuple[str, list[str]]]:
    """Cut rows into runs of plain layers: (name, their paths), in the order in which they are computed."""
    runs: list[tuple[str, list[str]]] = []
    run: list[str] = []
    several = branching(layers) is not None

    def close() -> None:
        nonlocal run
        if run:
            number = sum(name.startswith(f"{name_prefix}part") for name, _ in runs) + 1
            alone = name_prefix.rstrip("_") or "layers"
            runs.append((f"{name_prefix}part{number}" if several or not name_prefix else alone, run))
        run = []

    for position, layer in enumerate(layers, start=1):
        path = f"{prefix}{position}"
        if layer.rows():
            close()
            for row_name, row in layer.rows():
                runs += _runs(row, names, f"{path}.{row_name}.", f"{names[path]}_{row_name}_")
        else:
            if not prefix and run and layer.flattens:
                close()
            run.append(path)
    close()
    return runs if prefix else _named(runs, layers)


def _named(runs: list[tuple[str, list[str]]], layers: tuple) -> list[tuple[str, list[str]]]:
    """Give the model's own runs the names that are usual: stem or features at the beginning, classifier at the end."""
    own = [n for n, (_, paths) in enumerate(runs) if "." not in paths[0]]
    renamed = list(runs)
    if own:
        ends = layers[int(renamed[own[-1]][1][0]) - 1].flattens
        if len(own) > 1 or not ends:
            renamed[own[0]] = ("stem" if branching(layers) else "features", renamed[own[0]][1])
        if ends:
            renamed[own[-1]] = ("classifier", renamed[own[-1]][1])
    return renamed


def imports(text: str, torch: bool = False) -> list[str]:
    """Return the imports that the source needs; `torch`: that of torch itself in any case."""
    lines = ["import torch"] if torch or "torch." in text else []
    lines += ["import torch.nn.functional as F"] if "F." in text else []
    return [*lines, "from torch import nn"]
