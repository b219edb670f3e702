"""The meaning of library names and their objects' methods: data, loaders, losses, optimizers, tensors. A mixin of `Machine`."""

from __future__ import annotations

import ast

from clsf.reader import folding, ops
from clsf.reader import values as v
from clsf.reader.arrays import Arrays
from clsf.reader.nets import MERGES, Nets

_TORCH_LOSSES = {
    "cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss", "smooth_l1_loss", "kl_div",
    "multi_margin_loss", "multilabel_soft_margin_loss", "hinge_embedding_loss", "soft_margin_loss",
}  # fmt: skip
_SAME = {
    "contiguous", "clone", "detach", "cpu", "cuda", "to", "float", "double", "half", "requires_grad_", "squeeze_", "type", "type_as", "data", "numpy", "detach_",
    "astype", "copy", "asnumpy", "tolist", "long", "int", "clamp", "clip",
}  # fmt: skip
_FUNCTIONAL = "torch.nn.functional."


class Libraries(Nets, Arrays):
    """Calls of libraries."""

    # -- attributes

    def library_attribute(self, value: object, name: str, line: int) -> object | None:
        """Return an attribute, or None where it is a method to be called."""
        match value:
            case v.Net():
                return self.net_attribute(value, name, line)
            case v.Tensor():
                return self.tensor_attribute(value, name)
            case v.Array():
                return self.array_attribute(value, name, line)
            case v.ModelAnswer():
                return (
                    value
                    if name in ("data", "logits", "out", "T")
                    else (v.UNKNOWN if name in ("shape", "device", "dtype") else None)
                )
            case v.LossValue():
                return v.LossValue(value.made, value.answer, value.target, value.line, True) if name == "data" else None
            case v.Loader():
                if name == "dataset":
                    return value.made if isinstance(value.made, v.Made) else value
                return {"batch_size": value.batch if value.batch is not None else v.UNKNOWN, "class_names": v.UNKNOWN, "sampler": value, "classes": v.UNKNOWN,
                        "num_classes": value.y.classes or v.UNKNOWN, "class_indices": v.UNKNOWN, "samples": v.UNKNOWN, "n": v.UNKNOWN, "element_spec": v.UNKNOWN}.get(name)  # fmt: skip
            case v.Made():
                return self.made_attribute(value, name, line)
        return None

    def made_attribute(self, made: v.Made, name: str, line: int) -> object | None:
        if name in made.extra and name not in ("items", "op", "net", "lines", "used", "instance"):
            return made.extra[name]
        if made.path == "argparse.Namespace":
            return v.UNKNOWN
        if made.path.startswith("torchvision.datasets") and name in ("data", "train_data", "test_data"):
            x, _ = self.dataset_arrays(made)
            return v.Array(x.source, x.part, "x", x.extra or None, "raw", "uint8", line=line, made=line)
        if made.path.startswith("torchvision.datasets") and name in ("targets", "train_labels", "labels", "test_labels"):
            return self.dataset_arrays(made)[1]
        if made.path.startswith("torchvision.datasets") and name == "classes":
            count = self.dataset_arrays(made)[1].classes
            return [v.UNKNOWN] * count if count else v.UNKNOWN
        if name in ("weight", "bias", "in_features", "out_features", "out_channels") and made.path.startswith("torch.nn."):
            op = self.op_for(made)
            return {
                "in_features": op.settings.get("in"),
                "out_features": op.settings.get("units"),
                "out_channels": op.settings.get("filters"),
            }.get(name) or v.UNKNOWN
        if made.path.startswith(("torchvision.models", "torch.hub")):
            if name in ("fc", "classifier", "head", "heads"):
                return v.Made("torchvision.head", [], {}, line, extra={"in_features": v.UNKNOWN, "of": made})
            return (
                None
                if name
                in (
                    "eval",
                    "train",
                    "parameters",
                    "to",
                    "cuda",
                    "named_parameters",
                    "children",
                    "load_state_dict",
                    "state_dict",
                    "modules",
                    "apply",
                )
                else v.UNKNOWN
            )
        if made.path.startswith("keras.applications"):
            if name in ("output", "input"):
                given = made.get("input_tensor")
                shape = given.shape if isinstance(given, v.Tensor) else _clean_shape(made.get("input_shape"))
                start = (
                    given if isinstance(given, v.Tensor) else v.Tensor(v.Op("Input", {"shape": shape}, made.line), (), shape)
                )
                tensor = made.extra.setdefault("as-tensor", start)
                return tensor if name == "input" else self.pretrained(made, [tensor], line)
            if name in ("layers", "output_shape", "trainable"):
                return v.UNKNOWN
        if made.path == "parameters" or made.path == "torch.optim":
            return None
        if name in ("param_groups", "dataset", "shape", "history", "params"):
            return v.UNKNOWN
        if name == "path":
            return v.UNKNOWN
        return None

    def tensor_attribute(self, tensor: v.Tensor, name: str) -> object | None:
        if name in ("shape", "_keras_shape"):
            torch = not any(isinstance(k, str) and k == "keras" for k in ("",)) and self.in_torch()
            dims = tensor.shape
            if dims is None:
                return (v.BATCH, *[v.UNKNOWN] * 3) if torch else v.UNKNOWN
            return (v.BATCH if torch else None, *(v.UNKNOWN if d is None else d for d in dims))
        if name in ("data", "T"):
            return tensor
        if name in ("device", "dtype", "is_cuda", "requires_grad"):
            return v.UNKNOWN
        return None

    def in_torch(self) -> bool:
        return any("torch" in name for name in self.imports) and not any(
            isinstance(f.bound, v.Instance) and f.bound.net is not None and f.bound.net.framework == "keras"
            for f in self.current
        )

    def library_parts(self, value: object, count: int) -> list:
        if isinstance(value, v.Array):
            if count == 2 and value.values and len(value.values) == 2:
                return [v.UNKNOWN, v.UNKNOWN]
            return [self.element(value)] * count if value.source else [v.UNKNOWN] * count
        if isinstance(value, v.ModelAnswer) and count == 2:
            return [value.then("max", value.line), value.then("argmax", value.line)]
        if isinstance(value, v.Loader):
            return list(self.batch_of(value)) if count == 2 else [value] * count
        if isinstance(value, v.Made) and value.path.startswith("torchvision.datasets") and count == 2:
            return list(self.dataset_arrays(value))
        if isinstance(value, v.Made) and value.path == "split":
            return value.args[:count] if len(value.args) >= count else [v.UNKNOWN] * count
        if isinstance(value, v.Made) and value.path == "max-of-answer":
            return [v.UNKNOWN, value.args[0]]
        return [v.UNKNOWN] * count

    # -- arithmetic

    def binary(self, kind: type, left: object, right: object, node: ast.AST) -> object:
        line = node.lineno
        if isinstance(left, v.Tensor) or isinstance(right, v.Tensor):
            tensors = [x for x in (left, right) if isinstance(x, v.Tensor)]
            if len(tensors) == 2:
                op = v.Op({ast.Add: "Add", ast.Mult: "Multiply"}.get(kind, "Combine"), {"axis": 1}, line)
                return self.keep(op, tensors, self.in_torch())
            if kind in (ast.Div, ast.Mult, ast.Sub, ast.Add):
                number = right if isinstance(left, v.Tensor) else left
                if not isinstance(number, v.Array | v.Unknown):
                    return self.keep(v.Op("Rescaling", {"scale": number, "how": kind.__name__}, line), tensors, self.in_torch())
            return tensors[0]
        if isinstance(left, v.LossValue) or isinstance(right, v.LossValue):
            return left if isinstance(left, v.LossValue) else right
        if isinstance(left, v.Array) or isinstance(right, v.Array):
            other = right if isinstance(left, v.Array) else left
            if isinstance(other, v.ModelAnswer) and kind is ast.Mult:
                return self.loss_by_hand(other, left if isinstance(left, v.Array) else right, line)
            return self.array_binary(kind, left, right, line)
        if isinstance(left, v.ModelAnswer) or isinstance(right, v.ModelAnswer):
            return left if isinstance(left, v.ModelAnswer) else right
        if isinstance(left, v.Loader):
            return left
        if left is v.BATCH or right is v.BATCH:
            return v.UNKNOWN
        if kind is ast.Mult:
            length, share = (left, right) if isinstance(left, v.Made) else (right, left)
            if isinstance(length, v.Made) and length.path == "length" and folding.number(share) and 0 < share < 1:
                self.event("share", line, value=share)
        return folding.binary(kind, left, right)

    def compared(self, kind: type, left: object, right: object, node: ast.AST) -> object:
        if isinstance(left, v.ModelAnswer) or isinstance(right, v.ModelAnswer):
            answer = left if isinstance(left, v.ModelAnswer) else right
            self.event("compare", node.lineno, answer=answer, other=right if answer is left else left)
            return v.UNKNOWN
        array = left if isinstance(left, v.Array) else right
        if array.role == "y" and kind in (ast.Eq, ast.Gt, ast.Lt, ast.GtE, ast.LtE, ast.NotEq):
            return array.then("compare", node.lineno, classes=2, one_hot=0, dtype="bool")
        return array.then("compare", node.lineno, dtype="bool", role="")

    # -- calls by path

    def call_ref(self, path: str, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        line = node.lineno
        first = args[0] if args else v.UNKNOWN
        head = path.partition(".")[0]
        record = self.record_call(path, args, kwargs, line, lines)
        if record is not None:
            return record
        if "." not in path:
            return self.call_builtin(path, args, kwargs, node, lines)
        made = v.Made(path, args, kwargs, line, lines, getattr(node, "end_lineno", line))
        self.built += path.startswith(("keras.layers.", "torch.nn.", "keras.Sequential", "keras.Model", "torchvision."))
        if path.startswith("keras.layers.") or path in ("keras.InputLayer",):
            made.extra["old"] = (
                True
                if getattr(node.func, "id", getattr(node.func, "attr", "")).startswith("Convolution")
                or {"border_mode", "subsample", "init", "W_regularizer", "dim_ordering"} & set(kwargs)
                else None
            )
            if path in MERGES and args:
                return self.merge(path, args, kwargs, made, line)
            return made
        if path == "keras.Input":
            return self.make_input(made)
        if path == "keras.Sequential":
            return self.make_sequential(args, kwargs, node, lines)
        if path == "keras.Model":
            return self.make_functional(made, node)
        if path in ("keras.models.load_model", "keras.models.clone_model", "keras.models.model_from_json"):
            return v.UNKNOWN
        if head == "keras":
            result = self.keras_function(path, args, kwargs, made, node)
            if result is not None:
                return result
        if path == "torch.nn.Sequential" or path == "torch.nn.ModuleList":
            return made
        if path == "torch.nn.DataParallel" or path == "torch.nn.parallel.DistributedDataParallel" or path == "torch.compile":
            return first
        if path.startswith((_FUNCTIONAL, "torch.nn.init.")) or (path.startswith("torch.") and path.count(".") == 1):
            return self.torch_function(path, args, kwargs, made, node)
        if path.startswith("torch.optim.") and not path.startswith("torch.optim.lr_scheduler"):
            of = first if args else kwargs.get("params", v.UNKNOWN)
            self.event("optimizer", line, made=made, of=of)
            return made
        if path.startswith("torch.optim.lr_scheduler."):
            self.event("scheduler", line, made=made)
            return made
        if path == "torch.nn.utils.clip_grad_norm_" or path.startswith("torch.nn.utils.clip"):
            self.event("clip", line)
            return v.UNKNOWN
        return self.data_call(path, args, kwargs, made, node)

    def call_builtin(self, name: str, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        first = args[0] if args else v.UNKNOWN
        match name:
            case "len":
                return self.length(first)
            case "print":
                self.event("print", node.lineno, node=node, scope=id(self.scope))
                return None
            case "enumerate" | "zip":
                made = v.Made(name, args, kwargs, node.lineno)
                if name == "zip" and all(isinstance(a, list | tuple | range) for a in args):
                    return list(zip(*(list(a)[:1000] for a in args), strict=False))
                if name == "enumerate" and isinstance(first, list | tuple | dict | range):
                    start = args[1] if len(args) > 1 and isinstance(args[1], int) else kwargs.get("start", 0)
                    return list(enumerate(list(first)[:1000], start if isinstance(start, int) else 0))
                return made
            case "super":
                return self.super_of()
            case "getattr":
                if len(args) >= 2 and isinstance(args[1], str):
                    return self.attribute(first, args[1], node)
                return v.UNKNOWN
            case "setattr":
                if len(args) == 3 and isinstance(args[1], str):
                    self.set_attribute(first, args[1], args[2], node)
                return None
            case "hasattr":
                if isinstance(first, v.Instance) and len(args) == 2:
                    return args[1] in first.attributes
                return v.UNKNOWN
            case "isinstance":
                return self.is_instance(args)
            case "next":
                if isinstance(first, v.Loader):
                    return self.batch_of(first)
                return v.UNKNOWN
            case "iter":
                return first
            case "map":
                if (
                    isinstance(first, v.ProgramFunction | v.Ref)
                    and len(args) == 2
                    and isinstance(args[1], list | tuple | range)
                    and len(args[1]) < 100
                ):
                    return [self.call(first, [x], {}, node, {}) for x in args[1]]
                return v.UNKNOWN
            case "type":
                return v.UNKNOWN
            case "any" | "all" | "input" | "open" | "eval" | "exec" | "compile":
                return v.UNKNOWN
            case "float" | "int" | "sum" | "round" | "abs" if isinstance(first, v.LossValue):
                return v.LossValue(first.made, first.answer, first.target, first.line, name in ("float", "int"))
            case "float" | "int" | "abs" if isinstance(first, v.Array | v.ModelAnswer):
                return first
        return folding.builtin(name, args, kwargs)

    def is_instance(self, args: list) -> object:
        if len(args) != 2:
            return v.UNKNOWN
        value, kinds = args[0], args[1] if isinstance(args[1], tuple) else (args[1],)
        if any(k is v.UNKNOWN for k in kinds):
            return v.UNKNOWN
        names = {k.path for k in kinds if isinstance(k, v.Ref)}
        if isinstance(value, v.Made):
            return value.path in names
        if folding.plain(value) or isinstance(value, list | tuple | dict):
            return type(value).__name__ in names
        if isinstance(value, v.Net) and value.kind == "instance":
            return any(isinstance(k, v.Class) and k is value.instance.cls for k in kinds)
        return v.UNKNOWN

    def super_of(self) -> object:
        from clsf.reader.expressions import Super  # the mixins know each other

        for function in reversed(self.current):
            if isinstance(function.bound, v.Instance) and function.owner is not None:
                return Super(function.bound, function.owner)
        return v.UNKNOWN

    def length(self, value: object) -> object:
        if isinstance(value, list | tuple | dict | str | range):
            return len(value)
        if isinstance(value, v.Net | v.Made) and self.children(value):
            return len(self.children(value))
        if isinstance(value, v.Array):
            return v.Made("length", [value], {}, 0, extra={"count": value.shape[0] if value.shape else None})
        if isinstance(value, v.Loader | v.Made):
            return v.Made("length", [value], {}, 0)
        return v.UNKNOWN

    # -- Keras

    def make_functional(self, made: v.Made, node: ast.AST) -> v.Net:
        inputs = made.get("inputs", 0, made.get("input"))
        outputs = made.get("outputs", 1, made.get("output"))
        net = v.Net("functional", "keras", made.line)
        net.inputs = [t for t in (inputs if isinstance(inputs, list | tuple) else [inputs]) if isinstance(t, v.Tensor)]
        net.outputs = [t for t in (outputs if isinstance(outputs, list | tuple) else [outputs]) if isinstance(t, v.Tensor)]
        net.input_shape = net.inputs[0].shape if net.inputs else None
        self.nets.append(net)
        return net

    def merge(self, path: str, args: list, kwargs: dict, made: v.Made, line: int) -> object:
        tensors = [t for t in args[0] if isinstance(t, v.Tensor)] if isinstance(args[0], list | tuple) else []
        mode = kwargs.get("mode", args[1] if len(args) > 1 and isinstance(args[1], str) else "sum")
        kind = (
            "Add"
            if path.endswith(".add") or (path.endswith("merge") and mode == "sum")
            else "Concat"
            if path.endswith("concatenate") or mode == "concat"
            else "Multiply"
            if path.endswith(".multiply") or mode == "mul"
            else "Combine"
        )
        if not tensors:
            return v.UNKNOWN
        return self.keep(v.Op(kind, {"axis": kwargs.get("axis", kwargs.get("concat_axis", -1))}, line, made), tensors, False)

    def keras_function(self, path: str, args: list, kwargs: dict, made: v.Made, node: ast.AST) -> object | None:
        line = node.lineno
        first = args[0] if args else v.UNKNOWN
        name = made.name
        if path.startswith("keras.backend."):
            if name in ("image_data_format", "image_dim_ordering"):
                return (
                    self.data_format
                    if name == "image_data_format"
                    else {"channels_last": "tf", "channels_first": "th"}[self.data_format]
                )
            if name in ("set_image_data_format", "set_image_dim_ordering"):
                self.data_format = "channels_first" if first in ("channels_first", "th") else "channels_last"
                self.event("data-format", line, value=self.data_format)
                return None
            if isinstance(first, v.Tensor):
                return first
            return v.UNKNOWN
        if path.startswith(("keras.activations.", "keras.ops.")):
            if name in ("concatenate",) and isinstance(first, list | tuple):
                tensors = [t for t in first if isinstance(t, v.Tensor)]
                return (
                    self.keep(
                        v.Op("Concat", {"axis": kwargs.get("axis", args[1] if len(args) > 1 else -1)}, line, made),
                        tensors,
                        False,
                    )
                    if tensors
                    else v.UNKNOWN
                )
            if isinstance(first, v.Tensor):
                op = (
                    v.Op("Function", {"name": ops.activation_name(v.Ref(path)), "activation": "linear"}, line, made)
                    if ops.activation_name(v.Ref(path))
                    else ops.keras_op(made)
                )
                if name in ("reshape", "transpose"):
                    op = v.Op(
                        "Layout",
                        {"shape": tuple(args[1][1:]) if len(args) > 1 and isinstance(args[1], list | tuple) else None},
                        line,
                        made,
                    )
                return self.keep(op, [first], False)
            if isinstance(first, v.ModelAnswer):
                return first.then(name, line)
            return first if isinstance(first, v.Array) else v.UNKNOWN
        if path.startswith(("keras.losses.", "keras.metrics.")) and name[:1].islower() and len(args) >= 2:
            return self.keras_loss(made, args[0], args[1], line)
        if path.startswith("keras.applications.") and name == "preprocess_input":
            return first.then("preprocess_input", line, scale="centred") if isinstance(first, v.Array) else first
        return None

    def keras_loss(self, made: object, target: object, answer: object, line: int) -> object:
        if isinstance(answer, v.Array) and isinstance(target, v.ModelAnswer):
            answer, target = target, answer
        if isinstance(answer, v.ModelAnswer):
            self.event("loss", line, made=made, answer=answer, target=target, keras=True)
        return v.LossValue(made, answer, target, line)

    # -- losses

    def loss(self, made: v.Made, args: list, kwargs: dict, node: ast.AST) -> object:
        if made.path.startswith("keras"):
            target = args[0] if args else kwargs.get("y_true", v.UNKNOWN)
            answer = args[1] if len(args) > 1 else kwargs.get("y_pred", v.UNKNOWN)
            return self.keras_loss(made, target, answer, node.lineno)
        answer = args[0] if args else kwargs.get("input", v.UNKNOWN)
        target = args[1] if len(args) > 1 else kwargs.get("target", v.UNKNOWN)
        if isinstance(target, v.ModelAnswer) and not isinstance(answer, v.ModelAnswer):
            self.event("loss-swapped", node.lineno, made=made)
        self.event("loss", node.lineno, made=made, answer=answer, target=target)
        return v.LossValue(made, answer, target, node.lineno)

    def loss_by_hand(self, answer: v.ModelAnswer, target: v.Array, line: int) -> object:
        """Return the loss that a product of targets and logarithms is; the answer itself for any other product."""
        logs = [what for what, _ in answer.steps if what in ("log", "log_softmax", "logsoftmax")]
        if not logs or not target.one_hot:
            return answer
        scores = logs[-1] != "log"
        plain = v.ModelAnswer(answer.net, answer.line, answer.given, tuple(s for s in answer.steps if s[0] not in logs))
        made = v.Made("by-hand.categorical_crossentropy", [], {"from_logits": scores}, line)
        self.event("loss", line, made=made, answer=plain, target=target)
        return v.LossValue(made, plain, target, line)

    # -- torch

    def torch_function(self, path: str, args: list, kwargs: dict, made: v.Made, node: ast.AST) -> object:
        line, name = node.lineno, made.name
        first = args[0] if args else kwargs.get("input", v.UNKNOWN)
        if path.startswith(_FUNCTIONAL) and name in _TORCH_LOSSES:
            return self.loss(made, args, kwargs, node)
        if name == "cat" or name in ("stack", "hstack"):
            tensors = [t for t in first if isinstance(t, v.Tensor)] if isinstance(first, list | tuple) else []
            if tensors:
                axis = kwargs.get("dim", kwargs.get("axis", args[1] if len(args) > 1 else 0))
                return self.keep(v.Op("Concat", {"axis": axis}, line, made), tensors, True)
            return (
                next((x for x in first if isinstance(x, v.Array)), v.UNKNOWN) if isinstance(first, list | tuple) else v.UNKNOWN
            )
        if isinstance(first, v.Tensor):
            if name in ("add",) and len(args) > 1 and isinstance(args[1], v.Tensor):
                return self.keep(v.Op("Add", {}, line, made), [first, args[1]], True)
            return self.tensor_method(
                first,
                name,
                args[1:],
                {k: x for k, x in kwargs.items() if k != "input"},
                node,
                path.startswith(_FUNCTIONAL) or True,
                made,
            )
        if isinstance(first, v.ModelAnswer):
            if name in ("max", "topk", "sort"):
                return v.Made("max-of-answer", [first.then("argmax", line)], {}, line)
            if name in ("sum", "mean") and first.did("compare"):
                return v.UNKNOWN
            return first.then(name, line) if name not in _SAME else first
        if name[:1].isupper() and path.startswith("torch.nn.functional"):
            return made
        if name == "where" and len(args) == 3 and any(isinstance(a, v.Array) for a in args[1:]):
            return next(a for a in reversed(args) if isinstance(a, v.Array)).then("where", line)
        if name in ("clamp", "clip", "flip", "roll", "nan_to_num") and isinstance(first, v.Array):
            return first.then(name, line)
        if name == "one_hot" and isinstance(first, v.Array):
            return first.then(
                "one_hot",
                line,
                one_hot=line,
                classes=kwargs.get("num_classes", args[1] if len(args) > 1 else first.classes),
                dtype="int64",
            )
        if name in ("from_numpy", "tensor", "as_tensor", "FloatTensor", "LongTensor", "Tensor", "asarray"):
            return self.to_tensor(name, first, kwargs, line)
        if name in ("no_grad", "set_grad_enabled", "inference_mode", "device", "manual_seed"):
            if name == "set_grad_enabled":
                self.no_grad += 0
            if name == "manual_seed":
                self.event("seed", line)
            return v.Made(path, args, {**kwargs, **({"mode": first} if args else {})}, line)
        if name in (
            "max",
            "argmax",
            "sum",
            "mean",
            "softmax",
            "sigmoid",
            "squeeze",
            "unsqueeze",
            "flatten",
            "reshape",
            "round",
            "relu",
            "normalize",
            "log_softmax",
            "permute",
            "transpose",
        ):
            if isinstance(first, v.Array):
                return self.array_method(first, name, args[1:], kwargs, line)
            return v.UNKNOWN
        if name in (
            "rand",
            "randn",
            "zeros",
            "ones",
            "randint",
            "rand_like",
            "arange",
            "linspace",
            "empty",
            "randperm",
            "zeros_like",
            "ones_like",
            "full",
            "eye",
        ):
            shape = tuple(first) if isinstance(first, list | tuple) else tuple(a for a in args if isinstance(a, int))
            return v.Array(source=f"torch.{name}", shape=shape or None, scale="unit", line=line, made=line)
        if name == "save" or name == "load":
            return v.UNKNOWN
        if isinstance(first, v.Array) and path.startswith(_FUNCTIONAL):
            size = kwargs.get("size", args[1] if len(args) > 1 else None)
            if name in ("interpolate", "upsample") and first.shape is not None and len(first.shape) == 4 and ops.pair(size):
                return first.then("resize", line, shape=(*first.shape[:2], *ops.pair(size)))
            return first.then(name, line)
        return made if name[:1].isupper() else v.UNKNOWN

    def tensor_method(
        self,
        t: v.Tensor,
        name: str,
        args: list,
        kwargs: dict,
        node: ast.AST,
        function: bool = False,
        made: v.Made | None = None,
    ) -> object:
        """Return the result of a method or function for a model's tensor."""
        line = node.lineno
        torch = self.in_torch()
        made = (
            v.Made(f"torch.nn.functional.{name}", args, kwargs, line, {})
            if made is None
            else v.Made(made.path, args, kwargs, line, made.lines)
        )
        first = args[0] if args else v.UNKNOWN
        match name:
            case "size":
                dims = (
                    (v.BATCH, *(v.UNKNOWN if d is None else d for d in t.shape))
                    if t.shape is not None
                    else (v.BATCH, v.UNKNOWN, v.UNKNOWN, v.UNKNOWN)
                )
                at = first if args else kwargs.get("dim")
                if isinstance(at, int):
                    return dims[at] if -len(dims) <= at < len(dims) else v.UNKNOWN
                return dims if at is None or not args else v.UNKNOWN
            case "dim" | "ndimension":
                return len(t.shape) + 1 if t.shape is not None else v.UNKNOWN
            case "view" | "reshape":
                dims = tuple(first) if isinstance(first, list | tuple) else tuple(args)
                if not torch and dims:
                    dims = dims[1:]
                    return self.keep(v.Op("Layout", {"shape": dims}, line), [t], torch)
                if len(dims) == 2 and dims[1] == -1 and (dims[0] is v.BATCH or not isinstance(dims[0], int) or dims[0] > 0):
                    return self.keep(v.Op("Flat", {"start": 1, "lead": dims[0]}, line), [t], torch)
                if len(dims) == 2 and isinstance(dims[1], int) and dims[1] > 0:
                    return self.keep(v.Op("View", {"shape": dims, "flat": dims[1]}, line, where=line), [t], torch)
                if len(dims) == 1 and t.shape is not None and len(t.shape) == 1:
                    return t
                if len(dims) == 1:
                    return self.keep(v.Op("Flat", {"start": 0, "lead": None}, line), [t], torch)
                return self.keep(v.Op("View", {"shape": dims}, line, where=line), [t], torch)
            case "flatten" | "ravel":
                start = kwargs.get("start_dim", first if args else 0)
                return self.keep(v.Op("Flat", {"start": start}, line), [t], torch)
            case "mean" | "sum":
                dims = kwargs.get("dim", kwargs.get("axis", first if args else None))
                whole = dims in ([2, 3], (2, 3), [-1, -2], (-1, -2), (-2, -1), [-2, -1], [3, 2], (1, 2), [1, 2])
                if name == "mean" and whole and t.shape is not None and len(t.shape) == 3 and not kwargs.get("keepdim"):
                    return self.keep(v.Op("GlobalAverage", {}, line), [t], torch)
                return v.Tensor(v.Op("Unknown", {"name": name}, line), (t,), None)
            case "permute" | "transpose":
                dims = tuple(first) if isinstance(first, list | tuple) else tuple(args)
                if name == "transpose" and len(dims) == 2 and t.shape is not None and all(isinstance(d, int) for d in dims):
                    order = list(range(len(t.shape) + 1))
                    if max(dims) < len(order):
                        order[dims[0]], order[dims[1]] = order[dims[1]], order[dims[0]]
                        dims = tuple(order)
                return self.keep(v.Op("Axes", {"dims": dims}, line), [t], torch)
            case "squeeze":
                return self.keep(v.Op("Squeeze", {}, line), [t], torch)
            case "unsqueeze":
                return self.keep(v.Op("Unsqueeze", {"dim": first}, line), [t], torch)
            case "add" | "add_":
                return self.keep(v.Op("Add", {}, line), [t, first], torch) if isinstance(first, v.Tensor) else t
            case "mul" | "mul_" | "multiply":
                return self.keep(v.Op("Multiply", {}, line), [t, first], torch) if isinstance(first, v.Tensor) else t
            case "max" | "argmax" | "min":
                if function and torch and not args:
                    return t
                return v.Tensor(v.Op("Argmax", {"name": name}, line), (t,), None)
            case "size_":
                return v.UNKNOWN
        if name in _SAME or name in (
            "register_hook",
            "retain_grad",
            "chunk",
            "split",
            "normalize",
            "interpolate",
            "checkpoint",
            "dropout_",
        ):
            if name == "interpolate":
                return v.Tensor(v.Op("Unknown", {"name": name}, line), (t,), None)
            return t
        if name == "linear":
            return v.Tensor(v.Op("Unknown", {"name": name}, line), (t,), None)
        op = ops.torch_op(made, function=True) if made.path.startswith("torch") else ops.keras_op(made)
        op.where = line
        if op.kind == "Unknown":
            self.not_clear(line, f"{name}()")
        return self.keep(op, [t], bool(torch))

    def made_called(self, called: v.Made, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        if called.path.startswith("keras.losses.") and len(args) >= 2:
            return self.keras_loss(called, args[0], args[1], node.lineno)
        if called.path.startswith("keras.metrics."):
            return v.UNKNOWN
        if called.path.startswith(("torch.no_grad", "torch.inference_mode")):
            return first if (first := args[0] if args else v.UNKNOWN) else v.UNKNOWN
        return v.UNKNOWN

    # -- methods

    def call_method(self, of: object, name: str, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        from clsf.reader.expressions import Super

        line = node.lineno
        match of:
            case Super():
                return self.super_method(of, name, args, kwargs, node)
            case v.Net():
                return self.net_method(of, name, args, kwargs, node, lines)
            case v.Instance():
                return v.UNKNOWN
            case v.Tensor():
                return self.tensor_method(of, name, args, kwargs, node)
            case v.Array():
                return self.array_method(of, name, args, kwargs, line)
            case v.Loader():
                return self.loader_method(of, name, args, kwargs, node, lines)
            case v.ModelAnswer():
                return self.answer_method(of, name, args, line)
            case v.LossValue():
                return self.loss_method(of, name, line)
            case v.Made():
                return self.made_method(of, name, args, kwargs, node, lines)
            case str() | list() | dict() | tuple():
                return self.plain_method(of, name, args, kwargs)
        return v.UNKNOWN

    def super_method(self, of: object, name: str, args: list, kwargs: dict, node: ast.AST) -> object:
        net = of.of.net
        base = net.extra.get("base") if net is not None else None
        if base is not None and name in ("forward", "call", "__call__") and args:
            return self.apply(base, args[0], node.lineno)
        if base is not None and name == "__init__":
            net.extra["base"] = v.Made(base.path, args, kwargs, node.lineno)
        if name == "__init__" and net is not None:
            paths = of.after.ancestors()
            if "keras.Model" in paths and (len(args) >= 2 or "inputs" in kwargs):
                made = v.Made("keras.Model", args, kwargs, node.lineno)
                other = self.make_functional(made, node)
                self.nets.remove(other)
                net.kind, net.inputs, net.outputs, net.input_shape = (
                    "functional",
                    other.inputs,
                    other.outputs,
                    other.input_shape,
                )
            elif net.kind == "sequential":
                given = args[0] if args else kwargs.get("layers", [])
                for item in given if isinstance(given, list | tuple) else []:
                    self.add_layer(net, item, node.lineno)
            elif any(p.endswith("Sequential") for p in paths) and args:
                items = args[0] if len(args) == 1 and isinstance(args[0], list | tuple) else args
                for n, item in enumerate(items):
                    of.of.attributes[str(n)] = item
                    of.of.order.append(str(n))
            return None
        if net is not None:
            return self.net_method(net, name, args, kwargs, node, {})
        return None

    def loss_method(self, of: v.LossValue, name: str, line: int) -> object:
        if name == "backward":
            self.event("backward", line, loss=of)
            return None
        if name in ("item", "numpy", "tolist"):
            return v.LossValue(of.made, of.answer, of.target, of.line, True)
        if name in ("detach",):
            return v.LossValue(of.made, of.answer, of.target, of.line, True)
        return of

    def answer_method(self, of: v.ModelAnswer, name: str, args: list, line: int) -> object:
        if name in ("max", "topk", "sort"):
            return v.Made("max-of-answer", [of.then("argmax", line)], {}, line)
        if name in ("eq", "ne", "__eq__"):
            self.event("compare", line, answer=of, other=args[0] if args else v.UNKNOWN)
            return v.UNKNOWN
        if name in ("size", "dim", "numel", "tolist", "item"):
            return v.UNKNOWN
        return of if name in _SAME else of.then(name, line)

    def made_method(self, of: v.Made, name: str, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        line, path = node.lineno, of.path
        first = args[0] if args else v.UNKNOWN
        if path.startswith(("torch.optim.", "keras.optimizers.", "tensorflow.train.")):
            if name == "zero_grad":
                self.event("zero-grad", line, optimizer=of)
            elif name == "step" and path.startswith("torch.optim.lr_scheduler."):
                self.event("scheduler-step", line, made=of)
            elif name == "step":
                self.event("optimizer-step", line, optimizer=of)
            elif name in ("apply_gradients", "apply", "minimize"):
                self.event("apply", line, optimizer=of)
            elif name == "add_param_group":
                pass
            return None
        if path == "max-of-answer":
            return v.UNKNOWN
        if path == "search":
            return _searched(name, args, kwargs)
        if path == "parameters":
            return [v.Made("parameter", [], {}, line)] if name in ("children",) else of
        if path == "argparse.ArgumentParser" or path.endswith("ArgumentParser"):
            return self.parser_method(of, name, args, kwargs, node, lines)
        if path == "tensorflow.GradientTape" and name == "gradient":
            self.event("gradient", line, loss=first)
            return v.Made("gradients", [], {}, line)
        if path.endswith(("GradScaler", "Accelerator")):
            if name == "scale":
                return first
            if name == "backward":
                self.event("backward", line, loss=first)
            elif name == "step":
                self.event("optimizer-step", line, optimizer=first)
            elif name == "prepare":
                return tuple(args) if len(args) > 1 else first
            return v.UNKNOWN
        if path in ("torch.nn.Sequential", "torch.nn.ModuleList") and name in ("append", "add_module", "extend", "insert"):
            items = self.children(of)
            added = args[-1] if args else v.UNKNOWN
            if name == "extend" and isinstance(added, list | tuple):
                items.extend(added)
            elif isinstance(added, v.Made | v.Net | v.ProgramFunction):
                items.append(added)
            return of
        if (
            path == "torch.nn.Sequential"
            or of.extra.get("net") is not None
            or path.startswith(("torchvision.models", "torch.hub"))
        ):
            if name in ("to", "cuda", "cpu", "float", "double", "apply") and name != "apply":
                return of
            if name in (
                "train",
                "eval",
                "parameters",
                "zero_grad",
                "children",
                "modules",
                "named_parameters",
                "apply",
                "named_children",
                "forward",
            ):
                return self.net_method(self.net_of(of), name, args, kwargs, node, lines)
            return v.UNKNOWN
        if path.startswith("torch.nn.") or path == "torch.device":
            if name in ("to", "cuda", "cpu", "float", "double"):
                return of
            if name == "parameters":
                return v.Made("parameters", [of], {}, line)
            if name == "forward" and args:
                return self.call_object(of, args, kwargs, node, lines)
            return v.UNKNOWN
        if path == "length":
            return v.UNKNOWN
        if of.name == "Trainer" and name == "fit":
            return self.lightning(of, args, kwargs, node)
        return self.data_method(of, name, args, kwargs, node, lines)

    def lightning(self, trainer: v.Made, args: list, kwargs: dict, node: ast.AST) -> object:
        """Follow the steps that a trainer of Lightning calls, epoch by epoch and batch by batch."""
        net = args[0] if args else kwargs.get("model", v.UNKNOWN)
        if not isinstance(net, v.Net) or net.instance is None:
            return v.UNKNOWN
        given = [*args[1:], *(kwargs[k] for k in ("datamodule", "train_dataloaders", "train_dataloader") if k in kwargs)]
        data = next((x for x in given if isinstance(x, v.Instance)), net.instance)
        loader = next((x for x in given if isinstance(x, v.Loader)), None)
        other = kwargs.get("val_dataloaders", given[1] if len(given) > 1 else None)

        def method(owner: v.Instance, name: str, *values: object) -> object:
            member = owner.cls.find(name)
            if not member or not isinstance(member[0], v.ProgramFunction):
                return None
            bound = v.ProgramFunction(member[0].node, member[0].scope, name, owner, member[1], member[0].decorators)
            return self.quietly(self.call_function, bound, list(values), {}, node)

        method(data, "setup", "fit")
        method(net.instance, "configure_optimizers")
        epochs, before = trainer.get("max_epochs"), self.loops
        if isinstance(epochs, int):
            self.loop_sizes[trainer.line] = epochs
        for step, hook, source in (("training_step", "train_dataloader", loader), ("validation_step", "val_dataloader", other)):
            batches = source if isinstance(source, v.Loader) else method(data, hook)
            batches = batches if isinstance(batches, v.Loader) else None
            self.loops = (*before, ((trainer.line, 0), "range", 0, None), ((trainer.line, 1), "loader", 0, batches))
            self.no_grad += step == "validation_step"
            try:
                method(net.instance, step, self.batch_of(batches) if batches is not None else (v.UNKNOWN, v.UNKNOWN), 0)
            finally:
                self.no_grad -= step == "validation_step"
                self.loops = before
        return v.UNKNOWN

    def parser_method(self, of: v.Made, name: str, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        store = of.extra.setdefault("values", {})
        where = of.extra.setdefault("value-lines", {})
        if name == "add_argument" and args:
            names = [a for a in args if isinstance(a, str)]
            if names:
                long = next((n for n in names if n.startswith("--")), names[0]).lstrip("-").replace("-", "_")
                long = kwargs.get("dest", long)
                default = kwargs.get(
                    "default",
                    False if kwargs.get("action") == "store_true" else True if kwargs.get("action") == "store_false" else None,
                )
                if long not in kwargs and default is None and "required" in kwargs:
                    default = v.UNKNOWN
                store[long] = default
                where[long] = lines.get("default", node.lineno)
        elif name in ("parse_args", "parse_known_args"):
            made = v.Made("argparse.Namespace", [], {}, node.lineno, extra={**store, "lines": where})
            return made if name == "parse_args" else (made, v.UNKNOWN)
        elif name in ("add_argument_group", "add_mutually_exclusive_group"):
            return of
        return v.UNKNOWN

    def plain_method(self, of: object, name: str, args: list, kwargs: dict) -> object:
        first = args[0] if args else v.UNKNOWN
        if isinstance(of, list):
            if name == "append" and len(of) < folding.MAX_ITEMS:
                of.append(first)
                return None
            if name in ("extend",) and isinstance(first, list | tuple) and len(of) + len(first) < folding.MAX_ITEMS:
                of.extend(first)
                return None
            if name == "insert" and len(args) == 2 and isinstance(first, int) and len(of) < folding.MAX_ITEMS:
                of.insert(first, args[1])
                return None
            if name == "pop" and of:
                return of.pop(first if isinstance(first, int) and -len(of) <= first < len(of) else -1)
            return list(of) if name == "copy" else v.UNKNOWN
        if isinstance(of, dict):
            match name:
                case "items":
                    return [(k, x) for k, x in of.items()]
                case "values":
                    return list(of.values())
                case "keys":
                    return list(of)
                case "get":
                    return of.get(first, args[1] if len(args) > 1 else None) if folding.plain(first) else v.UNKNOWN
                case "update":
                    of.update(first if isinstance(first, dict) else kwargs)
                    return None
            return v.UNKNOWN
        if isinstance(of, str) and name in (
            "lower",
            "upper",
            "strip",
            "split",
            "startswith",
            "endswith",
            "replace",
            "title",
            "capitalize",
            "join",
        ):
            if name == "join":
                return (
                    of.join(first)
                    if isinstance(first, list | tuple)
                    and all(isinstance(x, str) for x in first)
                    and len(first) < 1000
                    and len(of) < 100
                    else v.UNKNOWN
                )
            if all(isinstance(a, str) for a in args) and len(of) < 1000 and len(args) <= 2:
                try:
                    return folding.limited(getattr(of, name)(*args))
                except (TypeError, ValueError):
                    return v.UNKNOWN
        return v.UNKNOWN


def _searched(name: str, args: list, kwargs: dict) -> object:
    """Return the value that a search over settings begins with: the default, the lowest, or the first of a list."""
    if "default" in kwargs:
        return kwargs["default"]
    first = args[1] if len(args) > 1 else next((kwargs[k] for k in ("min_value", "low", "values", "choices", "value") if k in kwargs), v.UNKNOWN)  # fmt: skip
    if name in ("Choice", "suggest_categorical"):
        return first[0] if isinstance(first, list | tuple) and first else v.UNKNOWN
    return False if name == "Boolean" else first


def _clean_shape(shape: object) -> tuple | None:
    return tuple(d if isinstance(d, int) else None for d in shape) if isinstance(shape, list | tuple) else None
