"""ModelSpec: a name and a row of layers, with a JSON form that is checked field by field."""

from __future__ import annotations

from dataclasses import dataclass

from clsf import checks
from clsf.errors import SpecError
from clsf.model.branches import BRANCHING, Branching
from clsf.model.fields import fields_of
from clsf.model.layers import PLAIN, Layer
from clsf.model.shapes import Shape, shape_text
from clsf.model.walk import Analysis, analyse
from clsf.words import say, say_n

KINDS: dict[str, type[Layer]] = {**PLAIN, **BRANCHING}

VERSION = 1
MAX_LAYERS = 500  # branches included: DenseNet-121 has 427
MAX_DEPTH = 4  # branches inside branches
MAX_JSON = 500_000  # characters
MAX_NAME = 60  # characters


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model: its name and its layers in order. The last dense layer gives logits; softmax belongs to the loss.

    The size of the input and the number of classes come from the data, so a spec can be tried on any of them.
    """

    name: str
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or len(self.name) > MAX_NAME:
            raise SpecError(
                "The model's name is {value}, but must be a text of 1 to {most} characters.",
                value=checks.shown(self.name), most=MAX_NAME,
            )  # fmt: skip
        checks.text(SpecError, say("The model's name"), self.name)

    def analyse(self, input_shape: Shape) -> Analysis:
        """Return shapes, parameters, multiply-adds and receptive fields. Raises SpecError naming the layer that fails."""
        return analyse(self.layers, input_shape)

    def check(self, input_shape: Shape, classes: int) -> Analysis:
        """Return the analysis, after checking that the model turns `input_shape` into one logit per class."""
        if not self.layers:
            raise SpecError("The model '{name}' has no layers; add a flatten and a dense layer at least.", name=self.name)
        analysis = self.analyse(input_shape)
        if analysis.output_shape != (classes,):
            raise SpecError(say_n(
                "The model '{name}' ends in {shape}, but the data has {classes} class; end it with a dense layer of "
                "{classes} unit.",
                "The model '{name}' ends in {shape}, but the data has {classes} classes; end it with a dense layer of {classes} units.",
                classes,
                name=self.name, shape=shape_text(analysis.output_shape), classes=classes,
            ))  # fmt: skip
        if not analysis.trainable:
            raise SpecError("The model '{name}' has nothing to learn; add a dense layer.", name=self.name)
        return analysis

    def to_json(self) -> dict:
        return {"version": VERSION, "name": self.name, "layers": [layer_to_json(layer) for layer in self.layers]}

    @classmethod
    def from_json(cls, data: object) -> ModelSpec:
        """Read what `to_json` wrote. Raises SpecError naming the wrong field; nothing in `data` is trusted."""
        if not isinstance(data, dict):
            raise SpecError("A model is a JSON object, but this is {value}.", value=checks.shown(data))
        if data.get("version") != VERSION:
            raise SpecError(
                "The model's version is {value}, but this program reads version {version}; open it with the program that wrote it.",
                value=checks.shown(data.get("version")), version=VERSION,
            )  # fmt: skip
        _no_other_fields(data, ("version", "name", "layers"), "the model")
        count = [0]
        return cls(data.get("name", ""), _row_from_json(data.get("layers"), "layers", 0, count))

    @classmethod
    def from_text(cls, text: str) -> ModelSpec:
        """Read a model from JSON text. Raises SpecError for text that is too large, not JSON, or not a model."""
        if len(text) > MAX_JSON:
            raise SpecError("The model has {size} characters of JSON; at most {most} are read.", size=len(text), most=MAX_JSON)
        try:
            data = checks.json_of(SpecError, text)
        except SpecError as error:
            raise SpecError("The model is not JSON: {reason}", reason=error.sentence) from None
        return cls.from_json(data)


def layer_to_json(layer: Layer) -> dict:
    """Return {"kind": …} and every field; rows of layers inside become lists."""
    data: dict = {"kind": type(layer).__name__}
    if isinstance(layer, Branching):
        rows = [[layer_to_json(inner) for inner in row] for _, row in layer.rows()]
        return data | row_fields(type(layer), rows)
    for field in fields_of(type(layer)):
        value = getattr(layer, field.name)
        if not getattr(field.rule, "younger", False) or value != field.default:
            data[field.name] = list(value) if isinstance(value, tuple) else value
    return data


def row_fields(kind: type[Branching], rows: list) -> dict:
    """Return rows as JSON under the field names of a branching layer."""
    return dict(zip(kind.FIELDS, rows, strict=True)) if not kind.many else {kind.FIELDS[0]: rows}


def _row_from_json(data: object, where: str, depth: int, count: list[int]) -> tuple[Layer, ...]:
    if not isinstance(data, list):
        raise SpecError("{where} is {value}, but must be a list of layers.", where=where, value=checks.shown(data))
    if depth > MAX_DEPTH:
        raise SpecError("{where}: branches lie more than {most} deep.", where=where, most=MAX_DEPTH)
    layers = []
    for position, item in enumerate(data, start=1):
        count[0] += 1
        if count[0] > MAX_LAYERS:
            raise SpecError("The model has more than {most} layers.", most=MAX_LAYERS)
        layer = _layer_from_json(item, f"{where}[{position}]", depth, count)
        if item.get("off") is not True:  # switched off in the editor: checked, but not part of the model
            layers.append(layer)
    return tuple(layers)


def _layer_from_json(data: object, where: str, depth: int, count: list[int]) -> Layer:
    if not isinstance(data, dict):
        raise SpecError("{where} is {value}, but must be a layer.", where=where, value=checks.shown(data))
    kind = data.get("kind")
    try:
        if "off" in data:
            checks.one_of(SpecError, checks.field("off"), data["off"], (True, False))
            data = {name: value for name, value in data.items() if name != "off"}
        checks.known(SpecError, say("layer kind"), kind, KINDS)
        if kind in BRANCHING:
            return _branching_from_json(BRANCHING[kind], data, depth, count)
        known = {field.name: field for field in fields_of(KINDS[kind])}
        _no_other_fields(data, ("kind", *known), kind)
        missing = [name for name, field in known.items() if field.needed and name not in data]
        if missing:
            raise SpecError("{kind} needs the field '{field}'.", kind=kind, field=missing[0])
        return KINDS[kind](**{name: data[name] for name in known if name in data})
    except SpecError as error:
        raise SpecError("{where}: {problem}", where=where, problem=error.sentence) from None


def _branching_from_json(kind: type[Branching], data: dict, depth: int, count: list[int]) -> Branching:
    _no_other_fields(data, ("kind", *kind.FIELDS), kind.__name__)
    first, *others = kind.FIELDS
    if not kind.many:
        rows = [(first, data.get(first)), *((name, data.get(name, [])) for name in others)]
    else:
        rows = data.get(first)
        if not isinstance(rows, list):
            raise SpecError("{where} is {value}, but must be a list of layers.", where=first, value=checks.shown(rows))
        rows = [(f"{first}[{n}]", row) for n, row in enumerate(rows, start=1)]
    return kind.of_rows(tuple(_row_from_json(row, where, depth + 1, count) for where, row in rows))


def _no_other_fields(data: dict, names: tuple[str, ...], what: str) -> None:
    other = [key for key in data if key not in names]
    if other:
        raise SpecError(
            "{what} has an unknown field {field}; known fields: {names}.",
            what=what, field=checks.shown(other[0]), names=", ".join(names),
        )  # fmt: skip
