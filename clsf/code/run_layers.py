"""Layers and rules as in a run, where the frameworks' own differ: source for scripts of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clsf.calls import quoted
from clsf.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from clsf.code.job import Job
    from clsf.code.model import SourceModel
    from clsf.optimizers import Optimizer


def layers(job: Job, model: SourceModel, framework: str) -> str:
    """Return the classes that the model needs."""
    roles = {facts.role for facts in model.analysis.layers}
    always, sources = job.plan.does("dropout-at-evaluation"), []
    dropping = [facts.layer for facts in model.analysis.layers if facts.layer.drops and facts.layer.rate]
    maps = any(layer.role == "DropMaps" for layer in dropping)
    if model.masked(framework):
        sources.append(_dropout(framework, always, maps))
    elif dropping and always:
        sources.append(_always(framework, maps))
    if "Batchwise" in roles and (framework == "torch" or job.plan.does("bn-variance")):
        sources.append(_torch_norm(job) if framework == "torch" else _KERAS_NORM)
    return "\n\n\n".join(sources)


def _dropout(framework: str, always: bool, maps: bool) -> str:
    source = _KERAS_DROPOUT if framework == "tensorflow" else _TORCH_DROPOUT
    if framework == "tensorflow":
        source = source.replace("return x  #", "return tf.nn.dropout(x, self.rate)  #") if always else source
        source = source.replace("outside of training", "a forgotten switch" if always else "outside of training")
    elif always:
        source = source.replace("            return x\n", "            return F.dropout(x, self.rate)  # a forgotten switch\n")
    if not maps:
        return source
    source = source.replace("self.place, self.rate = place, rate", "self.place, self.rate, self.maps = place, rate, maps")
    for before, after in _OF_MAPS[framework]:
        source = source.replace(before, after)
    return _drawing_maps(source, framework)


_OF_MAPS = {
    "tensorflow": (
        ("        shape = tf.unstack(tf.shape(x))\n", "        shape = tf.unstack(tf.shape(x))\n        shape[1:3] = [1, 1] if self.maps else shape[1:3]\n"),
        ("mask = tf.ensure_shape(tf.numpy_function(self.draw, [run_step, *shape], tf.uint8), x.shape)",
         "mask = tf.numpy_function(self.draw, [run_step, *shape], tf.uint8)\n        mask.set_shape((None, 1, 1, x.shape[3]) if self.maps else x.shape)"),
    ),
    "torch": (
        ("        mask = torch.from_numpy(", "        shape = (len(x), 1, 1, x.shape[1]) if self.maps else shape\n        mask = torch.from_numpy("),
    ),
}  # fmt: skip


def _drawing_maps(source: str, framework: str) -> str:
    """Return the class with an argument `maps`: whether whole channels are dropped."""
    source = source.replace("rate, **more):", "rate, maps=False, **more):").replace(
        "place, rate):", "place, rate, maps=False):"
    )
    source = source.replace("(self, rate):", "(self, rate, maps=False):")
    source = source.replace('"rate": self.rate}', '"rate": self.rate, "maps": self.maps}')
    source = source.replace("        self.rate = rate", "        self.rate, self.maps = rate, maps")
    if framework == "torch":
        return source.replace("F.dropout(x, self.rate)", "(F.dropout2d if self.maps else F.dropout)(x, self.rate)")
    shape = "(tf.shape(x)[0], 1, 1, x.shape[3]) if self.maps else None"
    return source.replace("tf.nn.dropout(x, self.rate)", f"tf.nn.dropout(x, self.rate, {shape})")


def _always(framework: str, maps: bool) -> str:
    source = _KERAS_ALWAYS if framework == "tensorflow" else _TORCH_ALWAYS
    return _drawing_maps(source, framework) if maps else source


_KERAS_DROPOUT = '''run_step = tf.Variable(0, trainable=False)  # steps that were done before: the masks follow it


@keras.saving.register_keras_serializable()
class RunDropout(layers.Layer):
    """Dropped by the masks of the run: seed, place in the model and step decide them."""

    def __init__(self, place, rate, **more):
        super().__init__(**more)
        self.place, self.rate = place, rate

    def draw(self, step, *shape):
        return dropout_mask(self.place, int(step), [int(side) for side in shape], self.rate)

    def call(self, x, training=False):
        if not training:
            return x  # outside of training
        shape = tf.unstack(tf.shape(x))
        mask = tf.ensure_shape(tf.numpy_function(self.draw, [run_step, *shape], tf.uint8), x.shape)
        return x * tf.cast(mask, x.dtype) * (1 / (1 - self.rate))

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {**super().get_config(), "place": self.place, "rate": self.rate}'''

_TORCH_DROPOUT = '''class RunDropout(nn.Module):
    """Dropped by the masks of the run: seed, place in the model and step decide them."""

    step = 0  # steps that were done before

    def __init__(self, place, rate):
        super().__init__()
        self.place, self.rate = place, rate

    def forward(self, x):
        if not self.training:
            return x
        if not torch.is_grad_enabled():  # evaluated in training mode
            return F.dropout(x, self.rate)
        shape = (x.shape[0], *x.shape[2:], x.shape[1]) if x.ndim == 4 else x.shape
        mask = torch.from_numpy(dropout_mask(self.place, RunDropout.step, shape, self.rate)).to(x)
        mask = mask.permute(0, 3, 1, 2) if x.ndim == 4 else mask  # (b, h, w, c) -> (b, c, h, w)
        return x * mask * (1 / (1 - self.rate))'''

_KERAS_ALWAYS = '''@keras.saving.register_keras_serializable()
class AlwaysDropout(layers.Layer):
    """A dropout that nothing switches off, outside of training either."""

    def __init__(self, rate, **more):
        super().__init__(**more)
        self.rate = rate

    def call(self, x):
        return tf.nn.dropout(x, self.rate)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}'''

_TORCH_ALWAYS = '''class AlwaysDropout(nn.Module):
    """A dropout that nothing switches off, outside of training either."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        return F.dropout(x, self.rate)'''

_KERAS_NORM = '''@keras.saving.register_keras_serializable()
class UnbiasedNorm(layers.BatchNormalization):
    """Batch normalisation that keeps the unbiased variance, as PyTorch does."""

    def call(self, x, training=False):
        if not training:
            return super().call(x, training=False)
        old = tf.identity(self.moving_variance)
        y = super().call(x, training=True)
        count = tf.cast(tf.size(x) / tf.shape(x)[-1], x.dtype)
        unbiased = tf.nn.moments(x, list(range(x.shape.rank - 1)))[1] * count / (count - 1)
        self.moving_variance.assign(old * self.momentum + unbiased * (1 - self.momentum))
        return y'''


def _torch_norm(job: Job) -> str:
    unbiased = job.plan.does("bn-variance")
    kept = "PyTorch's variance" if unbiased else "the biased variance"
    return f'''class RunNorm(nn.Module):
    """Batch normalisation by Keras' rule: `momentum` is the share kept, {kept}."""

    def __init__(self, features, eps, momentum):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if not self.training:
            return F.batch_norm(x, mean, var, self.weight, self.bias, False, 0.0, self.eps)
        with torch.no_grad():
            axes = [axis for axis in range(x.ndim) if axis != 1]
            batch_var, batch_mean = torch.var_mean(x, axes, correction={int(unbiased)})
            mean.mul_(self.momentum).add_(batch_mean * (1 - self.momentum))
            var.mul_(self.momentum).add_(batch_var * (1 - self.momentum))
        return torch.batch_norm(
            x, self.weight, self.bias, None, None, True, 0.0, self.eps, torch.backends.cudnn.enabled
        )'''


def _put_keras(model: SourceModel) -> str:
    depthwise = any(facts.role == "Depthwise" for facts in model.analysis.layers)
    rows = ["def put(layer, name, array):", '    """Give a layer one of its arrays."""']
    rows += ["    layer = model.get_layer(layer)"]
    rows += ['    name = name if hasattr(layer, name) else "kernel"  # of a depthwise convolution alone'] if depthwise else []
    return "\n".join([*rows, "    getattr(layer, name).assign(array)"])


def put_torch(model: SourceModel) -> str:
    """Return the PyTorch function that copies one of Keras' arrays into a layer, with the tables that it needs."""
    flattened = {model.names[path]: shape for path, shape in model.reordered.items()}
    rows = []
    if flattened:
        rows += [
            "# Behind the flattening: Keras goes through (height, width, channels), PyTorch channels first.",
            "FLATTENED = {", *(f"    {quoted(name)}: {shape}," for name, shape in flattened.items()), "}",
        ]  # fmt: skip
    rows += [
        "ROLES = {",
        *(f'    "{keras}": "{torch}",' for keras, torch in ROLES.items()),
        "}",
        "",
        "",
        "@torch.no_grad()",
        "def put(layer, name, array):",
        '    """Give a layer one of its arrays, turned from Keras\' layout into PyTorch\'s."""',
    ]
    if flattened:
        rows += [
            '    if layer in FLATTENED and name != "bias":',
            "        image = array.reshape(*FLATTENED[layer], -1)",
            "        array = image.transpose(2, 0, 1, 3).reshape(array.shape)  # (h, w, c) -> (c, h, w)",
        ]
    rows += _parts(model)
    return "\n".join(
        [
            *rows,
            "    target = getattr(getattr(model, layer), ROLES[name])",
            "    if array.ndim == 4 and target.shape[1] == 1:  # (h, w, in, times) -> (in * times, 1, h, w)",
            "        array = array.transpose(2, 3, 0, 1).reshape(target.shape)",
            *_image_rows(model),
            "    elif array.ndim > 1:  # (h, w, in, out) -> (out, in, h, w), or (in, out) -> (out, in)",
            "        array = array.transpose((3, 2, 0, 1) if array.ndim == 4 else (1, 0))",
            "    target.copy_(torch.from_numpy(np.ascontiguousarray(array)))",
        ]
    )


def _parts(model: SourceModel) -> list[str]:
    """Return the lines that find the module of a weight where one layer of Keras is two of PyTorch."""
    names = [model.names[facts.path] for facts in model.analysis.layers if facts.layer.HELD]
    if not names:
        return []
    return [
        "    if layer in {",
        *(f"        {quoted(one)}," for one in names),
        "    }:  # two modules",
        '        layer += "_depthwise" if name == "depthwise_kernel" else "_pointwise"',
    ]


def _image_rows(model: SourceModel) -> list[str]:
    """Return the lines that turn the scales, shifts and slopes of an image's values, if there are some."""
    if not any(len(weight.shape) == 3 for weight in model.analysis.named_weights().values()):
        return []
    return [
        "    elif array.ndim == 3:  # (h, w, c) -> (c, h, w), or (1, 1, c) -> (c,)",
        "        array = array.transpose(2, 0, 1).reshape(target.shape)",
    ]


ROLES = {
    "kernel": "weight", "depthwise_kernel": "weight", "pointwise_kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias",
    "moving_mean": "running_mean", "moving_variance": "running_var", "alpha": "weight",
}  # fmt: skip

PUT = {"tensorflow": _put_keras, "torch": put_torch}


# Keras' rules for PyTorch, as `clsf.backends.torch.optimizers` has them.


def rule(job: Job) -> str:
    """Return the class of the aligned rule, and the line that makes the optimizer."""
    plan, declared = job.plan, OPTIMIZERS[job.plan.optimizer]
    kind, begin, update = _RULES[_kind(declared)]
    rows = [
        f"class {kind}(torch.optim.Optimizer):",
        '    """The rule of Keras, with the numbers in float32 that Keras keeps so."""',
        "",
        "    def __init__(self, parameters, lr):",
        '        super().__init__(parameters, {"lr": lr})',
        "",
        "    @torch.no_grad()",
        "    def step(self):",
        '        lr = float(np.float32(self.param_groups[0]["lr"]))',
        '        for p in self.param_groups[0]["params"]:',
        f"            {'g, state = p.grad, self.state[p]' if begin else 'g = p.grad'}",
    ]
    if plan.decay:
        given = "WEIGHT_DECAY" if plan.weight_decay else repr(plan.decay)
        rows.append(f"            p.sub_(p * float(np.float32({given})) * lr)  # not by way of the gradient")
    begun = ["if not state:", *(f"    {row}" for row in begin)] if begin else []
    values = {name: repr(value) for name, value in declared.values(plan.hyper).items()}
    rows += [f"            {row.format(**values)}" for row in (*begun, *update)]
    return "\n".join([*rows, "", "", f"optimizer = {kind}(model.parameters(), lr=LEARNING_RATE)"])


def _kind(declared: Optimizer) -> str:
    if declared.keras != "SGD":
        return declared.keras
    return "SGD" if not declared.settings else "Nesterov" if declared.fixed else "Momentum"


_ADAM = (
    "KerasAdam",
    ('state["m"], state["v"] = torch.zeros_like(p), torch.zeros_like(p)', 'state["t"] = torch.zeros((), dtype=p.dtype)'),
    (
        'm, v, t = state["m"], state["v"], state["t"].add_(1)',
        "power_1 = torch.pow(torch.tensor({beta_1}, dtype=torch.float32).to(p.dtype), t)",
        "power_2 = torch.pow(torch.tensor({beta_2}, dtype=torch.float32).to(p.dtype), t)",
        "alpha = torch.tensor(lr, dtype=p.dtype) * torch.sqrt(1 - power_2) / (1 - power_1)",
        "m.add_((g - m).mul_(1 - {beta_1}))", "v.add_((g.square() - v).mul_(1 - {beta_2}))",
        "p.sub_((m * alpha.to(p.device)).div_(v.sqrt().add_({epsilon})))",
    ),
)  # fmt: skip
_VELOCITY = ('state["m"] = torch.zeros_like(p)',)
_RULES = {
    "SGD": ("KerasSGD", (), ("p.sub_(g * lr)",)),
    "Momentum": ("KerasMomentum", _VELOCITY, ('p.add_(state["m"].mul_(float(np.float32({momentum}))).sub_(g * lr))',)),
    "Nesterov": (
        "KerasNesterov", _VELOCITY,
        ("momentum = float(np.float32({momentum}))", 'm = state["m"].mul_(momentum).sub_(g * lr)', "p.add_((m * momentum).sub_(g * lr))"),
    ),
    "Adagrad": (
        "KerasAdagrad", ('state["a"] = torch.full_like(p, float(np.float32({initial_accumulator_value})))',),
        ('a = state["a"].add_(g.square())', "p.sub_((g * lr).div_((a + {epsilon}).sqrt_()))"),
    ),
    "Adadelta": (
        "KerasAdadelta", ('state["a"], state["b"] = torch.zeros_like(p), torch.zeros_like(p)',),
        (
            'a, b, rho = state["a"], state["b"], {rho}', "a.mul_(rho).add_(g.square().mul_(1 - rho))",
            "d = (b + {epsilon}).sqrt_().mul_(g).div_((a + {epsilon}).sqrt_()).neg_()",
            "b.mul_(rho).add_(d.square().mul_(1 - rho))", "p.add_(d.mul_(lr))",
        ),
    ),
    "RMSprop": (
        "KerasRMSprop", ('state["v"] = torch.zeros_like(p)',),
        ('v = state["v"].mul_({rho}).add_(g.square().mul_(1 - {rho}))', "p.sub_((g * lr).div_((v + {epsilon}).sqrt_()))"),
    ),
    "Adam": _ADAM,
    "AdamW": _ADAM,
    "Adamax": (
        "KerasAdamax",
        ('state["m"], state["u"] = torch.zeros_like(p), torch.zeros_like(p)', 'state["t"] = torch.zeros((), dtype=p.dtype)'),
        (
            'm, u, t = state["m"], state["u"], state["t"].add_(1)',
            "power = torch.pow(torch.tensor({beta_1}, dtype=torch.float32).to(p.dtype), t)",
            "m.add_((g - m).mul_(1 - {beta_1}))", "torch.maximum(u.mul_({beta_2}), g.abs(), out=u)",
            "p.sub_((m * lr).div_((u + {epsilon}).mul_((1 - power).to(p.device))))",
        ),
    ),
    "Nadam": (
        "KerasNadam",
        (
            'state["m"], state["v"] = torch.zeros_like(p), torch.zeros_like(p)', 'state["t"] = torch.zeros((), dtype=p.dtype)',
            'state["product"] = torch.ones((), dtype=p.dtype)',
        ),
        (
            'm, v, t = state["m"], state["v"], state["t"].add_(1)',
            "numbers = torch.tensor([{beta_1}, {beta_2}, 0.96], dtype=torch.float32)",
            "beta_1, beta_2, decay = numbers.to(p.dtype)",
            "now = beta_1 * (1 - 0.5 * torch.pow(decay, t))",
            "following = beta_1 * (1 - 0.5 * torch.pow(decay, t + 1))",
            "exact = torch.tensor(0.96, dtype=p.dtype)",
            'product = state["product"].mul_({beta_1} * (1 - 0.5 * torch.pow(exact, t)))',
            "of_m = (following / (1 - product * following)).to(p.device)",
            "of_g = ((1 - now) / (1 - product)).to(p.device)",
            "m.add_((g - m).mul_((1 - beta_1).to(p.device)))",
            "v.add_((g.square() - v).mul_((1 - beta_2).to(p.device)))",
            "root = (v / (1 - torch.pow(beta_2, t)).to(p.device)).sqrt_()",
            "p.sub_((m * of_m).add_(g * of_g).mul_(lr).div_(root.add_({epsilon})))",
        ),
    ),
}  # fmt: skip
