"""The optimizers: torch's own for "native", and Keras' rules written for torch for "aligned".

Keras (3.15) keeps the learning rate in a float32 variable, and casts weight decay, SGD's momentum, Adagrad's first
accumulator and Adam's betas (where it raises them to a power) through float32, whatever the weights' dtype. The aligned rules follow
that, or float64 runs would differ at the eighth digit. Sources: keras/src/optimizers/{sgd,adagrad,adadelta,rmsprop,adam}.py,
`update_step` and defaults; base_optimizer.py, `_apply_weight_decay`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from clsf import calls
from clsf.backends.torch.flat import Flat
from clsf.optimizers import OPTIMIZERS
from clsf.plan import Plan


class Optimizers:
    """The optimizers of a plan: one, or one for the backbone with its own learning rate and one for the head."""

    def __init__(self, plan: Plan, backbone: list[nn.Parameter], head: list[nn.Parameter]) -> None:
        rate = plan.learning_rate if plan.backbone_rate is None else plan.backbone_rate
        groups = [(backbone, rate / plan.learning_rate), ([] if plan.does("head-not-in-optimizer") else head, 1.0)]
        self._each = [
            (optimizer(plan.but(learning_rate=plan.learning_rate * share, backbone_rate=None), group), share)
            for group, share in groups
            if group
        ]
        self._given: Sequence[Tensor] | None = None

    @property
    def aligned(self) -> bool:
        """Whether every one is an aligned rule, whose numbers of a step can be `given`."""
        return all(isinstance(each, KerasRule) for each, _ in self._each)

    @property
    def memory(self) -> list[Tensor]:
        """Return the tensors that aligned rules keep from step to step."""
        return [tensor for each, _ in self._each for tensor in each.slots.values()]

    def step(self) -> None:
        if self._given is None:
            for each, _ in self._each:
                each.step()
            return
        given = iter(self._given)
        for each, _ in self._each:
            each.apply([next(given) for _ in each.numbers])

    def next_numbers(self) -> list[float]:
        """Begin another step of the aligned rules, and return its numbers: those that change from step to step."""
        for each, _ in self._each:
            each.next_numbers()
        return self.numbers

    @property
    def numbers(self) -> list[float]:
        """Return the numbers of the last step of the aligned rules."""
        return [float(number) for each, _ in self._each for number in each.numbers]

    @contextmanager
    def given(self, numbers: Sequence[Tensor]) -> Iterator[None]:
        """Inside the `with` block, `step` reads its numbers from these tensors, (), and begins no step itself.

        A captured step finds new numbers there each time it is replayed.
        """
        self._given = numbers
        try:
            yield
        finally:
            self._given = None

    def set_rate(self, rate: float) -> None:
        """Set the learning rate of the head; that of the backbone keeps its share of it."""
        for each, share in self._each:
            for group in each.param_groups:
                group["lr"] = rate * share


def optimizer(plan: Plan, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer | KerasRule:
    """Return the optimizer of the plan's name: torch's own, or the aligned rule.

    Weight decay, aligned: decoupled as in Keras, each weight loses learning rate * weight_decay of itself before the
    update. Native: torch's argument `weight_decay`, which most of these classes couple: weight_decay times the weight is added to
    its gradient. With plain SGD both are the same; an optimizer that divides by the size of past gradients divides the
    coupled decay too, so that the same number decays less where gradients are large (arXiv:1711.05101; torch.optim.AdamW
    is the decoupled one). With one difference in the rule of an optimizer, torch's own rule has the aligned decay, so that the
    difference is that rule alone.
    """
    declared, parameters = OPTIMIZERS[plan.optimizer], list(parameters)
    if not plan.native_optimizer:
        rule = _RULES[declared.torch]
        values = {**declared.values(plan.hyper), **declared.fixed}
        return rule(parameters, plan.learning_rate, weight_decay=plan.decay, **values)
    own = plan.rules == "native"
    decay = plan.weight_decay if own else plan.decay if declared.decoupled else 0.0
    call = declared.torch_call(plan.learning_rate, plan.hyper, decay or None)
    made = calls.made(call, {"optim": torch.optim}, torch.optim.Optimizer, params=parameters)
    if plan.decay and not own and not declared.decoupled:
        made.register_step_pre_hook(lambda made, *_: _decay(made, plan.decay))
    return made


@torch.no_grad()
def _decay(made: torch.optim.Optimizer, weight_decay: float) -> None:
    """Let each weight lose learning rate * weight_decay of itself, as Keras does before an update."""
    for group in made.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.sub_(p * through_float32(weight_decay) * through_float32(group["lr"]))


def through_float32(value: float) -> float:
    """Return the nearest float32 to `value`, as a Python float."""
    return float(np.float32(value))


@lru_cache(maxsize=64)
def _number(value: float, dtype: torch.dtype) -> Tensor:
    """Return a number as a CPU tensor, (); cached, because making it takes as long as an operation. Don't change it in place."""
    return torch.tensor(value, dtype=dtype)


@lru_cache(maxsize=64)
def _float32(value: float, dtype: torch.dtype) -> Tensor:
    """Return a number as `_number` does, with the digits that float32 leaves of it."""
    return torch.tensor(value, dtype=torch.float32).to(dtype)


Number = float | Tensor
"""A number, or a tensor, (): made once, on the processor, or read from the device's memory."""


class KerasRule:
    """The base of the aligned rules; a rule is one formula, over all parameters in one vector.

    Not a `torch.optim.Optimizer`, whose `step` is wrapped to look for hooks and a profiler: a tenth of a small network's step.
    A loop sees the same interface: `param_groups[0]["lr"]`, and `step()`.
    """

    def __init__(self, parameters: list[nn.Parameter], learning_rate: float, **defaults: object) -> None:
        self.param_groups = [{"params": parameters, "lr": learning_rate, **defaults}]
        self._flat = Flat(parameters)
        self.dtype = self._flat.values.dtype
        self.slots: dict[str, Tensor] = {}
        self.numbers: Sequence[Number] = ()  # of the last step
        self._t = torch.zeros((), dtype=self.dtype)

    def counted(self) -> Tensor:
        """Count another step; return its number, (), 1-based. On the processor: a GPU takes such a tensor as it takes a number."""
        return self._t.add_(1)

    def of_step(self, lr: float, group: dict) -> Sequence[Number]:
        """Begin another step; return the numbers that change from step to step, the learning rate first."""
        return (lr,)

    def update(self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict, lr: Number, *others: Number) -> None:
        """Change the parameters `p` in place, given their gradient `g` and the numbers of this step.

        Neither asks for a gradient itself.
        """
        raise TypeError("each rule has its own formula")

    def next_numbers(self) -> Sequence[Number]:
        """Begin another step; return its numbers."""
        (group,) = self.param_groups
        self.numbers = self.of_step(through_float32(group["lr"]), group)
        return self.numbers

    def apply(self, numbers: Sequence[Number]) -> None:
        """Update the parameters from their gradients."""
        (group,) = self.param_groups
        lr, *others = numbers
        decay = through_float32(group["weight_decay"])
        p, g = self._flat.values, self._flat.gradient()
        if decay:
            p.sub_(p * decay * lr)
        self.update(p, g, self.slots, group, lr, *others)

    def step(self) -> None:
        self.apply(self.next_numbers())


class KerasSGD(KerasRule):
    """m = momentum m - lr g;  p = p + m  (nesterov: p = p + momentum m - lr g;  no momentum: p = p - lr g)

    The learning rate sits inside the velocity m; in torch.optim.SGD it is outside: equal only while it is constant.
    """

    def update(self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict, lr: Number) -> None:
        if not group.get("momentum"):
            p.sub_(g * lr)
            return
        if not state:
            state["m"] = torch.zeros_like(p)
        m, momentum = state["m"], through_float32(group["momentum"])
        m.mul_(momentum).sub_(g * lr)
        p.add_((m * momentum).sub_(g * lr) if group.get("nesterov") else m)


class KerasAdagrad(KerasRule):
    """a = a + g²;  p = p - lr g / sqrt(a + ε);  a begins at 0.1, ε = 1e-7  (torch: a at 0, ε = 1e-10 outside the root)"""

    def update(self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict, lr: Number) -> None:
        if not state:
            state["a"] = torch.full_like(p, through_float32(group["initial_accumulator_value"]))
        a = state["a"].add_(g.square())
        p.sub_((g * lr).div_((a + group["epsilon"]).sqrt_()))


class KerasAdadelta(KerasRule):
    """a = ρ a + (1 - ρ) g²;  d = -sqrt(b + ε) g / sqrt(a + ε);  b = ρ b + (1 - ρ) d²;  p = p + lr d;  ρ = 0.95, ε = 1e-7"""

    def update(self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict, lr: Number) -> None:
        if not state:
            state["a"], state["b"] = torch.zeros_like(p), torch.zeros_like(p)
        a, b, rho, epsilon = state["a"], state["b"], group["rho"], group["epsilon"]
        a.mul_(rho).add_(g.square().mul_(1 - rho))
        d = (b + epsilon).sqrt_().mul_(g).div_((a + epsilon).sqrt_()).neg_()
        b.mul_(rho).add_(d.square().mul_(1 - rho))
        p.add_(d.mul_(lr))


class KerasRMSprop(KerasRule):
    """v = ρ v + (1 - ρ) g²;  p = p - lr g / sqrt(v + ε);  ρ = 0.9, ε = 1e-7 inside the root  (torch: α = 0.99, ε = 1e-8 outside)"""

    def update(self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict, lr: Number) -> None:
        if not state:
            state["v"] = torch.zeros_like(p)
        rho = group["rho"]
        v = state["v"].mul_(rho).add_(g.square().mul_(1 - rho))
        p.sub_((g * lr).div_((v + group["epsilon"]).sqrt_()))


class KerasAdam(KerasRule):
    """m = m + (1 - β1)(g - m);  v = v + (1 - β2)(g² - v);  p = p - α m / (sqrt(v) + ε)

    with α = lr sqrt(1 - β2^t) / (1 - β1^t), β1 = 0.9, β2 = 0.999, ε = 1e-7. ε is added to the uncorrected root; torch
    adds 1e-8 after the correction, which is about 316 times less at the first step. Source: Kingma & Ba 2014,
    arXiv:1412.6980, "the order of computation" at the end of section 2.
    """

    def of_step(self, lr: float, group: dict) -> Sequence[Number]:
        t = self.counted()
        power_1, power_2 = (torch.pow(_float32(group[name], self.dtype), t) for name in ("beta_1", "beta_2"))  # as Keras
        return lr, _number(lr, self.dtype) * torch.sqrt(1 - power_2) / (1 - power_1)

    def update(self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict, lr: Number, alpha: Tensor) -> None:
        if not state:
            state["m"], state["v"] = torch.zeros_like(p), torch.zeros_like(p)
        m, v = state["m"], state["v"]
        m.add_((g - m).mul_(1 - group["beta_1"]))
        v.add_((g.square() - v).mul_(1 - group["beta_2"]))
        p.sub_((m * alpha).div_(v.sqrt().add_(group["epsilon"])))


class KerasAdamax(KerasRule):
    """m = m + (1 - β1)(g - m);  u = max(β2 u, |g|);  p = p - lr m / ((1 - β1^t)(u + ε));  ε = 1e-7

    torch adds its 1e-8 to |g| before the largest is kept. Source: Kingma & Ba 2014, arXiv:1412.6980, algorithm 2 (without ε).
    """

    def of_step(self, lr: float, group: dict) -> Sequence[Number]:
        return lr, 1 - torch.pow(_float32(group["beta_1"], self.dtype), self.counted())  # as Keras

    def update(self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict, lr: Number, correction: Tensor) -> None:
        if not state:
            state["m"], state["u"] = torch.zeros_like(p), torch.zeros_like(p)
        m, u = state["m"], state["u"]
        m.add_((g - m).mul_(1 - group["beta_1"]))
        torch.maximum(u.mul_(group["beta_2"]), g.abs(), out=u)
        p.sub_((m * lr).div_((u + group["epsilon"]).mul_(correction)))


class KerasNadam(KerasRule):
    """μ_t = β1 (1 - 0.96^t / 2);  Π_t = Π_(t-1) μ_t;  m = m + (1 - β1)(g - m);  v = v + (1 - β2)(g² - v)

    p = p - lr (μ_(t+1) m / (1 - Π_t μ_(t+1)) + (1 - μ_t) g / (1 - Π_t)) / (sqrt(v / (1 - β2^t)) + ε), ε = 1e-7. torch has
    0.96^(0.004 t) in its place, so that its momentum rises 250 times more slowly. Source: Dozat 2016, "Incorporating Nesterov
    momentum into Adam", algorithm 8; keras/src/optimizers/nadam.py.
    """

    product: Tensor | float = 1.0  # Π of the last step

    def of_step(self, lr: float, group: dict) -> Sequence[Number]:
        t, exact = self.counted(), _number(0.96, self.dtype)  # Keras' product of all μ does not go through float32, its μ do
        beta_1, beta_2, decay = (_float32(x, self.dtype) for x in (group["beta_1"], group["beta_2"], 0.96))
        now, following = (beta_1 * (1 - 0.5 * torch.pow(decay, at)) for at in (t, t + 1))
        product = self.product = self.product * (group["beta_1"] * (1 - 0.5 * torch.pow(exact, t)))
        of_m, of_g = following / (1 - product * following), (1 - now) / (1 - product)
        return lr, of_m, of_g, 1 - beta_1, 1 - beta_2, 1 - torch.pow(beta_2, t)

    def update(self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict, lr: Number, *others: Tensor) -> None:
        if not state:
            state["m"], state["v"] = torch.zeros_like(p), torch.zeros_like(p)
        m, v = state["m"], state["v"]
        of_m, of_g, new_m, new_v, correction = others
        m.add_((g - m).mul_(new_m))
        v.add_((g.square() - v).mul_(new_v))
        p.sub_((m * of_m).add_(g * of_g).mul_(lr).div_((v / correction).sqrt_().add_(group["epsilon"])))


_RULES = {
    "SGD": KerasSGD, "Adagrad": KerasAdagrad, "Adadelta": KerasAdadelta, "RMSprop": KerasRMSprop, "Adam": KerasAdam,
    "AdamW": KerasAdam, "Adamax": KerasAdamax, "NAdam": KerasNadam,
}  # fmt: skip
"""Class in torch.optim -> Keras' rule of that name."""
