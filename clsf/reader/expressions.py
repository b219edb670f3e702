"""Values of expressions: constants are folded, names looked up, calls handed on. A mixin of `Machine`."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from clsf.code.own_layers import SOURCES
from clsf.model.layers.reading import BY_KERAS, BY_TORCH
from clsf.optimizers import OPTIMIZERS
from clsf.reader import folding, names
from clsf.reader import values as v
from clsf.reader.libraries import Libraries
from clsf.reader.records import Records

_BUILTINS = {
    "range", "len", "int", "float", "str", "bool", "abs", "round", "min", "max", "sum", "list", "tuple", "dict", "set", "sorted",
    "reversed", "print", "zip", "enumerate", "super", "getattr", "setattr", "hasattr", "isinstance", "type", "next", "iter", "map", "filter",
    "open", "input", "any", "all", "object", "Exception", "ValueError", "TypeError", "staticmethod", "classmethod", "property", "id", "vars",
    "NotImplementedError", "RuntimeError", "KeyError", "AssertionError", "ImportError", "slice", "callable", "format", "repr", "exit", "quit",
    "divmod", "pow", "frozenset", "bytes", "ord", "chr", "issubclass", "IndexError", "StopIteration", "KeyboardInterrupt", "display", "get_ipython",
    "FileNotFoundError", "AttributeError", "OSError", "IOError", "ModuleNotFoundError", "NameError", "raw_input", "xrange", "unicode", "complex", "globals", "locals", "dir", "hash", "hex", "bin", "memoryview", "bytearray", "NotImplemented", "Ellipsis", "ZeroDivisionError", "UserWarning", "DeprecationWarning", "FutureWarning", "Warning", "BaseException", "EOFError", "SystemExit", "eval", "exec", "compile", "help", "delattr", "oct", "ascii", "breakpoint", "__file__", "__doc__",
}  # fmt: skip


@dataclass(frozen=True)
class Method:
    """A method of something, by name."""

    of: object
    name: str


MODULES = (
    "torch.nn.Module", "keras.Model", "keras.Sequential", "keras.layers.Layer", "torch.nn.Sequential", "tensorflow.Module",
    "torch.nn.ModuleList", "torch.nn.ModuleDict",
)  # fmt: skip


def is_ours(cls: v.Class) -> bool:
    """Whether a class is, word for word, one that `clsf.code` prints for a layer that PyTorch lacks.

    Those that only move numbers are followed like any other.
    """
    source = SOURCES.get(cls.name, "")
    return (
        cls.name in BY_TORCH
        and BY_TORCH[cls.name][0].role not in ("Axes", "Layout")
        and ast.dump(cls.node) == ast.dump(ast.parse(source).body[0])
    )


def base_layer_path(path: str) -> bool:
    """Whether a class that derives from `path` is a library layer with changes."""
    name = path.rpartition(".")[2]
    return path not in MODULES and (
        (f"nn.{name}" in BY_TORCH and path.startswith("torch.nn."))
        or (path.startswith("keras.layers.") and f"layers.{name}" in BY_KERAS)
    )


@dataclass(frozen=True)
class Super:
    of: v.Instance
    after: v.Class


class Expressions(Libraries, Records):
    """Evaluation of expression nodes."""

    @staticmethod
    def path(path: str) -> str:
        return names.canonical(path)

    def eval(self, node: ast.expr | None) -> object:
        self.step()
        method = getattr(self, f"see_{type(node).__name__.lower()}", None)
        return v.UNKNOWN if method is None else method(node)

    def see_constant(self, node: ast.Constant) -> object:
        return folding.limited(node.value) if node.value is not Ellipsis else Ellipsis

    def see_name(self, node: ast.Name) -> object:
        value = self.scope.find(node.id)
        if value is not None:
            return value[0]
        if node.id == "__name__":
            return "__main__"
        if node.id in _BUILTINS:
            return v.Ref("range" if node.id == "xrange" else node.id)
        if node.id in names.MISSING_IMPORTS:
            self.assumed_imports.setdefault(node.id, node.lineno)
            return v.Ref(names.MISSING_IMPORTS[node.id])
        self.undefined.setdefault(node.id, node.lineno)
        return v.UNKNOWN

    def star(self, module: str, line: int) -> None:
        """Import the names that `from module import *` most likely gives: names that only this module has."""
        path = self.path(module)
        for name, full in names.MISSING_IMPORTS.items():
            if full.rpartition(".")[0] == path or (path == "keras.models" and name in ("Sequential", "Model")):
                self.scope.put(name, v.Ref(full), line)
        if path in ("keras.layers", "torch.nn", "torch.optim", "keras.optimizers", "keras.losses", "keras.callbacks"):
            for name in _STARS.get(path, ()):
                self.scope.put(name, v.Ref(self.path(f"{path}.{name}")), line)

    def see_tuple(self, node: ast.Tuple) -> tuple:
        return tuple(self.elements(node.elts))

    def see_list(self, node: ast.List) -> list:
        return self.elements(node.elts)

    def see_set(self, node: ast.Set) -> list:
        return self.elements(node.elts)

    def elements(self, nodes: list[ast.expr]) -> list:
        items = []
        for n in nodes:
            if isinstance(n, ast.Starred):
                value = self.eval(n.value)
                if isinstance(value, v.Net | v.Made):
                    value = self.children(value)
                items += list(value)[: folding.MAX_ITEMS] if isinstance(value, list | tuple | range) else [v.UNKNOWN]
            else:
                items.append(self.eval(n))
        return items

    def see_dict(self, node: ast.Dict) -> dict:
        items = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                inner = self.eval(value)
                items |= inner if isinstance(inner, dict) else {}
            else:
                k = self.eval(key)
                item = self.eval(value)
                if folding.plain(k) or (isinstance(k, tuple) and all(map(folding.plain, k))):
                    items[k] = item
        return items

    def see_joinedstr(self, node: ast.JoinedStr) -> object:
        values = [self.eval(part.value) if isinstance(part, ast.FormattedValue) else part.value for part in node.values[:200]]
        if not all(folding.plain(value) for value in values):
            return v.UNKNOWN
        parts, total = [], 0
        for value in values:
            parts.append(str(folding.limited(value)))
            total += len(parts[-1])
            if total > folding.MAX_TEXT:
                return v.UNKNOWN
        return "".join(parts)

    def see_binop(self, node: ast.BinOp) -> object:
        return self.binary(type(node.op), self.eval(node.left), self.eval(node.right), node)

    def see_unaryop(self, node: ast.UnaryOp) -> object:
        value = self.eval(node.operand)
        if isinstance(value, v.Array | v.Tensor | v.ModelAnswer | v.LossValue):
            return value
        return folding.unary(type(node.op), value)

    def see_boolop(self, node: ast.BoolOp) -> object:
        result: object = v.UNKNOWN
        sure = True
        for part in node.values:
            value = self.eval(part)
            truth = self.truth(value)
            if truth is None:
                sure = False
                result = value if isinstance(node.op, ast.Or) and result is v.UNKNOWN else result
                continue
            if isinstance(node.op, ast.And) and truth is False:
                return value
            if isinstance(node.op, ast.Or) and truth is True:
                return value if sure else v.UNKNOWN
            result = value
        return result if sure else v.UNKNOWN

    def see_compare(self, node: ast.Compare) -> object:
        left = self.eval(node.left)
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.eval(right_node)
            if (
                isinstance(left, v.Array)
                or isinstance(right, v.Array)
                or isinstance(left, v.ModelAnswer)
                or isinstance(right, v.ModelAnswer)
            ):
                return self.compared(type(op), left, right, node)
            result = folding.compare(type(op), left, right)
            if result is not True:
                return result
            left = right
        return True

    def see_ifexp(self, node: ast.IfExp) -> object:
        truth = self.truth(self.eval(node.test))
        if truth is not None:
            return self.eval(node.body if truth else node.orelse)
        first, second = self.eval(node.body), self.eval(node.orelse)
        return second if first is v.UNKNOWN or first is None else first

    def see_lambda(self, node: ast.Lambda) -> v.ProgramFunction:
        return v.ProgramFunction(node, self.scope, "lambda")

    def see_namedexpr(self, node: ast.NamedExpr) -> object:
        value = self.eval(node.value)
        self.scope.put(node.target.id, value, node.lineno)
        return value

    def see_starred(self, node: ast.Starred) -> object:
        return self.eval(node.value)

    def see_await(self, node: ast.Await) -> object:
        return self.eval(node.value)

    def see_listcomp(self, node: ast.ListComp) -> object:
        return self.comprehension(node.generators, node.elt)

    see_generatorexp = see_listcomp
    see_setcomp = see_listcomp

    def see_dictcomp(self, node: ast.DictComp) -> object:
        pairs = self.comprehension(node.generators, ast.copy_location(ast.Tuple([node.key, node.value], ast.Load()), node))
        return {k: x for k, x in pairs if folding.plain(k)} if isinstance(pairs, list) else v.UNKNOWN

    def comprehension(self, generators: list[ast.comprehension], element: ast.expr) -> object:
        first = generators[0]
        kind, items = self.items(self.eval(first.iter))
        made, before = [], self.scope
        scope = type(before)(before, before.name)
        self.scope = scope
        began, built = self.steps, self.built
        try:
            for item in items:
                if len(made) > 2 and self.built == built and self.steps - began > self.MAX_IDLE:
                    return v.UNKNOWN
                self.assign(
                    first.target, item, ast.Assign(targets=[first.target], value=element, lineno=getattr(element, "lineno", 0))
                )
                tests = [self.truth(self.eval(test)) for test in first.ifs]
                if False in tests:
                    continue
                if len(generators) > 1:
                    inner = self.comprehension(generators[1:], element)
                    if not isinstance(inner, list):
                        return v.UNKNOWN
                    made += inner
                else:
                    made.append(self.eval(element))
                if len(made) > folding.MAX_ITEMS:
                    return v.UNKNOWN
        finally:
            self.scope = before
        if kind in ("other", "loader", "array"):
            return (
                made[0].then("collected", getattr(element, "lineno", 0))
                if made and isinstance(made[0], v.Array) and kind == "array"
                else v.UNKNOWN
            )
        return made

    def see_attribute(self, node: ast.Attribute) -> object:
        return self.attribute(self.eval(node.value), node.attr, node)

    def attribute(self, value: object, name: str, node: ast.AST | None) -> object:
        line = getattr(node, "lineno", 0)
        match value:
            case v.Ref():
                path = names.canonical(f"{value.path}.{name}")
                return folding.CONSTANTS.get(path, v.Ref(path))
            case v.Instance():
                return self.instance_attribute(value, name, node)
            case v.Net() if value.instance is not None:
                inherited = self.instance_attribute(value.instance, name, node)
                return Method(value, name) if inherited is v.UNKNOWN or (isinstance(inherited, Method)) else inherited
            case Super():
                for base in value.after.bases:
                    inherited = base.find(name) if isinstance(base, v.Class) else None
                    if inherited and isinstance(inherited[0], v.ProgramFunction):
                        return v.ProgramFunction(
                            inherited[0].node, inherited[0].scope, name, value.of, inherited[1], inherited[0].decorators
                        )
                return Method(value, name)
            case v.Class():
                inherited = value.find(name)
                return inherited[0] if inherited else v.UNKNOWN
            case v.Unknown():
                return v.UNKNOWN
            case _:
                inherited = self.library_attribute(value, name, line)
                return Method(value, name) if inherited is None else inherited

    def instance_attribute(self, value: v.Instance, name: str, node: ast.AST | None) -> object:
        if name in value.attributes:
            return value.attributes[name]
        inherited = value.cls.find(name)
        if inherited is None:
            return Method(value.net or value, name) if value.net is not None else v.UNKNOWN
        member, owner = inherited
        if isinstance(member, v.ProgramFunction):
            bound = v.ProgramFunction(member.node, member.scope, member.name, value, owner, member.decorators)
            if any(d in ("property", "functools.cached_property", "cached_property") for d in member.decorators):
                return self.call_function(bound, [], {}, node)
            return bound
        return member

    def attribute_line(self, node: ast.Attribute) -> int:
        """Return where `self.lr` or `args.lr` got its value, or 0."""
        value = self.eval(node.value)
        if isinstance(value, v.Net) and value.instance is not None:
            value = value.instance
        if isinstance(value, v.Instance):
            return value.lines.get(node.attr, 0) or (value.cls.lines.get(node.attr, 0))
        if isinstance(value, v.Class):
            return value.lines.get(node.attr, 0)
        if isinstance(value, v.Made):
            return value.extra.get("lines", {}).get(node.attr, 0)
        return 0

    def set_attribute(self, value: object, name: str, item: object, node: ast.stmt) -> None:
        target = value.instance if isinstance(value, v.Net) and value.instance is not None else value
        if name in ("trainable", "requires_grad"):
            self.event("trainable", node.lineno, of=value, value=item)
        if isinstance(target, v.Instance):
            if name not in target.attributes:
                target.order.append(name)
            target.attributes[name] = item
            target.lines[name] = self.line_for(node, item) if isinstance(node, ast.Assign | ast.AnnAssign) else node.lineno
        elif isinstance(target, v.Net | v.Made):
            target.extra[name] = item
            if isinstance(target, v.Net):
                self.net_attribute_set(target, name, item, node.lineno)
        elif isinstance(target, v.Class):
            target.members[name] = item

    def set_item(self, target: ast.Subscript, item: object, node: ast.stmt) -> None:
        value = self.eval(target.value)
        key = self.eval(target.slice) if not isinstance(target.slice, ast.Slice) else v.UNKNOWN
        if (isinstance(value, dict) and folding.plain(key) and len(value) < folding.MAX_ITEMS) or (
            isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value)
        ):
            value[key] = item
        elif isinstance(value, v.Made) and value.path == "torchvision.head":
            value.extra["of"].extra["classifier"] = item
        elif isinstance(value, v.Net | v.Made) and isinstance(key, int):
            self.replace_child(value, key, item)
        elif key == "lr" or (isinstance(key, str) and "lr" in key):
            self.event("rate-set", node.lineno, value=item)

    def see_subscript(self, node: ast.Subscript) -> object:
        value = self.eval(node.value)
        if isinstance(node.slice, ast.Slice):
            low, high, step = (self.eval(p) if p else None for p in (node.slice.lower, node.slice.upper, node.slice.step))
            if (
                isinstance(value, list | tuple | str | range)
                and all(x is None or isinstance(x, int) for x in (low, high, step))
                and step != 0
            ):
                return value[low:high:step]
            if isinstance(value, v.Net) or (isinstance(value, v.Made) and self.children(value)):
                return (
                    [v.UNKNOWN]
                    if not all(x is None or isinstance(x, int) for x in (low, high, step))
                    else self.children(value)[low:high:step]
                )
            return self.sliced(value, ((low, high, step),), node.lineno)
        key = self.eval(node.slice) if not isinstance(node.slice, ast.Tuple) else self.keys(node.slice)
        match value:
            case list() | tuple() | str() | range():
                if isinstance(key, int) and -len(value) <= key < len(value):
                    return value[key]
                return v.UNKNOWN
            case dict():
                if folding.plain(key) or (isinstance(key, tuple) and all(map(folding.plain, key))):
                    return value.get(key, v.UNKNOWN)
                first = next(iter(value.values()), v.UNKNOWN)
                return first if isinstance(first, v.Loader | v.Array) else v.UNKNOWN
            case v.Net():
                items = self.children(value)
                return items[key] if isinstance(key, int) and -len(items) <= key < len(items) else v.UNKNOWN
            case _:
                return self.subscripted(value, key, node.lineno)

    def keys(self, node: ast.Tuple) -> tuple:
        return tuple(
            tuple(self.eval(p) if p else None for p in (e.lower, e.upper, e.step)) if isinstance(e, ast.Slice) else self.eval(e)
            for e in node.elts
        )

    # -- calls

    def see_call(self, node: ast.Call) -> object:
        called = self.eval(node.func)
        args, lines = [], {}
        for a in node.args:
            if isinstance(a, ast.Starred):
                args += self.elements([a])
            else:
                lines[len(args)] = self.written(a)
                args.append(self.eval(a))
        kwargs = {}
        for k in node.keywords:
            if k.arg is None:
                value = self.eval(k.value)
                if isinstance(value, dict):
                    kwargs |= {str(name): item for name, item in value.items()}
            else:
                lines[k.arg] = self.written(k.value)
                kwargs[k.arg] = self.eval(k.value)
        return self.call(called, args, kwargs, node, lines)

    def written(self, node: ast.expr) -> int:
        """Return the line where an argument's value was written: for a name, where it was assigned a constant."""
        if isinstance(node, ast.Name):
            value = self.scope.find(node.id)
            if value and value[1]:
                return value[1]
        if isinstance(node, ast.Attribute):
            base = node
            while isinstance(base, ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name):
                return self.attribute_line(node) or node.lineno
        return node.lineno

    def call(self, called: object, args: list, kwargs: dict, node: ast.Call, lines: dict) -> object:
        match called:
            case v.ProgramFunction():
                return self.call_function(called, args, kwargs, node, lines)
            case v.Class():
                return self.instantiate(called, args, kwargs, node, lines)
            case v.Ref():
                return self.call_ref(called.path, args, kwargs, node, lines)
            case Method():
                return self.call_method(called.of, called.name, args, kwargs, node, lines)
            case v.Net() | v.Made() | v.Tensor() | v.Loader() | v.Array():
                return self.call_object(called, args, kwargs, node, lines)
            case v.Instance():
                method = called.cls.find("__call__") or called.cls.find("forward") or called.cls.find("call")
                if method:
                    return self.call_function(
                        v.ProgramFunction(
                            method[0].node, method[0].scope, method[0].name, called, method[1], method[0].decorators
                        ),
                        args,
                        kwargs,
                        node,
                        lines,
                    )
                return v.UNKNOWN
        return v.UNKNOWN

    def instantiate(self, cls: v.Class, args: list, kwargs: dict, node: ast.AST, lines: dict | None = None) -> object:
        if self.depth >= 20:
            return v.UNKNOWN
        cls.made += 1
        line = getattr(node, "lineno", 0)
        if is_ours(cls):
            return v.Made(f"torch.nn.{cls.name}", args, kwargs, line, lines or {}, getattr(node, "end_lineno", line))
        instance = v.Instance(cls, line=line)
        result: object = instance
        if self.is_module(cls):
            torch = any(a.startswith("torch") for a in cls.ancestors())
            stack = "keras.Sequential" in cls.ancestors() and not cls.find("call")
            net = v.Net("sequential" if stack else "instance", "torch" if torch else "keras", line, instance=instance)
            instance.net = net
            if not any(f.name == "__init__" for f in self.current):
                self.nets.append(net)
            result = net
            net.extra["base"] = self.base_layer(cls, args, kwargs, line)
        method = cls.find("__init__")
        if method and isinstance(method[0], v.ProgramFunction):
            bound = v.ProgramFunction(method[0].node, method[0].scope, "__init__", instance, method[1], method[0].decorators)
            self.call_function(bound, args, kwargs, node, lines or {})
        elif self.is_record(cls):
            self.fill(instance, args, kwargs, lines or {}, node)
        if "torch.utils.data.Dataset" in cls.ancestors() or "keras.utils.Sequence" in cls.ancestors():
            return v.Made("dataset-of-own", args, kwargs, line, lines or {}, extra={"instance": instance})
        return result

    @staticmethod
    def is_module(cls: v.Class) -> bool:
        return any(a in MODULES or base_layer_path(a) for a in cls.ancestors())

    @staticmethod
    def base_layer(cls: v.Class, args: list, kwargs: dict, line: int) -> v.Made | None:
        """Return the layer of a library that a class derives from, made with these arguments, or None."""
        path = next((a for a in cls.ancestors() if base_layer_path(a)), None)
        return None if path is None else v.Made(path, args, kwargs, line)

    @staticmethod
    def truth(value: object) -> bool | None:
        """Return whether a value counts as true, or None if it is unknown."""
        if folding.plain(value):
            return bool(value)
        if isinstance(value, list | tuple | dict | range):
            return bool(value)
        if isinstance(value, v.ProgramFunction | v.Class | v.Net | v.Made | v.Tensor):
            return True
        return None

    def parts(self, value: object, count: int) -> list:
        """Return the result of unpacking a value that is not a tuple."""
        if isinstance(value, v.Tensor) and v.BATCH:
            return [v.UNKNOWN] * count
        return self.library_parts(value, count)


_STARS = {
    "keras.layers": [name for name, full in names.MISSING_IMPORTS.items() if full.startswith("keras.layers.")],
    "torch.nn": [*(name.removeprefix("nn.") for name in BY_TORCH), "Module", "Sequential", "CrossEntropyLoss", "LogSoftmax", "NLLLoss", "MSELoss", "BCELoss", "BCEWithLogitsLoss", "Dropout2d"],
    "torch.optim": sorted({declared.torch for declared in OPTIMIZERS.values()}),
    "keras.optimizers": sorted({declared.keras for declared in OPTIMIZERS.values()}),
    "keras.losses": ["categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy"],
    "keras.callbacks": ["EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau", "TensorBoard", "LearningRateScheduler"],
}  # fmt: skip
