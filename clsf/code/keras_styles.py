"""A model as Keras source, in four styles: add(), a list, functional, a subclass."""

from __future__ import annotations

from clsf.calls import quoted
from clsf.code import notes
from clsf.code.lines import SourceWriter
from clsf.code.model import SourceModel
from clsf.code.names import class_name, slug
from clsf.code.rows import write_rows
from clsf.model.branches import Branching


def imports(text: str) -> list[str]:
    """Return the imports that the source needs."""
    return ["import keras", *(["import tensorflow as tf"] if "tf." in text else []), "from keras import layers"]


def write_add(w: SourceWriter, model: SourceModel) -> None:
    """One `model.add(…)` per layer."""
    w.add(f"model = keras.Sequential(name={_name(model)})")
    w.add(f"model.add(keras.Input({_shape(model)}))", note=notes.keras_input(model.input_shape))
    for path, layer in model.row():
        steps = model.keras(path, layer)
        for step in steps:
            w.call(
                ("model.add", step.call.name),
                step.call.arguments(),
                "",
                path,
                step.call.note,
                model.comment(path, step is steps[-1]),
            )


def write_list(w: SourceWriter, model: SourceModel) -> None:
    """All layers in one list, and activations as functions, which add() writes as names."""
    write_sequential(w, model, objects=True)


def write_sequential(w: SourceWriter, model: SourceModel, objects: bool = False) -> None:
    """All layers in one list."""
    w.add("model = keras.Sequential(")
    with w.indented():
        w.add("[")
        with w.indented():
            w.add(f"keras.Input({_shape(model)}),", note=notes.keras_input(model.input_shape))
            for path, layer in model.row():
                steps = model.keras(path, layer, objects=objects)
                for step in steps:
                    call = step.call
                    w.call((call.name,), call.arguments(), ",", path, call.note, model.comment(path, step is steps[-1]))
        w.add("],")
        w.add(f"name={_name(model)},")
    w.add(")")


def write_functional(w: SourceWriter, model: SourceModel) -> None:
    """Every layer called on the output of the one before: branches are possible."""

    def plain(path: str, layer: object, source: str, target: str) -> str:
        steps = model.keras(path, layer)
        for step in steps:
            call, named = step.call, step.call.arguments()
            named = (*named, f"name={quoted(model.names[path])}") if step.weights else named
            w.call((f"{target} = {call.name}",), named, f"({source})", path, call.note, model.comment(path, step is steps[-1]))
            source = target
        return target

    def join(path: str, layer: Branching, ends: list[str], target: str) -> None:
        note = notes.met(layer.SIGN, layer.spreads(model.facts[path].in_shape)) if layer.SIGN else None
        w.call((f"{target} = {layer.MERGE}",), (), f"([{', '.join(ends)}])", path, note, model.comment(path))
        w.blank()

    def begin(path: str, layer: object) -> None:
        if w.lines[-1].text:
            w.blank()
        w.add(f"# {model.headline(path, layer)}", path)

    w.add(f"inputs = keras.Input({_shape(model)})", note=notes.keras_input(model.input_shape))
    end = write_rows(model.layers, model.names, plain, join, begin, source="inputs")
    w.add(f"model = keras.Model(inputs, {end}, name={_name(model)})")


def write_subclass(w: SourceWriter, model: SourceModel) -> None:
    """A class of its own: layers are made in `__init__` and used in `call`."""
    name = class_name(model.name)
    w.add(f"class {name}(keras.Model):")
    with w.indented():
        w.add("def __init__(self):")
        with w.indented():
            w.add("super().__init__()")
            first = True
            for path, layer in model.plain_layers():
                for step in model.keras(path, layer):
                    if not step.function:
                        w.call(
                            (f"self.{model.names[path]}{step.suffix} = {step.call.name}",), step.call.arguments(), "", path,
                            notes.keras_declared() if first else step.call.note,
                        )  # fmt: skip
                        first = False
        w.blank()
        w.add("def call(self, x, training=None):", comment=f"(batch, {', '.join(map(str, model.input_shape))})")
        with w.indented():
            end = write_rows(model.layers, model.names, *_call_writers(w, model))
            w.add(f"return {end}")
    w.blank(2)
    w.add(f"model = {name}()")
    w.add(f"model(keras.Input({_shape(model)}))", note=notes.keras_subclass_input(), comment="makes the weights")


def _call_writers(w: SourceWriter, model: SourceModel) -> tuple:
    def plain(path: str, layer: object, source: str, target: str) -> str:
        steps = model.keras(path, layer)
        for step in steps:
            comment = model.comment(path, step is steps[-1])
            if step.function:
                w.add(f"{target} = {step.function.format(x=source)}", path, step.function_note, comment)
            else:
                arguments = (source, "training=training") if step.training else (source,)
                w.call((f"{target} = self.{model.names[path]}{step.suffix}",), arguments, "", path, None, comment)
            source = target
        return target

    def join(path: str, layer: Branching, ends: list[str], target: str) -> None:
        if layer.SIGN:
            spreads = layer.spreads(model.facts[path].in_shape)
            first = f"{ends[0]}[:, None, None]" if spreads else ends[0]
            met = f" {layer.SIGN} ".join((first, *ends[1:]))
            w.add(f"{target} = {met}", path, notes.met(layer.SIGN, spreads), model.comment(path))
        else:
            w.call(
                (f"{target} = keras.ops.concatenate",), (f"[{', '.join(ends)}]", "axis=-1"), "", path, None, model.comment(path)
            )
        w.blank()

    def begin(path: str, layer: object) -> None:
        if w.lines[-1].text and not w.lines[-1].text.lstrip().startswith("def "):
            w.blank()
        w.add(f"# {model.headline(path, layer)}", path)

    return plain, join, begin


def _name(model: SourceModel) -> str:
    return quoted(slug(model.name, "model"))


def _shape(model: SourceModel) -> str:
    return f"shape={model.input_shape}"
