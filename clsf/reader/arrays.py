"""Data while a program is read: sets, arrays, loaders and what is done to them. A mixin of `Machine`."""

from __future__ import annotations

import ast
from dataclasses import replace
from math import prod

from clsf.reader import folding, ops
from clsf.reader import values as v
from clsf.reader.values import BATCH, UNKNOWN, Array, Loader, Made, ProgramFunction, Ref

KNOWN = {
    # shape, classes, training images, test images
    "mnist": ((28, 28, 1), 10, 60000, 10000), "fashion-mnist": ((28, 28, 1), 10, 60000, 10000), "kmnist": ((28, 28, 1), 10, 60000, 10000),
    "cifar10": ((32, 32, 3), 10, 50000, 10000), "cifar100": ((32, 32, 3), 100, 50000, 10000), "svhn": ((32, 32, 3), 10, 73257, 26032), "qmnist": ((28, 28, 1), 10, 60000, 60000),
    "stl10": ((96, 96, 3), 10, 5000, 8000), "digits": ((8, 8), 10, 1797, 0), "iris": ((4,), 3, 150, 0), "emnist": ((28, 28, 1), None, None, None),
    "imdb": (None, 2, 25000, 25000), "reuters": (None, 46, 8982, 2246), "wine": ((13,), 3, 178, 0), "breast_cancer": ((30,), 2, 569, 0), "boston_housing": ((13,), None, 404, 102),
}  # fmt: skip
_TORCH_SETS = {"MNIST": "mnist", "FashionMNIST": "fashion-mnist", "CIFAR10": "cifar10", "CIFAR100": "cifar100", "SVHN": "svhn", "KMNIST": "kmnist", "STL10": "stl10", "EMNIST": "emnist", "QMNIST": "qmnist", "ImageFolder": "folder", "FakeData": "fake", "ImageNet": "imagenet", "Flowers102": "flowers102", "Food101": "food101", "OxfordIIITPet": "pets", "DatasetFolder": "folder", "GTSRB": "gtsrb", "USPS": "usps"}  # fmt: skip
_PASS = {
    "numpy.array", "numpy.asarray", "numpy.ascontiguousarray", "numpy.copy", "numpy.squeeze", "tensorflow.convert_to_tensor", "tensorflow.constant", "tensorflow.identity", "torch.autograd.Variable",
    "tensorflow.cast", "numpy.float32", "numpy.float64", "numpy.int64", "numpy.uint8", "numpy.nan_to_num", "numpy.ravel", "numpy.asfarray",
}  # fmt: skip
_CHANGES = {"Rescaling", "Normalization"}


class Arrays:
    """The operations on data."""

    def array_attribute(self, a: Array, name: str, line: int) -> object | None:
        match name:
            case "shape":
                if a.shape is None:
                    return UNKNOWN
                return tuple(UNKNOWN if d is None else d for d in a.shape)
            case "values" | "data" | "loc" | "iloc" | "T" | "at" | "real":
                return a
            case "ndim":
                return len(a.shape) if a.shape is not None else UNKNOWN
            case "dtype" | "columns" | "index" | "device" | "size" | "str":
                return UNKNOWN
        return None

    def element(self, a: Array) -> Array:
        shape = a.shape[1:] if a.shape else None
        return replace(a, shape=shape)

    def array_binary(self, kind: type, left: object, right: object, line: int) -> object:
        a, other = (left, right) if isinstance(left, Array) else (right, left)
        is_left = a is left
        if kind is ast.Div and is_left:
            if folding.number(other):
                if other in (255, 256) or 254 <= other <= 256:
                    return a.then(
                        "scale-unit",
                        line,
                        scale="unit" if a.scale in ("raw", "") else "twice" if a.scale == "unit" else a.scale,
                        dtype=_wide(a),
                    )
                if 127 <= other <= 128:
                    return a.then(
                        "scale-centred", line, scale="centred" if a.scale in ("raw", "", "shifted") else a.scale, dtype=_wide(a)
                    )
                if a.scale == "small" and 15 <= other <= 16:
                    return a.then("scale-unit", line, scale="unit", dtype=_wide(a))
                return a.then("divide", line, scale="other" if a.scale == "raw" else a.scale, dtype=_wide(a))
            return a.then(
                "divide",
                line,
                scale="standard" if a.scale in ("raw", "unit", "", "shifted", "other", "centred") else a.scale,
                dtype=_wide(a),
            )
        if kind is ast.Mult:
            if folding.number(other) and 0 < other < 0.01:
                return a.then(
                    "scale-unit",
                    line,
                    scale="unit" if a.scale in ("raw", "") else "twice" if a.scale == "unit" else a.scale,
                    dtype=_wide(a),
                )
            if a.one_hot and folding.number(other) and 0 < other < 1:  # label smoothing written by hand
                a = replace(a, extra=(*a.extra, ("times", other)))
            if a.scale == "unit" and folding.number(other) and 254 <= other <= 256:
                return a.then("multiply", line, scale="raw")
            return a.then("multiply", line, scale=a.scale if other == 1 or not folding.number(other) else "other")
        if kind in (ast.Sub, ast.Add):
            if a.role == "y" or a.scale == "":
                return a.then(
                    "shift",
                    line,
                    extra=(*a.extra, ("shift", other if kind is ast.Add else -other if folding.number(other) else None)),
                )
            return a.then(
                "subtract",
                line,
                scale="shifted" if a.scale == "raw" else "standard" if not folding.number(other) else "centred",
            )
        if kind is ast.Mod and a.role == "y":
            return a.then("modulo", line, classes=other if isinstance(other, int) else None, one_hot=0)
        return a.then("arithmetic", line)

    def sliced(self, value: object, keys: tuple, line: int) -> object:
        if isinstance(value, Array):
            low, high, _ = keys[0]
            shape = value.shape
            if shape:
                n = shape[0]
                try:
                    count = (
                        len(range(*slice(low, high).indices(n)))
                        if isinstance(n, int) and all(x is None or isinstance(x, int) for x in (low, high))
                        else None
                    )
                except (TypeError, ValueError):
                    count = None
                shape = (count, *shape[1:])
            return replace(value.then("slice", line), shape=shape, extra=(*value.extra, ("rows", low, high)))
        if isinstance(value, v.ModelAnswer | Loader):
            return value
        if isinstance(value, v.Tensor):
            return value
        return UNKNOWN

    def subscripted(self, value: object, key: object, line: int) -> object:
        if isinstance(value, Array):
            keys = key if isinstance(key, tuple) else (key,)
            keys = tuple(None if isinstance(k, Ref) and k.name == "newaxis" else k for k in keys)
            if any(k is None for k in keys):  # a new axis
                shape = value.shape
                if shape is not None:
                    shape = (*shape, 1) if keys[-1] is None else (shape[0], 1, *shape[1:])
                return replace(
                    value.then("new-axis", line, shape=shape),
                    extra=(*value.extra, ("axis", "last" if keys[-1] is None else "first")),
                )
            if len(keys) == 2 and isinstance(keys[0], tuple) and value.shape is not None and len(value.shape) <= 2:
                cols = keys[1]
                if isinstance(cols, tuple):
                    low, high = cols[0] or 0, cols[1]
                    total = value.shape[1] if len(value.shape) == 2 else None
                    width = (
                        high - low
                        if isinstance(high, int) and isinstance(low, int) and high > 0
                        else (
                            total + (high or 0) - low
                            if isinstance(total, int) and isinstance(low, int) and (high is None or isinstance(high, int))
                            else None
                        )
                    )
                    return replace(value.then("columns", line), shape=(value.shape[0], width), made=line)
                return replace(value.then("column", line), shape=(value.shape[0],), made=line, values=None)
            if isinstance(key, int):
                if value.values is not None and -len(value.values) <= key < len(value.values):
                    return value.values[key]
                return self.element(value)
            if isinstance(key, str | list):
                return replace(
                    value.then("column", line),
                    made=line,
                    shape=(value.shape[0] if value.shape else None, len(key)) if isinstance(key, list) else None,
                )
            if len(keys) == 2 and isinstance(keys[0], tuple):
                return replace(value, shape=None) if not isinstance(keys[1], tuple) else value
            if len(keys) > 1 and any(isinstance(k, tuple) and k[2] == -1 for k in keys):
                return value.then("reversed-axis", line)
            if isinstance(key, Array) and key.did("compare") and value.role == "y":  # some of the classes are left out
                return replace(value.then("chosen", line), classes=None, source="", shape=None)
            if isinstance(key, Array) and value.source == "numpy.eye":
                return key.then("one_hot", line, one_hot=line, classes=value.shape[0] if value.shape else None)
            return replace(value, shape=(None, *value.shape[1:]) if value.shape else None)
        if isinstance(value, Loader):
            return self.batch_of(value) if isinstance(key, int) else value
        if isinstance(value, v.ModelAnswer | v.Tensor):
            return value
        if isinstance(value, Made) and value.path.startswith("torchvision.datasets"):
            x, y = self.dataset_arrays(value)
            return x, y
        if isinstance(value, Made) and value.path == "length":
            return UNKNOWN
        return UNKNOWN

    # -- methods of arrays

    def array_method(self, a: Array, name: str, args: list, kwargs: dict, line: int) -> object:
        first = args[0] if args else UNKNOWN
        match name:
            case "reshape" | "view" | "resize":
                dims = tuple(first) if isinstance(first, list | tuple) else tuple(args)
                return self.reshaped(a, dims, line)
            case "astype" | "type":
                kind = (
                    first if isinstance(first, str) else first.name if isinstance(first, Ref) else str(kwargs.get("dtype", ""))
                )
                raw = str(kind) == "uint8" and a.role != "y" and a.scale in ("", "other", "small")
                return a.then("astype", line, dtype=str(kind), scale="raw" if raw else a.scale)
            case "float" | "double" | "long" | "int" | "half" | "bool":
                return a.then(name, line, dtype={"long": "int64", "int": "int32"}.get(name, name))
            case "to":
                for kind in (*args, kwargs.get("dtype")):  # may be a device or a dtype
                    if (
                        isinstance(kind, Ref)
                        and kind.path.startswith("torch.")
                        and kind.name in ("float32", "float", "int64", "long", "float64", "double")
                    ):
                        return a.then("astype", line, dtype=kind.name)
                return replace(a, dtype="") if args and first is UNKNOWN and a.one_hot else a
            case "permute" | "transpose" | "swapaxes" | "movedim" | "moveaxis":
                dims = tuple(first) if isinstance(first, list | tuple) else tuple(args)
                shape = a.shape
                if shape and all(isinstance(d, int) for d in dims) and sorted(dims) == list(range(len(shape))):
                    shape = tuple(shape[d] for d in dims)
                else:
                    shape = None
                return a.then("permute", line, shape=shape)
            case "flatten" | "ravel":
                if name == "flatten" and (first == 1 or kwargs.get("start_dim") == 1) and a.shape:
                    return a.then("flatten", line, shape=(a.shape[0], _count(a.shape[1:])))
                return a.then("ravel", line, shape=(_count(a.shape),) if a.shape else None)
            case "squeeze":
                return a.then("squeeze", line, shape=tuple(d for d in a.shape if d != 1) if a.shape else None)
            case "unsqueeze":
                if a.shape and isinstance(first, int):
                    at = first if first >= 0 else len(a.shape) + 1 + first
                    return a.then("unsqueeze", line, shape=(*a.shape[:at], 1, *a.shape[at:]))
                return a.then("unsqueeze", line, shape=None)
            case (
                "drop"
                | "pop"
                | "dropna"
                | "fillna"
                | "sample"
                | "reset_index"
                | "to_numpy"
                | "copy"
                | "clone"
                | "contiguous"
                | "cuda"
                | "cpu"
                | "detach"
                | "numpy"
                | "values"
                | "round"
                | "sort_values"
                | "head"
                | "as_matrix"
                | "replace"
                | "apply"
                | "map"
                | "toarray"
                | "todense"
                | "repeat"
                | "requires_grad_"
                | "get"
                | "non_blocking"
                | "select_dtypes"
                | "set_index"
                | "iterrows"
                | "eval"
                | "concat"
                | "append"
            ):
                if name in ("drop", "pop"):
                    return replace(
                        a.then(name, line), made=line, shape=(a.shape[0] if a.shape else None,) if name == "pop" else None
                    )
                return a.then(name, line) if name in ("sample", "map", "apply", "replace") else a
            case "size":
                if not args:
                    return (BATCH, *((UNKNOWN if d is None else d) for d in a.shape[1:])) if a.shape else UNKNOWN
                return (
                    BATCH
                    if first == 0
                    else (
                        a.shape[first]
                        if a.shape and isinstance(first, int) and first < len(a.shape) and a.shape[first] is not None
                        else UNKNOWN
                    )
                )
            case (
                "mean"
                | "std"
                | "max"
                | "min"
                | "sum"
                | "var"
                | "argmax"
                | "item"
                | "tolist"
                | "unique"
                | "nunique"
                | "dim"
                | "numel"
                | "all"
                | "any"
            ):
                if name == "argmax":
                    return a.then("argmax", line, one_hot=0)
                return (
                    replace(a.then(f"of-{name}", line), role="", shape=None, scale="")
                    if name in ("mean", "std", "var", "min", "max")
                    else UNKNOWN
                )
            case "eq":
                return UNKNOWN
            case "div_" | "div":
                return self.array_binary(ast.Div, a, first, line)
            case "mul_" | "mul":
                return self.array_binary(ast.Mult, a, first, line)
            case "sub_" | "sub":
                return self.array_binary(ast.Sub, a, first, line)
        return UNKNOWN

    def reshaped(self, a: Array, dims: tuple, line: int) -> Array:
        shape: tuple | None = tuple(d if isinstance(d, int) else None for d in dims)
        known = a.shape is not None and None not in a.shape
        if shape and shape.count(-1) == 1:
            rest = [d for d in shape if d != -1]
            total = prod(a.shape) if known else None
            per = _count(a.shape[1:]) if a.shape else None
            if total is not None and None not in rest and prod(rest) and total % prod(rest) == 0:
                shape = tuple(total // prod(rest) if d == -1 else d for d in shape)
            elif (
                shape[0] != -1
                and per is not None
                and all(isinstance(d, int) for d in rest[1:])
                and prod(rest[1:])
                and per % prod(rest[1:]) == 0
            ):
                shape = (a.shape[0], *(per // prod(rest[1:]) if d == -1 else d for d in shape[1:]))
            else:
                shape = tuple(None if d == -1 else d for d in shape)
        if shape and a.shape and shape[0] is None:
            shape = (a.shape[0], *shape[1:])
        return replace(a.then("reshape", line, shape=shape), extra=(*a.extra, ("reshape", line, a.shape, shape)))

    def to_tensor(self, name: str, first: object, kwargs: dict, line: int) -> object:
        if isinstance(first, Array):
            kind = {"FloatTensor": "float32", "LongTensor": "int64"}.get(name)
            given = kwargs.get("dtype")
            kind = given.name if isinstance(given, Ref) else kind
            return first.then("tensor", line, **({"dtype": kind} if kind else {}))
        if isinstance(first, list | tuple):
            return self.array_of(first, line)
        return UNKNOWN

    def array_of(self, items: object, line: int) -> object:
        """Return the array written as a literal in the source."""
        if not isinstance(items, list | tuple):
            return items if isinstance(items, Array) else UNKNOWN
        rows = items
        shape: list = []
        while isinstance(rows, list | tuple):
            shape.append(len(rows))
            if not rows:
                break
            rows = rows[0]
        if isinstance(rows, Array):
            return replace(rows, shape=(None, *(rows.shape or ())) if rows.shape else None)
        flat: list = []
        _flat(items, flat)
        numbers = [x for x in flat if folding.number(x) or isinstance(x, bool)]
        if len(numbers) != len(flat) or not flat:
            return Array(
                source="written" if flat and all(isinstance(x, str) for x in flat) else "",
                line=line,
                made=line,
                shape=tuple(shape) or None,
            )
        one_hot = (
            line
            if len(shape) == 2
            and shape[1] > 1
            and all(
                isinstance(r, list | tuple) and sum(1 for x in r if x == 1) == 1 and all(x in (0, 1) for x in r) for r in items
            )
            else 0
        )
        top = max(abs(x) for x in numbers)
        scale = "unit" if top <= 5 else "raw" if top > 30 else "other"
        return Array(source="written", shape=tuple(shape), values=tuple(items), line=line, made=line, one_hot=one_hot, scale=scale,
                     classes=shape[1] if one_hot else len(set(numbers)) if len(shape) == 1 or shape[1] == 1 else None)  # fmt: skip

    # -- sets

    def dataset_arrays(self, made: Made) -> tuple[Array, Array]:
        """Return images and labels as a torchvision data set hands them out, one image at a time; shape is (c, h, w)."""
        name = _TORCH_SETS.get(made.name, made.name.lower())
        self.event("set", made.line, name=name)
        train = made.get(
            "train", 1 if made.name not in ("ImageFolder", "SVHN", "STL10", "FakeData", "EMNIST") else None, UNKNOWN
        )
        split = made.kwargs.get("split", made.args[1] if made.name in ("SVHN", "STL10") and len(made.args) > 1 else None)
        part = (
            "train"
            if train is True or split == "train"
            else "test"
            if train is False or split in ("test", "val", "valid")
            else ""
        )
        if (
            part == ""
            and made.name in ("MNIST", "FashionMNIST", "CIFAR10", "CIFAR100", "KMNIST")
            and train is UNKNOWN
            and not made.has("train", 1)
        ):
            part = "train"
        shape, classes, _, _ = KNOWN.get(name, (None, None, None, None))
        if name == "emnist":
            classes = {"balanced": 47, "letters": 26, "digits": 10, "byclass": 62, "mnist": 10, "bymerge": 47}.get(split)
        transform = made.get(
            "transform", None, made.args[2] if len(made.args) > 2 and not isinstance(made.args[2], bool) else None
        )
        size, scale, steps = (shape[2], shape[0], shape[1]) if shape and len(shape) == 3 else None, "raw", []
        for step in self.transforms(transform):
            kind = step.name if isinstance(step, Made) else ""
            steps.append((kind, getattr(step, "line", made.line)))
            if kind in ("ToTensor", "PILToTensor", "ToImage"):
                scale = "unit" if kind == "ToTensor" else "raw"
            elif (kind == "ToDtype" and step.kwargs.get("scale") is True) or kind == "ConvertImageDtype":
                scale = "unit"
            elif kind == "Normalize":
                mean = step.get("mean", 0)
                scale = "standard" if scale != "standard" else "twice"
                if size is not None and isinstance(mean, list | tuple) and len(mean) not in (1, size[0]):
                    steps.append(("normalize-channels", step.line))
            elif kind in ("Resize", "RandomResizedCrop", "CenterCrop", "RandomCrop", "Scale", "RandomSizedCrop"):
                wanted = step.get("size", 0)
                sides = (
                    (wanted, wanted)
                    if isinstance(wanted, int)
                    else tuple(wanted)
                    if isinstance(wanted, list | tuple) and len(wanted) == 2 and all(isinstance(x, int) for x in wanted)
                    else None
                )
                if sides:
                    c = (
                        size[0]
                        if size is not None
                        else 3
                        if name in ("folder", "imagenet", "pets", "food101", "flowers102", "gtsrb")
                        else None
                    )
                    size = (c, *sides) if c is not None else None
                elif size is not None:
                    size = (size[0], None, None)
            elif kind == "Grayscale":
                channels = step.get("num_output_channels", 0, 1)
                size = (channels if isinstance(channels, int) else 1, *(size[1:] if size is not None else (None, None)))
            elif kind == "Pad" and size is not None and isinstance(step.get("padding", 0), int) and size[1]:
                p = step.get("padding", 0)
                size = (size[0], size[1] + 2 * p, size[2] + 2 * p)
            elif kind == "Lambda" or isinstance(step, ProgramFunction):
                function = step.get("lambd", 0) if isinstance(step, Made) else step
                got = (
                    self.quietly(self.call_function, function, [Array("", "", "x", size, scale)], {}, function.node)
                    if isinstance(function, ProgramFunction)
                    else UNKNOWN
                )
                if isinstance(got, Array):
                    size, scale = got.shape, got.scale
                else:
                    scale, size = ("" if scale == "raw" else scale), None
        tensor = any(k in ("ToTensor", "PILToTensor", "ToImage", "Lambda") for k, _ in steps)
        x = Array(
            name,
            part,
            "x",
            size,
            scale if transform is not None and transform is not UNKNOWN else ("" if transform is UNKNOWN else "raw"),
            "float32" if tensor else "pil",
            line=made.line,
            made=made.line,
            steps=tuple(steps),
        )
        y = Array(name, part, "y", (), "", "int64", classes=classes, line=made.line, made=made.line)
        return x, y

    def transforms(self, value: object, depth: int = 0) -> list:
        """Return the steps of a transform, one after the other."""
        if depth > 5:
            return []
        if isinstance(value, Made) and value.name == "Compose":
            items = value.get("transforms", 0)
            return [t for i in (items if isinstance(items, list | tuple) else []) for t in self.transforms(i, depth + 1)]
        if isinstance(value, Made) and value.path == "torch.nn.Sequential":
            return [t for i in value.args for t in self.transforms(i, depth + 1)]
        return [value] if isinstance(value, Made | ProgramFunction) else []

    def arrays_of(self, data: object) -> tuple[Array, Array, Made | None]:
        """Return images and labels of what a DataLoader was given."""
        if isinstance(data, Made):
            if data.path.startswith("torchvision.datasets"):
                x, y = self.dataset_arrays(data)
                return x, y, data
            if data.path == "subset":
                x, y, _base = self.arrays_of(data.args[0])
                return replace(x, part=data.extra.get("part", x.part)), replace(y, part=data.extra.get("part", y.part)), data
            if data.path.endswith("TensorDataset"):
                arrays = [a if isinstance(a, Array) else Array() for a in data.args]
                x = arrays[0] if arrays else Array()
                y = arrays[1] if len(arrays) > 1 else Array()
                return (
                    replace(x, shape=x.shape[1:] if x.shape else None, role="x"),
                    replace(y, shape=y.shape[1:] if y.shape else None, role="y"),
                    data,
                )
            if data.path == "dataset-of-own":
                arrays = [a for a in (*data.args, *data.kwargs.values()) if isinstance(a, Array)]
                part = next((a.part for a in arrays if a.part), "")
                return Array("own", part, "x", line=data.line, made=data.line), Array("own", part, "y", line=data.line), data
            if data.path.endswith("ConcatDataset") and data.args and isinstance(data.args[0], list | tuple) and data.args[0]:
                return self.arrays_of(data.args[0][0])
        if isinstance(data, list) and len(data) == 2 and all(isinstance(a, Array) for a in data):
            return data[0], data[1], None
        if isinstance(data, Loader):
            return data.x, data.y, data.made if isinstance(data.made, Made) else None
        return Array(line=getattr(data, "line", 0)), Array(), None

    def batch_of(self, loader: Loader) -> tuple:
        x = loader.x
        whole = loader.kind == "torch" or (loader.kind == "tf" and loader.batched)
        shape = (None, *x.shape) if x.shape is not None and whole else x.shape
        return replace(x, shape=shape), replace(loader.y, shape=(None, *(loader.y.shape or ())) if whole else loader.y.shape)

    # -- calls

    def data_call(self, path: str, args: list, kwargs: dict, made: Made, node: ast.AST) -> object:
        first = args[0] if args else UNKNOWN
        line, name, head = made.line, made.name, path.partition(".")[0]
        if name == "where" and len(args) == 3 and any(isinstance(a, Array) for a in args[1:]):
            return next(a for a in reversed(args) if isinstance(a, Array)).then("where", line)
        if path.startswith("keras.datasets.") and name == "load_data":
            return self.keras_set(path.split(".")[2], line)
        if path.startswith("tensorflow.examples.tutorials.mnist"):
            return UNKNOWN
        if path == "keras.utils.to_categorical" or path in ("tensorflow.one_hot", "keras.ops.one_hot"):
            classes = made.get("num_classes", 1, kwargs.get("nb_classes", kwargs.get("depth")))
            if isinstance(first, Array):
                known = classes if isinstance(classes, int) else first.classes
                return first.then(
                    "one_hot",
                    line,
                    one_hot=line,
                    classes=known,
                    shape=(first.shape[0], known) if first.shape else None,
                    extra=(*first.extra, ("of", first.classes)),
                )
            return Array(
                "", "", "y", None, one_hot=line, classes=classes if isinstance(classes, int) else None, line=line, made=line
            )
        if path in ("torch.utils.data.DataLoader",):
            return self.loader(made)
        if path in ("torch.utils.data.random_split",):
            sizes = made.get("lengths", 1)
            count = len(sizes) if isinstance(sizes, list | tuple) else 2
            return Made(
                "split",
                [
                    Made(
                        "subset",
                        [first, n],
                        {},
                        line,
                        extra={"part": "train" if n == 0 else "validation" if n < count - 1 or count == 2 else "test"},
                    )
                    for n in range(count)
                ],
                {},
                line,
            )
        if path == "torch.utils.data.Subset":
            return Made("subset", [first], {}, line)
        if path in ("torch.utils.data.TensorDataset", "torch.utils.data.ConcatDataset") or path.startswith(
            "torchvision.datasets."
        ):
            return made
        if path.startswith(("tensorflow.data.Dataset.", "tensorflow.data.")) or path in (
            "keras.utils.image_dataset_from_directory",
            "tensorflow_datasets.load",
        ):
            return self.tf_data(path, args, kwargs, made)
        if path == "sklearn.model_selection.train_test_split" or name == "train_test_split":
            return self.split_arrays(args, kwargs, line)
        if path in _PASS or path in ("numpy.float32", "numpy.int32"):
            if isinstance(first, Array):
                dtype = kwargs.get("dtype", args[1] if len(args) > 1 else None)
                kind = dtype if isinstance(dtype, str) else dtype.name if isinstance(dtype, Ref) else first.dtype
                return first.then(name, line, dtype=kind) if name in ("cast", "array", "asarray", "float32") else first
            if isinstance(first, v.Tensor | v.ModelAnswer):
                return first
            if isinstance(first, list | tuple):
                return self.array_of(first, line)
            if isinstance(first, Made) and first.path.startswith("torchvision.datasets"):
                return self.dataset_arrays(first)[0]
            return Array(line=line, made=line) if first is UNKNOWN else first if folding.plain(first) else UNKNOWN
        if head in ("numpy", "cupy", "jax"):
            return self.numpy_call(path, args, kwargs, made)
        if head in ("tqdm", "rich", "alive_progress", "fastprogress"):
            return next((a for a in (*args, *kwargs.values()) if isinstance(a, Loader | Array | range | list | Made)), made)
        if path == "itertools.islice":
            return first
        if head == "math":
            return folding.mathematics(name, args) if name not in ("pi", "inf") else UNKNOWN
        if head == "pandas":
            if name.startswith("read_"):
                return Array(source="csv", line=line, made=line, scale="")
            if name == "get_dummies":
                return (
                    first.then("one_hot", line, one_hot=line)
                    if isinstance(first, Array)
                    else Array(one_hot=line, line=line, made=line)
                )
            if name == "factorize" and isinstance(first, Array):
                return (first, UNKNOWN)
            return (
                first
                if isinstance(first, Array)
                else Array(line=line, made=line)
                if name in ("DataFrame", "Series", "concat")
                else UNKNOWN
            )
        if head == "sklearn":
            return self.sklearn_call(path, args, kwargs, made)
        if path.startswith("tensorflow."):
            return self.tensorflow_call(path, args, kwargs, made, node)
        if head in ("torchsummary", "torchinfo", "torchsummaryX", "pytorch_model_summary") and name == "summary":
            return self.summary(made, head != "torchsummary")
        if name in ("load_img", "img_to_array", "imread", "open"):
            return Array("image", "", "x", None, "raw", line=line, made=line)
        if path == "collections.OrderedDict" and isinstance(first, list | tuple):
            return {p[0]: p[1] for p in first if isinstance(p, tuple | list) and len(p) == 2 and isinstance(p[0], str)}
        if path in ("os.path.join", "os.getcwd"):
            return UNKNOWN
        return made

    def summary(self, made: Made, batch: bool) -> object:
        """Take the input's shape from a table of the layers that is printed: `summary(model, (1, 28, 28))`."""
        net = made.get("model", 0)
        net = self.net_of(net) if isinstance(net, Made) and self.children(net) else net
        size = made.get("input_size", 1)
        size = size[0] if isinstance(size, list) and size and isinstance(size[0], list | tuple) else size
        if isinstance(net, v.Net) and isinstance(size, list | tuple) and all(isinstance(d, int) for d in size):
            net.input_shape = net.input_shape or tuple(size[1:] if batch else size) or None
        return UNKNOWN

    def keras_set(self, name: str, line: int) -> tuple:
        name = {"fashion_mnist": "fashion-mnist"}.get(name, name)
        self.event("set", line, name=name)
        shape, classes, train, test = KNOWN.get(name, (None, None, None, None))
        gray = name in ("mnist", "fashion-mnist")
        inner = (shape[:2] if gray else shape) if shape else None
        parts = []
        for part, count in (("train", train), ("test", test)):
            scale = (
                "raw"
                if name in ("mnist", "fashion-mnist", "cifar10", "cifar100")
                else "words"
                if name in ("imdb", "reuters")
                else ""
            )
            labels = (count, 1) if name.startswith("cifar") else (count,)
            parts.append(
                (
                    Array(name, part, "x", (count, *inner) if inner else None, scale, "uint8", line=line, made=line),
                    Array(name, part, "y", labels, "", "uint8", classes=classes, line=line, made=line),
                )
            )
        return tuple(parts)

    def numpy_call(self, path: str, args: list, kwargs: dict, made: Made) -> object:
        name, line = made.name, made.line
        first = args[0] if args else UNKNOWN
        if isinstance(first, v.ModelAnswer):
            return first.then(name, line)
        match name:
            case "load" | "loadtxt" | "genfromtxt" | "memmap" | "fromfile":
                return Array("csv" if name != "load" else "numpy.load", line=line, made=line)
            case "reshape" if isinstance(first, Array):
                dims = args[1] if len(args) > 1 else kwargs.get("newshape", kwargs.get("shape", ()))
                return self.reshaped(first, tuple(dims) if isinstance(dims, list | tuple) else (dims,), line)
            case "expand_dims" if isinstance(first, Array):
                at = kwargs.get("axis", args[1] if len(args) > 1 else -1)
                if first.shape is not None and isinstance(at, int):
                    k = at if at >= 0 else len(first.shape) + 1 + at
                    return replace(
                        first.then("new-axis", line, shape=(*first.shape[:k], 1, *first.shape[k:])),
                        extra=(*first.extra, ("axis", "last" if at in (-1, len(first.shape)) else "first")),
                    )
                return first.then("new-axis", line)
            case "concatenate" | "vstack" | "hstack" | "stack" | "append" | "column_stack" | "r_":
                items = first if isinstance(first, list | tuple) else args
                arrays = [a for a in items if isinstance(a, Array)]
                if arrays:
                    count = (
                        sum(a.shape[0] for a in arrays)
                        if name in ("concatenate", "vstack", "append")
                        and all(a.shape and isinstance(a.shape[0], int) for a in arrays)
                        else None
                    )
                    shape = (count, *arrays[0].shape[1:]) if arrays[0].shape else None
                    parts = {a.part for a in arrays}
                    return replace(
                        arrays[0].then("join", line),
                        shape=shape,
                        values=None,
                        part=arrays[0].part if len(parts) == 1 else "both",
                    )
                return Array(line=line, made=line)
            case "transpose" | "moveaxis" | "swapaxes" | "rollaxis" if isinstance(first, Array):
                return self.array_method(
                    first, "permute", [args[1]] if len(args) > 1 and name == "transpose" else [], kwargs, line
                )
            case "zeros" | "ones" | "empty" | "full" | "zeros_like" | "ones_like" | "arange" | "linspace":
                shape = (
                    tuple(first)
                    if isinstance(first, list | tuple)
                    else (first,)
                    if isinstance(first, int)
                    else getattr(first, "shape", None)
                )
                shape = tuple(d if isinstance(d, int) else None for d in shape) if shape else None
                if name in ("arange", "linspace"):
                    shape = None
                return Array(
                    source=f"numpy.{name}", shape=shape, line=line, made=line, scale="unit" if name in ("zeros", "ones") else ""
                )
            case "eye" | "identity":
                return Array(source="numpy.eye", shape=(first, first) if isinstance(first, int) else None, line=line, made=line)
            case "argmax":
                return first.then("argmax", line, one_hot=0) if isinstance(first, Array) else UNKNOWN
            case "prod" | "sqrt" | "ceil" | "floor" | "log" | "log2" | "log10" | "exp" if not isinstance(first, Array):
                return folding.mathematics(name, [first])
            case "mean" | "std" | "var" | "max" | "min":
                return Array(source=f"numpy.{name}", line=line, made=line) if isinstance(first, Array) else UNKNOWN
            case "unique":
                return Made("unique", [first], {}, line)
            case "array_split" | "split":
                return UNKNOWN
        if path.startswith("numpy.random."):
            if name in ("seed",):
                self.event("seed", line)
                return None
            if name in ("rand", "randn"):
                return Array(
                    f"numpy.random.{name}",
                    shape=tuple(a if isinstance(a, int) else None for a in args),
                    scale="unit",
                    line=line,
                    made=line,
                )
            if name in ("random", "uniform", "normal", "random_sample", "randint", "choice"):
                size = kwargs.get("size", args[-1] if (args and name in ("random", "random_sample")) or len(args) > 2 else None)
                shape = (
                    tuple(d if isinstance(d, int) else None for d in size)
                    if isinstance(size, list | tuple)
                    else (size,)
                    if isinstance(size, int)
                    else None
                )
                high = args[1] if len(args) > 1 and isinstance(args[1], int) else first if isinstance(first, int) else None
                return Array(
                    f"numpy.random.{name}",
                    shape=shape,
                    scale="unit" if name != "randint" else "",
                    classes=high if name == "randint" else None,
                    line=line,
                    made=line,
                )
            if name in ("shuffle",):
                self.event("shuffled", line, of=first)
                return None
            if name == "permutation":
                return Array("permutation", line=line, made=line)
            return Made(path, args, kwargs, line)
        if isinstance(first, Array):
            return first
        return UNKNOWN

    def tensorflow_call(self, path: str, args: list, kwargs: dict, made: Made, node: ast.AST) -> object:
        first = args[0] if args else UNKNOWN
        name, line = made.name, made.line
        if isinstance(first, v.ModelAnswer):
            return first.then(name, line)
        if path.startswith("tensorflow.image.random_"):
            self.event("varied", line, made=made)
        if path.startswith("tensorflow.nn.") and "cross_entropy" in name:
            labels, logits = kwargs.get("labels", UNKNOWN), kwargs.get("logits", UNKNOWN)
            return self.keras_loss(made, labels, logits, line)
        if isinstance(first, v.Tensor):
            if path.startswith("tensorflow.nn.") or name in ("sigmoid", "tanh"):
                if name in ("local_response_normalization", "lrn"):
                    made = v.Made(path, args[1:], {n: value for n, value in kwargs.items() if n != "name"}, line)
                    return self.keep(v.Op("ResponseNorm", {"activation": "linear"}, line, made), [first], False)
                return self.keep(
                    v.Op("Function", {"name": ops.ACTIVATIONS.get(name, name), "activation": "linear"}, line, made),
                    [first],
                    False,
                )
            if name == "reshape":
                dims = args[1] if len(args) > 1 else kwargs.get("shape")
                return self.keep(
                    v.Op("Layout", {"shape": tuple(dims)[1:] if isinstance(dims, list | tuple) else None}, line, made),
                    [first],
                    False,
                )
            return first
        if name == "concat" and isinstance(first, list | tuple) and any(isinstance(t, v.Tensor) for t in first):
            return self.keep(
                v.Op("Concat", {"axis": kwargs.get("axis", args[1] if len(args) > 1 else -1)}, line, made),
                [t for t in first if isinstance(t, v.Tensor)],
                False,
            )
        if isinstance(first, v.LossValue):
            return first
        if isinstance(first, Array):
            if name in ("cast", "reshape", "expand_dims", "squeeze", "convert_to_tensor", "to_float"):
                return (
                    self.reshaped(first, tuple(args[1]), line)
                    if name == "reshape" and len(args) > 1 and isinstance(args[1], list | tuple)
                    else self.numpy_call("numpy.expand_dims", args, kwargs, made)
                    if name == "expand_dims"
                    else first
                )
            if name == "transpose":
                dims = args[1] if len(args) > 1 else kwargs.get("perm")
                if isinstance(dims, list | tuple) and first.shape and len(dims) == len(first.shape) + 1 and dims[0] == 0:
                    dims = [
                        dim - 1 if isinstance(dim, int) else dim for dim in dims[1:]
                    ]  # a batch; only one of its images is known
                return self.array_method(first, "permute", [dims] if isinstance(dims, list | tuple) else [], {}, line)
            if name in ("divide",):
                return self.array_binary(ast.Div, first, args[1] if len(args) > 1 else UNKNOWN, line)
            if path.startswith("tensorflow.image."):
                if name == "convert_image_dtype":
                    return first.then(name, line, scale="unit")
                if name == "per_image_standardization":
                    return first.then(name, line, scale="standard")
                if name == "resize":
                    size = args[1] if len(args) > 1 else kwargs.get("size")
                    return first.then(
                        name,
                        line,
                        shape=(*size, first.shape[-1])
                        if isinstance(size, list | tuple) and len(size) == 2 and first.shape and len(first.shape) == 3
                        else None,
                    )
                return first.then(name, line)
            return first
        if name in ("random_seed", "set_random_seed", "set_seed"):
            self.event("seed", line)
            return None
        return made

    def split_arrays(self, args: list, kwargs: dict, line: int) -> object:
        arrays = []
        self.event("split", line, kwargs=kwargs)
        for a in args:
            for part in ("train", "test"):
                arrays.append(
                    replace(
                        a.then("split", line),
                        part=part,
                        shape=(None, *a.shape[1:]) if a.shape else None,
                        extra=(*a.extra, ("split", line)),
                    )
                    if isinstance(a, Array)
                    else Array("", part, line=line, made=line)
                )
        return arrays

    def sklearn_call(self, path: str, args: list, kwargs: dict, made: Made) -> object:
        name, line = made.name, made.line
        if name.startswith("load_"):
            self.event("set", line, name=name[5:])
            known = KNOWN.get(name[5:])
            shape, classes, count, _ = known or (None, None, None, None)
            x = Array(
                name[5:],
                "",
                "x",
                (count, *(shape if name != "load_digits" else (64,))) if shape else None,
                "small" if name == "load_digits" else "",
                line=line,
                made=line,
            )
            y = Array(name[5:], "", "y", (count,), "", classes=classes, line=line, made=line)
            images = Array(name[5:], "", "x", (count, 8, 8), "small", line=line, made=line) if name == "load_digits" else x
            if kwargs.get("return_X_y") is True:
                return (x, y)
            return Made("sklearn.bunch", [], {}, line, extra={"data": x, "target": y, "images": images})
        if name.startswith("make_"):
            classes = kwargs.get("n_classes", kwargs.get("centers", 2))
            features = kwargs.get("n_features", 2 if name != "make_classification" else 20)
            return (
                Array(name, "", "x", (None, features if isinstance(features, int) else None), "unit", line=line, made=line),
                Array(name, "", "y", (None,), classes=classes if isinstance(classes, int) else None, line=line, made=line),
            )
        if name in ("normalize", "scale", "minmax_scale") and args and isinstance(args[0], Array):
            return args[0].then(name, line, scale="standard")
        if name == "shuffle" and args:
            return tuple(args) if len(args) > 1 else args[0]
        if name == "label_binarize" and args and isinstance(args[0], Array):
            return args[0].then("one_hot", line, one_hot=line)
        return made

    def data_method(self, of: Made, name: str, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        """Return the result of a method of a scaler, an encoder, a generator or a data set."""
        line, path = node.lineno, of.path
        first = args[0] if args else UNKNOWN
        if path.startswith("sklearn.") and name in ("fit_transform", "transform"):
            self.event("scaler", line, made=of, how=name, of=first)
            if isinstance(first, Array):
                if of.name in ("LabelEncoder", "OrdinalEncoder"):
                    return first.then("labels", line)
                if of.name in ("OneHotEncoder", "LabelBinarizer"):
                    return first.then("one_hot", line, one_hot=line)
                if "Scaler" in of.name or of.name == "Normalizer":
                    return first.then("scaled", line, scale="standard", extra=(*first.extra, ("scaler", line, id(of), name)))
                return first.then("transform", line, shape=None)
            return Array(
                line=line,
                made=line,
                scale="standard" if "Scaler" in of.name else "",
                one_hot=line if of.name in ("OneHotEncoder", "LabelBinarizer") else 0,
            )
        if path.startswith("sklearn.") and name == "fit":
            self.event("scaler", line, made=of, how="fit", of=first)
            return of
        if path == "sklearn.bunch":
            return UNKNOWN
        if path == "keras.ImageDataGenerator":
            return self.generator(of, name, args, kwargs, line, lines)
        if path.startswith(("keras.utils.", "keras.")):
            if name == "adapt":
                return None
            return UNKNOWN
        if path == "gradients":
            return UNKNOWN
        return UNKNOWN

    # -- loaders

    def loader(self, made: Made) -> Loader:
        data = made.get("dataset", 0)
        x, y, base = self.arrays_of(data)
        return Loader(base if base is not None else data, x, y, made.get("batch_size", 1, 1), made.get("shuffle", 2, UNKNOWN if made.has("sampler", 3) or made.has("batch_sampler") else None), made.line,
                      (made.line_of("dataset", 0), made.line_of("batch_size", 1)), (("made", made.line),), "torch", extra_made(made))  # fmt: skip

    def generator(self, of: Made, name: str, args: list, kwargs: dict, line: int, lines: dict) -> object:
        rescale = of.get("rescale")
        prepared = (
            of.get("preprocessing_function") is not None
            or of.get("featurewise_center") is True
            or of.get("samplewise_center") is True
        )
        augmented = any(
            of.get(k) not in (None, False, 0, UNKNOWN)
            for k in (
                "rotation_range",
                "width_shift_range",
                "height_shift_range",
                "horizontal_flip",
                "vertical_flip",
                "zoom_range",
                "shear_range",
                "brightness_range",
            )
        )
        if name == "flow":
            x = (
                args[0]
                if args and isinstance(args[0], Array)
                else kwargs.get("x")
                if isinstance(kwargs.get("x"), Array)
                else Array()
            )
            y = (
                args[1]
                if len(args) > 1 and isinstance(args[1], Array)
                else kwargs.get("y")
                if isinstance(kwargs.get("y"), Array)
                else Array()
            )
            subset = kwargs.get("subset")
            if subset in ("training", "validation"):
                x, y = (replace(a, part="train" if subset == "training" else "validation") for a in (x, y))
        elif name in ("flow_from_directory", "flow_from_dataframe"):
            size = kwargs.get("target_size", (256, 256))
            channels = 1 if kwargs.get("color_mode") == "grayscale" else 3
            mode = kwargs.get("class_mode", "categorical")
            shape = (
                (None, *size, channels) if isinstance(size, list | tuple) and all(isinstance(s, int) for s in size) else None
            )
            subset = kwargs.get("subset")
            x = Array("folder", "validation" if subset == "validation" else "", "x", shape, "raw", line=line, made=line)
            y = Array(
                "folder",
                "",
                "y",
                None,
                "",
                one_hot=line if mode == "categorical" else 0,
                classes=2 if mode == "binary" else None,
                line=line,
                made=line,
                extra=(("mode", mode),),
            )
        else:
            if name == "fit":
                return None
            return UNKNOWN
        if rescale is not None and rescale is not False:
            scale = (
                "unit"
                if not folding.number(rescale) or 0.003 < rescale < 0.005
                else "centred"
                if 0.006 < rescale < 0.009
                else "other"
            )
            x = x.then(
                "rescale",
                of.line,
                scale="twice" if x.scale == "unit" and scale == "unit" else scale if x.scale in ("raw", "") else x.scale,
            )
        if prepared:
            x = x.then("preprocess", of.line, scale="standard")
        return Loader(
            of,
            replace(x, role="x"),
            replace(y, role="y"),
            kwargs.get("batch_size", args[2] if name == "flow" and len(args) > 2 else 32),
            kwargs.get("shuffle", True),
            line,
            (line, line),
            (("made", line), *((("augment", of.line),) if augmented else ())),
            "keras-generator",
        )

    def tf_data(self, path: str, args: list, kwargs: dict, made: Made) -> object:
        name, line = made.name, made.line
        first = args[0] if args else UNKNOWN
        if name == "from_tensor_slices":
            pair = first if isinstance(first, tuple | list) else (first,)
            x = pair[0] if pair and isinstance(pair[0], Array) else Array(line=line)
            y = pair[1] if len(pair) > 1 and isinstance(pair[1], Array) else Array(line=line)
            return Loader(
                made,
                replace(x, shape=x.shape[1:] if x.shape else None),
                replace(y, shape=y.shape[1:] if y.shape else None),
                None,
                False,
                line,
                (line, line),
                (("made", line),),
                "tf",
                False,
            )
        if name == "image_dataset_from_directory":
            size = kwargs.get("image_size", (256, 256))
            channels = 1 if kwargs.get("color_mode") == "grayscale" else 3
            mode = kwargs.get("label_mode", "int")
            shape = (*size, channels) if isinstance(size, list | tuple) and all(isinstance(s, int) for s in size) else None
            x = Array(
                "folder",
                "validation" if kwargs.get("subset") == "validation" else "train" if kwargs.get("subset") == "training" else "",
                "x",
                shape,
                "raw",
                line=line,
                made=line,
            )
            y = Array(
                "folder",
                "",
                "y",
                (),
                "",
                one_hot=line if mode == "categorical" else 0,
                classes=2 if mode == "binary" else None,
                line=line,
                made=line,
            )
            return Loader(
                made,
                x,
                y,
                kwargs.get("batch_size", 32),
                kwargs.get("shuffle", True),
                line,
                (line, line),
                (("made", line),),
                "tf",
                True,
            )
        if path == "tensorflow_datasets.load":
            set_name = {"fashion_mnist": "fashion-mnist"}.get(first, first) if isinstance(first, str) else ""
            shape, classes, _, _ = KNOWN.get(set_name, (None, None, None, None))
            split = kwargs.get("split", args[1] if len(args) > 1 else None)

            def one(part: object) -> Loader:
                p = (
                    "train"
                    if isinstance(part, str) and part.startswith("train")
                    else "test"
                    if isinstance(part, str) and part.startswith("test")
                    else ""
                )
                return Loader(
                    made,
                    Array(set_name, p, "x", shape, "raw", "uint8", line=line, made=line),
                    Array(set_name, p, "y", (), classes=classes, line=line, made=line),
                    None,
                    kwargs.get("shuffle_files", False) or None,
                    line,
                    (line, line),
                    (("made", line),),
                    "tf",
                    False,
                )

            result = (
                [one(p) for p in split]
                if isinstance(split, list | tuple)
                else one(split)
                if isinstance(split, str)
                else {"train": one("train"), "test": one("test")}
            )
            return (result, UNKNOWN) if kwargs.get("with_info") is True else result
        if isinstance(first, Loader):
            return first
        return UNKNOWN

    def loader_method(self, of: Loader, name: str, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        line = node.lineno
        first = args[0] if args else UNKNOWN
        match name:
            case "batch":
                size = kwargs.get("batch_size", first)
                return of.then(
                    "batch", line, batch=size, lines=(of.lines[0], lines.get(0, lines.get("batch_size", line))), batched=True
                )
            case "shuffle":
                size = kwargs.get("buffer_size", first)
                return of.then(
                    "shuffle" if of.did("batch") == 0 else "shuffle-batches",
                    line,
                    shuffle=size if isinstance(size, int) else True,
                )
            case (
                "repeat"
                | "cache"
                | "prefetch"
                | "take"
                | "skip"
                | "unbatch"
                | "with_options"
                | "as_numpy_iterator"
                | "enumerate"
                | "filter"
                | "apply"
                | "shard"
            ):
                if name in ("take", "skip") and of.did("shuffle"):
                    return of.then(f"{name}-shuffled", line)
                return of.then(name, line)
            case "map":
                return self.mapped(of, first, line)
            case "next" | "__next__" | "make_one_shot_iterator" | "get_next":
                return self.batch_of(of)
            case "reset":
                return None
        return UNKNOWN

    def mapped(self, of: Loader, function: object, line: int) -> Loader:
        scale, x, y = of.x.scale, of.x, of.y
        random = False
        if isinstance(function, ProgramFunction):
            count = len(function.node.args.args)
            given = [x, y] if count >= 2 else [x]
            before = self.steps
            result = self.quietly(self.call_function, function, given, {}, function.node)
            del before
            source = ast.unparse(function.node)
            random = "random" in source.lower() or "augment" in source.lower()
            if isinstance(result, tuple | list) and result:
                x = result[0] if isinstance(result[0], Array) else replace(x, scale="") if result[0] is UNKNOWN else x
                y = result[1] if len(result) > 1 and isinstance(result[1], Array) else y
            elif isinstance(result, Array):
                x = result
            elif result is UNKNOWN:
                x = replace(x, scale="" if scale == "raw" else scale)
        else:
            x = replace(x, scale="")
        return of.then("augment" if random else "map", line, x=replace(x, role="x"), y=replace(y, role="y"))


def extra_made(made: Made) -> bool:
    """Return whether a DataLoader gives batches: always."""
    return True


def _count(shape: tuple | None) -> int | None:
    return prod(shape) if shape is not None and all(isinstance(d, int) for d in shape) else None


def _flat(items: object, flat: list) -> None:
    for item in items:
        if isinstance(item, list | tuple):
            _flat(item, flat)
        else:
            flat.append(item)
        if len(flat) > 5000:
            return


def _wide(a: Array) -> str:
    """Return the type of numbers after a division: 64 bits stay 64 bits."""
    return a.dtype if a.dtype in ("float64", "double") else "float"
