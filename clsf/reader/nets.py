"""Models while a program is read: layers applied to tensors, Sequential, functional and classes. A mixin of `Machine`."""

from __future__ import annotations

import ast
from dataclasses import replace

from clsf.model.layers import keras_name
from clsf.reader import folding, ops
from clsf.reader import values as v
from clsf.reader.shapes import out_shape
from clsf.reader.values import BATCH, UNKNOWN, Array, Instance, Loader, Made, ModelAnswer, Net, Op, ProgramFunction, Ref, Tensor

_KERAS_PREFIX = "keras.layers."
MERGES = {f"keras.layers.{name}" for name in ("concatenate", "add", "multiply", "average", "maximum", "merge", "subtract")}
"""Functions that join tensors, as layers do."""


class Nets:
    """The operations on layers and models."""

    def op_for(self, made: Made) -> Op:
        """Return the operation of a layer object, the same one each time."""
        if "op" not in made.extra:
            made.extra["op"] = ops.keras_op(made) if made.path.startswith("keras.") else ops.torch_op(made)
            made.extra["op"].owner = made
        return made.extra["op"]

    def tensor(self, op: Op, inputs: list[Tensor], torch: bool) -> Tensor:
        """Return the result of an operation on tensors; shape errors are stored in the machine."""
        shape = out_shape(op, [t.shape for t in inputs], torch, self.misfits)
        made = Tensor(op, tuple(inputs), shape)
        if len(self.made_tensors) < 3000:
            self.made_tensors.append(made)
        return made

    def apply(self, layer: object, given: object, line: int, node: ast.AST | None = None) -> object:
        """Return the output of a layer, a model or a function for a tensor."""
        if isinstance(layer, tuple | list) and len(layer) == 2 and isinstance(layer[0], str):
            layer = layer[1]
        tensors = (
            [given]
            if isinstance(given, Tensor)
            else [t for t in given if isinstance(t, Tensor)]
            if isinstance(given, list | tuple)
            else []
        )
        if not tensors:
            return UNKNOWN
        match layer:
            case Made() if layer.path in ("torch.nn.Sequential", "torch.nn.ModuleList"):
                return self.fold(self.children(layer), given, line)
            case Made() if layer.path.startswith("torch.nn.") and layer.name[:1].isupper():
                return self.keep(self.placed(ops.torch_op(layer), layer, line), tensors, True)
            case Made() if layer.path.startswith(_KERAS_PREFIX):
                return self.keras_layer(layer, given, tensors, line, node)
            case Made() if layer.path.startswith(
                ("torchvision.models", "keras.applications", "torch.hub", "timm.", "tensorflow_hub", "efficientnet")
            ):
                return self.pretrained(layer, tensors, line)
            case Net():
                return self.apply_net(layer, given, tensors, line, node)
            case ProgramFunction():
                return self.call_function(layer, [given], {}, node or layer.node)
            case Instance():
                return self.call(layer, [given], {}, node, {})
            case Ref():
                return (
                    self.call_ref(layer.path, [given], {}, node, {}) if node is not None else self.by_name(layer, tensors, line)
                )
        op = Op("Unknown", {"name": "?"}, line)
        return Tensor(op, tuple(tensors), None)

    def by_name(self, ref: Ref, tensors: list[Tensor], line: int) -> Tensor:
        made = Made(ref.path, [], {}, line)
        op = ops.torch_op(made, function=True) if ref.path.startswith("torch") else ops.keras_op(made)
        return self.keep(op, tensors, ref.path.startswith("torch"))

    def placed(self, op: Op, made: Made, line: int) -> Op:
        op.where, op.owner = line, made
        made.extra.setdefault("used", []).append(line)
        return op

    def keep(self, op: Op, tensors: list[Tensor], torch: bool) -> Tensor:
        return self.tensor(op, tensors, torch)

    def keras_layer(self, layer: Made, given: object, tensors: list[Tensor], line: int, node: ast.AST | None) -> Tensor:
        if layer.name in ("TimeDistributed", "Bidirectional") or (not ops.is_known(layer.name) and layer.name[:1].isupper()):
            self.not_clear(layer.line, f"layers.{layer.name}")
        if layer.name == "Lambda":
            function = layer.get("function", 0)
            if isinstance(function, ProgramFunction):
                result = self.quietly(self.call_function, function, [given], {}, function.node)
                if isinstance(result, Tensor):
                    return result
            if isinstance(function, Ref) and ops.activation_name(function) is not None:
                layer = replace(layer, path=f"keras.layers.{keras_name('Function')}")
        op = ops.keras_op(layer)
        if self.turned and op.settings.get("axis") == 1:
            op.settings["axis"] = -1
        training = getattr(node, "keywords", None) and any(
            k.arg == "training" and isinstance(k.value, ast.Constant) and k.value.value is True for k in node.keywords
        )
        if training:
            op.settings["always"] = line
        return self.keep(self.placed(op, layer, line), tensors, False)

    def pretrained(self, layer: Made, tensors: list[Tensor], line: int) -> Tensor:
        shape = None
        if layer.path.startswith("keras.applications") and layer.get("include_top") is False:
            shape = {"avg": (_TOP.get(layer.name),), "max": (_TOP.get(layer.name),)}.get(layer.get("pooling"))
        self.not_clear(layer.line, layer.path)
        op = Op("Unknown", {"name": layer.name, "pretrained": True, "shape": shape}, layer.line, layer, line, owner=layer)
        body = Tensor(op, tuple(tensors), shape)
        if not layer.path.startswith("torch"):
            return body
        head = next(
            (layer.extra[n] for n in ("fc", "classifier", "head", "heads") if isinstance(layer.extra.get(n), Made | Net)), None
        )
        if head is None or (isinstance(head, Made) and head.path == "torchvision.head"):
            units = layer.get("num_classes", None, 1000)
            head = Made("torch.nn.Linear", [UNKNOWN, units if isinstance(units, int) else UNKNOWN], {}, layer.line)
        result = self.apply(head, body, line)
        return result if isinstance(result, Tensor) else body

    def fold(self, items: list, given: object, line: int) -> object:
        value = given
        for item in items:
            self.step()
            made = self.apply(item, value, getattr(item, "line", line))
            if not isinstance(made, Tensor) and isinstance(value, Tensor):
                where = getattr(item, "line", line)
                self.not_clear(where, getattr(item, "name", "") or "a layer of its own")
                made = Tensor(Op("Unknown", {"name": "?"}, where), (value,), None)
            value = made
        return value

    def apply_net(self, net: Net, given: object, tensors: list[Tensor], line: int, node: ast.AST | None) -> object:
        net.extra["inside"] = True
        if net.kind == "sequential":
            return self.fold(
                [
                    i
                    for i in net.items
                    if not (isinstance(i, Made) and i.name == "InputLayer")
                    and not (isinstance(i, Tensor) and i.op.kind == "Input")
                ],
                given,
                line,
            )
        if net.kind == "functional":
            return self.replay(net, tensors)
        method = net.instance.cls.find("forward") or net.instance.cls.find("call")
        if not method or not isinstance(method[0], ProgramFunction):
            if any(a.endswith("Sequential") for a in net.instance.cls.ancestors()):
                return self.fold(self.children(net), given, line)
            base = net.extra.get("base")
            return UNKNOWN if base is None else self.apply(base, given, line)
        function = ProgramFunction(
            method[0].node, method[0].scope, method[0].name, net.instance, method[1], method[0].decorators
        )
        before, self.function_names = self.function_names, [*self.function_names, f"{net.instance.cls.name}.forward"]
        try:
            return self.call_function(function, [given], {}, node or method[0].node)
        finally:
            self.function_names = before

    def replay(self, net: Net, tensors: list[Tensor]) -> object:
        """Apply a functional model again, to other tensors."""
        made: dict[int, Tensor] = {id(i): t for i, t in zip(net.inputs, tensors, strict=False)}

        def again(tensor: Tensor, depth: int = 0) -> Tensor:
            self.step()
            if id(tensor) not in made:
                if depth > 200:
                    raise RecursionError
                made[id(tensor)] = (
                    self.keep(tensor.op, [again(i, depth + 1) for i in tensor.inputs], False) if tensor.inputs else tensor
                )
            return made[id(tensor)]

        results = [again(o) for o in net.outputs]
        return results[0] if len(results) == 1 else results

    def children(self, value: object) -> list:
        """Return the layers inside of a Sequential or a list of modules."""
        if isinstance(value, Net) and value.kind == "sequential":
            return value.items
        if isinstance(value, Net) and value.kind == "instance":
            return [x for n in value.instance.order if _is_layer(x := value.instance.attributes[n])]
        if isinstance(value, Made) and value.path in ("torch.nn.Sequential", "torch.nn.ModuleList"):
            if "items" not in value.extra:
                items = list(value.args)
                if len(items) == 1 and isinstance(items[0], dict):
                    items = list(items[0].values())
                elif len(items) == 1 and isinstance(items[0], list | tuple):
                    items = list(items[0])
                elif len(items) == 1 and isinstance(items[0], Made) and items[0].path.endswith("OrderedDict"):
                    pairs = items[0].args[0] if items[0].args else []
                    pairs = list(pairs.items()) if isinstance(pairs, dict) else pairs
                    items = (
                        [p[1] for p in pairs if isinstance(p, list | tuple) and len(p) == 2]
                        if isinstance(pairs, list | tuple)
                        else []
                    )
                value.extra["items"] = items
            return value.extra["items"]
        return []

    def replace_child(self, value: Net | Made, key: int, item: object) -> None:
        items = self.children(value)
        if -len(items) <= key < len(items):
            items[key] = item

    # -- making models

    def make_sequential(self, args: list, kwargs: dict, node: ast.AST, lines: dict) -> Net:
        net = Net("sequential", "keras", node.lineno)
        given = args[0] if args else kwargs.get("layers", [])
        if isinstance(given, Net | Made):
            given = self.children(given) or [given]
        self.nets.append(net)
        for item in given if isinstance(given, list | tuple) else []:
            self.add_layer(net, item, node.lineno)
        return net

    def add_layer(self, net: Net, layer: object, line: int) -> None:
        if isinstance(layer, Tensor) and layer.op.kind == "Input":
            net.input_shape = layer.shape
            net.extra["input_line"] = layer.op.line
            return
        if isinstance(layer, Instance | ProgramFunction):
            net.items.append(layer)
            return
        if not isinstance(layer, Made | Net):
            self.not_clear(line, "model.add")
            return
        if isinstance(layer, Made) and net.input_shape is None and not net.items:
            shape = self.turn(_given_shape(layer), layer.line)
            if shape is not None:
                net.input_shape = shape
                net.extra["input_line"] = layer.lines.get(
                    "input_shape", layer.lines.get("input_dim", layer.lines.get("batch_input_shape", layer.line))
                )
        if isinstance(layer, Made) and layer.name == "InputLayer":
            return
        if isinstance(layer, Net):
            layer.extra["inside"] = True
        if any(loop[1] == "other" for loop in self.loops):
            net.extra["unsure"] = True
        net.items.append(layer)

    def make_input(self, made: Made) -> Tensor:
        shape = made.get("shape", 0)
        batch = made.get("batch_shape", None, made.get("batch_input_shape"))
        if isinstance(batch, list | tuple):
            shape = tuple(batch)[1:]
        shape = self.turn(_clean(shape), made.line)
        op = Op("Input", {"shape": shape}, made.line, made)
        return Tensor(op, (), shape)

    def turn(self, shape: tuple | None, line: int) -> tuple | None:
        """Return the shape of images with the channels last, where the program has them first."""
        first = self.channels or self.data_format == "channels_first"
        if not first or shape is None or len(shape) != 3 or shape[0] not in (1, 3, 4):
            return shape
        if any(isinstance(side, int) and side <= 4 for side in shape[1:]):
            return shape
        self.turned = line
        return (*shape[1:], shape[0])

    def net_attribute_set(self, net: Net, name: str, value: object, line: int) -> None:
        if net.extra.get("pretrained") is not None:
            return

    def net_method(self, net: Net, name: str, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        line = node.lineno
        made = Made(f"model.{name}", args, kwargs, line, lines, getattr(node, "end_lineno", line))
        match name:
            case "add" if net.framework == "keras":
                self.add_layer(net, args[0] if args else kwargs.get("layer"), line)
                return None
            case "add_module" | "register_module":
                if len(args) > 1:
                    self.set_attribute(net, args[0] if isinstance(args[0], str) else "?", args[1], node)
                return None
            case "pop" if net.kind == "sequential":
                return net.items.pop() if net.items else UNKNOWN
            case "compile":
                net.compiled = made
                self.event("compile", line, net=net, made=made)
                return None
            case "fit" | "fit_generator":
                self.event("fit", line, net=net, made=made, compiled=net.compiled, trainable_set=list(net.extra.items()))
                return Made("keras.callbacks.History", [], {}, line)
            case "train_on_batch" | "train_step":
                self.event("train-batch", line, net=net, made=made, compiled=net.compiled)
                return UNKNOWN
            case "evaluate" | "evaluate_generator" | "test_on_batch":
                self.event("evaluate", line, net=net, made=made)
                return UNKNOWN
            case "predict" | "predict_classes" | "predict_generator" | "predict_proba" | "predict_on_batch":
                self.event("predict", line, net=net, made=made)
                return ModelAnswer(net, line, args[0] if args else None, (("predict", line),))
            case "train" if net.framework == "torch":
                mode = args[0] if args else kwargs.get("mode", True)
                net.mode, net.mode_line = ("eval" if mode is False else "train"), line
                self.event("train-mode" if mode is not False else "eval-mode", line, net=net)
                return net
            case "eval" if net.framework == "torch":
                net.mode, net.mode_line = "eval", line
                self.event("eval-mode", line, net=net)
                return net
            case "zero_grad":
                self.event("zero-grad", line, net=net)
                return None
            case "parameters" | "named_parameters" | "trainable_parameters":
                return Made("parameters", [net], {}, line)
            case "to" | "cuda" | "cpu" | "float" | "double" | "half" | "requires_grad_" | "share_memory":
                return net
            case "apply" if net.framework == "torch":
                self.event("init-applied", line, function=args[0] if args else None)
                return net
            case "modules" | "children" | "named_modules" | "named_children":
                items = self.children(net)
                return [(str(n), i) for n, i in enumerate(items)] if name.startswith("named") else items
            case "__init__":
                return None
            case "build":
                given = args[0] if args else kwargs.get("input_shape", kwargs.get("batch_input_shape"))
                if isinstance(given, tuple | list) and net.input_shape is None:
                    net.input_shape = self.turn(_clean(tuple(given)[1:]), line)
                return None
            case "summary" | "save" | "load_weights" | "state_dict" | "load_state_dict" | "save_weights" | "to_json":
                return UNKNOWN
            case "save_hyperparameters":
                values = {k: x for k, x in self.scope.names.items() if k not in ("self", "__class__")}
                if net.instance is not None:
                    net.instance.attributes["hparams"] = self.namespace(values, line, self.scope.lines)
                return None
            case "get_layer":
                wanted = kwargs.get("name", args[0] if args and isinstance(args[0], str) else None)
                index = kwargs.get("index")
                for item in self.children(net):
                    if isinstance(item, Made) and wanted is not None and item.kwargs.get("name") == wanted:
                        return item
                items = self.children(net)
                return items[index] if isinstance(index, int) and -len(items) <= index < len(items) else UNKNOWN
            case "forward" | "__call__" | "call":
                return self.call_net(net, args, kwargs, node)
            case "append" | "extend" if net.kind == "sequential":
                self.add_layer(net, args[0] if args else None, line)
                return net
        return UNKNOWN

    def net_attribute(self, net: Net, name: str, line: int) -> object:
        match name:
            case "layers" if net.framework == "keras":
                return self.children(net) or UNKNOWN
            case "output" | "outputs" if net.kind == "functional":
                return net.outputs[0] if name == "output" else net.outputs
            case "input" | "inputs" if net.kind == "functional":
                return net.inputs[0] if net.inputs and name == "input" else net.inputs
            case "output" | "input" if net.kind == "sequential":
                return self.sequential_tensor(net, name)
            case "trainable_variables" | "trainable_weights" | "variables" | "weights":
                return Made("parameters", [net], {}, line)
            case "optimizer":
                return net.compiled.get("optimizer", 0, UNKNOWN) if net.compiled is not None else UNKNOWN
            case "training":
                return UNKNOWN
            case "module":
                return net
        if name in net.extra:
            return net.extra[name]
        if net.kind == "sequential" and name.isdigit():
            items = self.children(net)
            return items[int(name)] if int(name) < len(items) else UNKNOWN
        return None

    def sequential_tensor(self, net: Net, name: str) -> object:
        given = net.extra.setdefault(
            "as-tensor", Tensor(Op("Input", {"shape": net.input_shape}, net.line), (), net.input_shape)
        )
        if name == "input":
            return given
        return self.fold(net.items, given, net.line)

    def call_net(self, net: Net, args: list, kwargs: dict, node: ast.AST) -> object:
        """Return what calling a model gives: with a tensor it becomes part of a larger one, with images it gives an answer."""
        given = args[0] if args else next(iter(kwargs.values()), UNKNOWN)
        first = given[0] if isinstance(given, list | tuple) and given else given
        if isinstance(first, Tensor):
            if first.op.kind == "Input" and net.kind == "instance" and net.input_shape is None:
                net.input_shape = first.shape
            return (
                self.apply(net, given, node.lineno, node)
                if net.kind != "instance"
                else self.apply_net(net, given, [first], node.lineno, node)
            )
        if (
            isinstance(given, Array)
            and net.items
            and all(isinstance(i, Made) and self.op_for(i).kind in ("Augment", "Rescaling", "Resize") for i in net.items)
        ):
            return given.then("augment", node.lineno)
        if self.inside_forward():
            return UNKNOWN
        training = kwargs.get("training", UNKNOWN if "training" not in kwargs else None)
        loader = next((loop[3] for loop in reversed(self.loops) if loop[3] is not None), None)
        self.event("forward", node.lineno, net=net, given=given, mode=net.mode, mode_line=net.mode_line, training=training if "training" in kwargs else None,
                   training_given="training" in kwargs, loader=loader, tape=self.tapes > 0, end=(node.end_lineno, node.end_col_offset))  # fmt: skip
        answer = ModelAnswer(net, node.lineno, given)
        if net.kind == "instance" and _returns_pair(net):
            return (answer, UNKNOWN)
        return answer

    def inside_forward(self) -> bool:
        return any(
            isinstance(f.bound, Instance) and f.name in ("forward", "call") and f.bound.net is not None for f in self.current
        )

    def call_object(self, called: object, args: list, kwargs: dict, node: ast.AST, lines: dict) -> object:
        given = args[0] if args else next(iter(kwargs.values()), UNKNOWN)
        first = given[0] if isinstance(given, list | tuple) and given else given
        if isinstance(called, Net):
            return self.call_net(called, args, kwargs, node)
        if isinstance(called, Made):
            if called.path in ("torch.nn.Sequential",) and not isinstance(first, Tensor):
                return self.call_net(self.net_of(called), args, kwargs, node)
            if called.path.startswith(("torch.nn.", "keras.losses.")) and called.name.endswith(
                ("Loss", "Crossentropy", "Error")
            ):
                return self.loss(called, args, kwargs, node)
            if isinstance(first, Tensor):
                return self.apply(called, given, node.lineno, node)
            if isinstance(first, ModelAnswer):
                if called.path.startswith("torch.nn.") or called.path.startswith(_KERAS_PREFIX):
                    return first.then(called.name.lower(), node.lineno)
                return first
            if called.path.startswith("torchvision.models") or called.extra.get("net"):
                return self.call_net(self.net_of(called), args, kwargs, node)
            if isinstance(first, Array | Loader):
                return first
            return self.made_called(called, args, kwargs, node, lines)
        return UNKNOWN

    def net_of(self, made: Made) -> Net:
        """Return the model that a call gave, nn.Sequential or a model of a library, as one of ours."""
        if "net" not in made.extra:
            net = Net("sequential", "torch" if made.path.startswith("torch") else "keras", made.line)
            net.items = self.children(made) if made.path == "torch.nn.Sequential" else [made]
            net.extra["pretrained"] = made.path.startswith(("torchvision.models", "keras.applications")) or None
            made.extra["net"] = net
            self.nets.append(net)
        return made.extra["net"]


def channels_of(tree: ast.Module) -> str:
    """Return "said" if a program sets Keras' channels to stand first, "old" if it is spelled for Keras 1, where they often did."""
    old = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if getattr(node.func, "id", getattr(node.func, "attr", "")) == "Convolution2D" and len(node.args) >= 3:
                old = True
            for keyword in node.keywords:
                value = getattr(keyword.value, "value", None)
                if keyword.arg in ("dim_ordering", "data_format") and value in ("th", "channels_first"):
                    return "said"
                old = old or keyword.arg in ("border_mode", "nb_filter", "nb_row")
    return "old" if old else ""


def _returns_pair(net: Net) -> bool:
    method = net.instance.cls.find("forward") or net.instance.cls.find("call")
    if not method or not isinstance(method[0], ProgramFunction):
        return False
    returns = [n for n in ast.walk(method[0].node) if isinstance(n, ast.Return) and n.value is not None]
    return bool(returns) and isinstance(returns[-1].value, ast.Tuple) and len(returns[-1].value.elts) == 2


def _is_layer(value: object) -> bool:
    return isinstance(value, Net) or (
        isinstance(value, Made) and (value.path.startswith(("torch.nn.", _KERAS_PREFIX, "torchvision.models")))
    )


def _given_shape(layer: Made) -> tuple | None:
    if "input_shape" in layer.kwargs:
        return _clean(layer.kwargs["input_shape"])
    if layer.name == "InputLayer" and layer.args:
        return _clean(layer.args[0])
    for name in ("batch_input_shape", "batch_shape"):
        if name in layer.kwargs and isinstance(layer.kwargs[name], list | tuple):
            return _clean(tuple(layer.kwargs[name])[1:])
    if "input_dim" in layer.kwargs:
        return _clean((layer.kwargs["input_dim"],))
    if "shape" in layer.kwargs and layer.name == "InputLayer":
        return _clean(layer.kwargs["shape"])
    return None


def _clean(shape: object) -> tuple | None:
    """Return a shape with None for what is not known; None for no shape at all."""
    if isinstance(shape, int) and not isinstance(shape, bool):
        return (shape,)
    if not isinstance(shape, list | tuple):
        return None
    return tuple(d if isinstance(d, int) and not isinstance(d, bool) and d is not BATCH else None for d in shape)


_TOP = {
    "VGG16": 512,
    "VGG19": 512,
    "ResNet50": 2048,
    "MobileNetV2": 1280,
    "InceptionV3": 2048,
    "Xception": 2048,
    "EfficientNetB0": 1280,
    "MobileNet": 1024,
    "ResNet50V2": 2048,
    "DenseNet121": 1024,
}
__all__ = ["Nets", "folding", "v"]
