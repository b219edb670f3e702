"""Read an optimizer from a parsed call of Keras or PyTorch: which declared optimizer it is, and with which numbers.

The inverse of `clsf.optimizers.Optimizer.keras_call` and `torch_call`. Nothing is evaluated: a call is a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clsf.calls import REQUIRED, Call, Signature
from clsf.optimizers import OPTIMIZERS, Optimizer

_MORE = {
    "clipnorm": None, "clipvalue": None, "global_clipnorm": None, "use_ema": False, "ema_momentum": 0.99,
    "ema_overwrite_frequency": None, "loss_scale_factor": None, "gradient_accumulation_steps": None, "name": None,
}  # fmt: skip
_BETAS = {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}

KERAS: dict[str, Signature] = {
    name: Signature(name, {**parameters, **({} if "weight_decay" in parameters else {"weight_decay": None}), **_MORE})
    for name, parameters in {
        "SGD": {"learning_rate": 0.01, "momentum": 0.0, "nesterov": False},
        "RMSprop": {"learning_rate": 0.001, "rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False},
        "Adagrad": {"learning_rate": 0.001, "initial_accumulator_value": 0.1, "epsilon": 1e-7},
        "Adadelta": {"learning_rate": 0.001, "rho": 0.95, "epsilon": 1e-7},
        "Adam": {**_BETAS, "amsgrad": False},
        "AdamW": {"learning_rate": 0.001, "weight_decay": 0.004, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": False},
        "Adamax": _BETAS,
        "Nadam": _BETAS,
    }.items()
}  # fmt: skip
"""What Keras' classes take, in order, with their defaults."""

_FLAGS = {"maximize": False, "foreach": None, "capturable": False, "differentiable": False, "fused": None}


def _adam(decay: float, rate: float = 1e-3, **more: object) -> dict[str, object]:
    return {"params": REQUIRED, "lr": rate, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": decay, **more}


TORCH: dict[str, Signature] = {
    name: Signature(name, {**parameters, **_FLAGS})
    for name, parameters in {
        "SGD": {
            "params": REQUIRED, "lr": 1e-3, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False,
        },
        "RMSprop": {
            "params": REQUIRED, "lr": 1e-2, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0, "centered": False,
        },
        "Adagrad": {
            "params": REQUIRED, "lr": 1e-2, "lr_decay": 0.0, "weight_decay": 0.0, "initial_accumulator_value": 0.0, "eps": 1e-10,
        },
        "Adadelta": {"params": REQUIRED, "lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0.0},
        "Adam": _adam(0.0, amsgrad=False),
        "AdamW": _adam(0.01, amsgrad=False),
        "Adamax": _adam(0.0, 2e-3),
        "NAdam": _adam(0.0, 2e-3, momentum_decay=4e-3, decoupled_weight_decay=False),
    }.items()
}  # fmt: skip
"""What PyTorch's classes take, in order, with their defaults; switches of how it is computed come last."""


def own_rate(declared: Optimizer, framework: str) -> float:
    """Return the learning rate that the framework's class takes by default."""
    if framework == "torch":
        return TORCH[declared.torch].parameters["lr"]
    return KERAS[declared.keras].parameters["learning_rate"]


OLD = {"lr": "learning_rate"}
"""Keras' argument of then -> that of today."""


@dataclass(frozen=True, slots=True)
class ReadOptimizer:
    """An optimizer as written in source. Values that are not written as numbers are None."""

    optimizer: Optimizer
    rate: float | None  # in effect: the class's own default if none was given
    values: Mapping[str, float | None]  # every hyper-parameter in effect, by Keras' names
    decay: float | None  # weight decay in effect
    given: frozenset[str]  # the arguments that were written, by the framework's own names
    left: Mapping[str, object] = field(
        default_factory=dict
    )  # written arguments that are in no declaration: amsgrad, clipnorm, decay

    @property
    def hyper(self) -> dict[str, float]:
        """The hyper-parameters that differ from the aligned rule's: `Plan.hyper`."""
        usual = {s.name: s.usual for s in self.optimizer.settings}
        return {name: value for name, value in self.values.items() if value is not None and value != usual[name]}


def read_keras(call: Call | str) -> ReadOptimizer | None:
    """Return the optimizer of a call of a class in `keras.optimizers`, or of a name as `compile` takes it.

    None if no declared optimizer has that name. Raises SpecError for arguments that the class does not take.
    """
    named = _named(call, {o.keras: KERAS[o.keras] for o in OPTIMIZERS.values()})
    if named is None:
        return None
    call, signature = named
    kwargs, left = {}, {}
    for name, value in call.kwargs.items():
        if name == "decay":  # of Keras 2: the learning rate falls with the steps; not weight decay
            left[name] = value
        else:
            kwargs[OLD.get(name, name)] = value
    bound = signature.bound(Call(signature.name, call.args, kwargs))
    given = frozenset([*list(signature.parameters)[: len(call.args)], *call.kwargs])
    return _reading(signature, bound, "learning_rate", given, left, {s: s for s in bound})


def read_torch(call: Call) -> ReadOptimizer | None:
    """Return the optimizer of a call of a class in `torch.optim`; None if no declared optimizer has that name.

    Raises SpecError for arguments that the class does not take.
    """
    named = _named(call, {o.torch: TORCH[o.torch] for o in OPTIMIZERS.values()})
    if named is None:
        return None
    call, signature = named
    kwargs = dict(call.kwargs)
    if not call.args and "params" not in kwargs:
        kwargs["params"] = None  # the caller left it out: nothing here depends on it
    bound = signature.bound(Call(signature.name, call.args, kwargs))
    given = frozenset([*list(signature.parameters)[: len(call.args)], *call.kwargs]) - {"params"}
    pair = bound.get("betas")
    if isinstance(pair, tuple | list) and len(pair) == 2:
        bound |= {"betas.0": pair[0], "betas.1": pair[1]}
    names = {s.name: s.torch for o in OPTIMIZERS.values() if o.torch == signature.name for s in o.settings}
    return _reading(signature, bound, "lr", given, {}, names)


def _named(call: Call | str, known: Mapping[str, Signature]) -> tuple[Call, Signature] | None:
    if isinstance(call, str):
        by_alias = {name.lower(): signature for name, signature in known.items()}
        return (Call(by_alias[call.lower()].name), by_alias[call.lower()]) if call.lower() in by_alias else None
    signature = known.get(call.name.rpartition(".")[2])
    return None if signature is None else (call, signature)


def _reading(
    signature: Signature, bound: dict, rate: str, given: frozenset[str], left: dict, names: Mapping[str, str]
) -> ReadOptimizer:
    keras = rate == "learning_rate"
    fits = [o for o in OPTIMIZERS.values() if (o.keras if keras else o.torch) == signature.name]
    declared = next((o for o in reversed(fits) if o.is_made_by(bound)), fits[0])
    values = {s.name: _number(bound.get(names.get(s.name, s.name))) for s in declared.settings}
    known = {rate, "weight_decay", "params", "betas", *declared.fixed, *(names.get(s.name, s.name) for s in declared.settings)}
    rest = {n: bound[n] for n in signature.parameters if n in given and n not in known and bound[n] != signature.parameters[n]}
    decay = bound["weight_decay"]
    return ReadOptimizer(
        declared, _number(bound[rate]), values, 0.0 if decay is None else _number(decay), given, {**rest, **left}
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
