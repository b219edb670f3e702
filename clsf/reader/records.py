"""Objects that only hold settings: data classes, named tuples, namespaces and dictionaries with attributes. A mixin of `Machine`."""

from __future__ import annotations

import ast

from clsf.reader import folding
from clsf.reader.values import UNKNOWN, Class, Instance, Made, Net, ProgramFunction, Ref

_NAMESPACES = {
    "types.SimpleNamespace", "argparse.Namespace", "easydict.EasyDict", "ml_collections.ConfigDict", "ml_collections.config_dict.ConfigDict",
    "addict.Dict", "box.Box", "munch.Munch", "munch.DefaultMunch", "omegaconf.DictConfig", "omegaconf.OmegaConf.create", "dotmap.DotMap",
    "attrdict.AttrDict", "edict",
}  # fmt: skip
_BASES = {"typing.NamedTuple", "pydantic.BaseModel", "pydantic.BaseSettings", "msgspec.Struct", "typing.TypedDict"}
_DECORATORS = {
    "dataclass",
    "dataclasses.dataclass",
    "attr.s",
    "attr.attrs",
    "attr.define",
    "attrs.define",
    "pydantic.dataclasses.dataclass",
}


class Records:
    """What is done with objects that hold settings."""

    def is_record(self, cls: Class) -> bool:
        """Whether a class of the program gets its fields as arguments without an `__init__` of its own."""
        if cls.find("__init__"):
            return False
        if _BASES & set(cls.ancestors()):
            return True
        return any(self.decorator(d) in _DECORATORS for d in cls.node.decorator_list) or any(
            isinstance(base, Class) and self.is_record(base) for base in cls.bases
        )

    def fill(self, instance: Instance, args: list, kwargs: dict, lines: dict, node: ast.AST) -> None:
        """Give a record its fields: from the arguments, else from what the class says."""
        for position, (name, default) in enumerate(self.fields(instance.cls).items()):
            if name in kwargs or position < len(args):
                value = kwargs[name] if name in kwargs else args[position]
                line = lines.get(name, lines.get(position, getattr(node, "lineno", 0)))
            else:
                value, line = self.default(default), instance.cls.lines.get(name, default.lineno if default is not None else 0)
            instance.attributes[name] = value
            instance.lines[name] = line
        method = instance.cls.find("__post_init__")
        if method and isinstance(method[0], ProgramFunction):
            bound = ProgramFunction(method[0].node, method[0].scope, "__post_init__", instance, method[1], method[0].decorators)
            self.quietly(self.call_function, bound, [], {}, node)

    def fields(self, cls: Class, seen: int = 0) -> dict[str, ast.expr | None]:
        """Return the fields of a record with their defaults, those of its bases first."""
        declared: dict[str, ast.expr | None] = {}
        for base in cls.bases:
            if isinstance(base, Class) and seen < 20:
                declared |= self.fields(base, seen + 1)
        for item in cls.node.body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                declared[item.target.id] = item.value
        return declared

    def default(self, node: ast.expr | None) -> object:
        if node is None:
            return UNKNOWN
        value = self.eval(node)
        if isinstance(value, Made) and value.name in ("field", "Field", "ib", "attrib"):
            factory = value.kwargs.get("default_factory", value.kwargs.get("factory"))
            if factory is not None:
                return self.call(factory, [], {}, node, {})
            return value.get("default", 0 if value.name == "Field" else None, UNKNOWN)
        return value

    def namespace(self, values: dict, line: int, lines: dict | None = None) -> Instance:
        """Return an object with these attributes."""
        cls = Class("namespace", ast.ClassDef("namespace", [], [], [], []), [], None, made=1)
        instance = Instance(cls, line=line)
        for name, value in values.items():
            if isinstance(name, str):
                instance.attributes[name] = self.namespace(value, line) if isinstance(value, dict) else value
                instance.lines[name] = (lines or {}).get(name, line)
        return instance

    def record_call(self, path: str, args: list, kwargs: dict, line: int, lines: dict) -> object | None:
        """Return what a call makes that gives an object with settings, or None for any other call."""
        if path in _NAMESPACES:
            first = args[0] if args else {}
            return self.namespace({**(first if isinstance(first, dict) else {}), **kwargs}, line, lines)
        if path in ("collections.namedtuple", "namedtuple"):
            names = args[1] if len(args) > 1 else kwargs.get("field_names", ())
            names = names.replace(",", " ").split() if isinstance(names, str) else names
            return Made("record", [], {}, line, extra={"names": list(names) if isinstance(names, list | tuple) else []})
        if path in ("vars", "dataclasses.asdict", "copy.copy", "copy.deepcopy") and args:
            return self.settings_of(args[0]) if path in ("vars", "dataclasses.asdict") else args[0]
        if path in ("dataclasses.field", "pydantic.Field", "attr.ib"):
            return Made(path, args, kwargs, line, lines)
        return None

    def settings_of(self, value: object) -> object:
        """Return what an object holds, as a dictionary: `vars(args)`."""
        if isinstance(value, Instance):
            return dict(value.attributes)
        if isinstance(value, Net) and value.instance is not None:
            return dict(value.instance.attributes)
        if isinstance(value, Made) and value.path == "argparse.Namespace":
            return {k: x for k, x in value.extra.items() if k != "lines"}
        if isinstance(value, Class):
            return {k: x for k, x in value.members.items() if folding.plain(x) or isinstance(x, list | tuple | Ref)}
        return UNKNOWN
