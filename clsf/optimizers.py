"""Declares each optimizer once: its hyper-parameters, its call in Keras and in PyTorch, and how the two rules differ.

Menus, limits, printed code, stock optimizers, the list of differences and the reader of source take everything from here. The
aligned rule is Keras' rule; for PyTorch it is written out in `clsf.backends.torch.optimizers`, the only other place.
Sources: keras/src/optimizers and torch/optim of the versions in requirements.txt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clsf.calls import Call
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class Setting:
    """A hyper-parameter: a number from 0 to `high`, by its name in Keras."""

    name: str
    usual: float  # of the aligned rule, and of Keras unless `keras_default` says otherwise
    torch: str  # PyTorch's argument; "betas.0" is the first of a pair
    torch_default: float
    help: Sentence
    high: float = 0.9999
    keras_default: float | None = None  # of Keras' class, where it is not the usual value

    @property
    def default(self) -> float:
        """What Keras' class takes by default."""
        return self.usual if self.keras_default is None else self.keras_default

    @property
    def decides(self) -> bool:
        """Whether the classes make another optimizer where it is 0."""
        return self.keras_default is not None


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One optimizer. `keras` and `torch` are the names of the classes in `keras.optimizers` and `torch.optim`."""

    name: str
    title: str
    keras: str
    torch: str
    rate: float  # a learning rate to start from
    slots: int  # numbers that it keeps for each weight
    formula: str  # of one weight p with the gradient g at step t, as the aligned rule has it
    settings: tuple[Setting, ...] = ()
    fixed: Mapping[str, bool] = field(default_factory=dict)  # arguments of both classes that make it this optimizer
    keras_says: Sentence | None = None  # how Keras' own rule differs from PyTorch's; None: one rule
    torch_says: Sentence | None = None
    note: str = ""  # comment next to PyTorch's class with Keras' numbers
    other_epsilon: bool = (
        False  # whether PyTorch adds epsilon at another place, so that Keras' numbers do not make it Keras' rule
    )
    near: Mapping[str, float] = field(default_factory=dict)  # further arguments that bring PyTorch's class near Keras' rule
    rule: str = ""  # the class whose source has the formula, in both frameworks; "": its own
    decay: float = 0.0  # weight decay by default, in Keras
    torch_decay: float = 0.0

    @property
    def differs(self) -> bool:
        """Whether the frameworks' own rules differ under this name even if the learning rate is constant."""
        return self.torch_says is not None

    @property
    def adaptive(self) -> bool:
        """Whether it divides each weight's step by how large its gradients were."""
        return any(s.name == "epsilon" for s in self.settings)

    @property
    def scales_itself(self) -> bool:
        """Whether its steps have a size of their own, so that the learning rate only multiplies it."""
        return self.rate >= 1

    @property
    def counts_steps(self) -> bool:
        """Whether the rule depends on how many steps were taken."""
        return "^t" in self.formula

    @property
    def decoupled(self) -> bool:
        """Whether PyTorch's class, too, takes weight decay from the weights and not by way of the gradient."""
        return self.torch_decay > 0

    @property
    def remembers_rate(self) -> bool:
        """Whether Keras' rule remembers gradients times the learning rate of their time; PyTorch's multiplies afterwards."""
        return bool(self.settings) and self.keras == "SGD"

    def is_made_by(self, given: Mapping[str, object]) -> bool:
        """Whether these arguments of its class, by Keras' names, make this optimizer and not another one of the class."""
        return all(given.get(name) == value for name, value in self.fixed.items()) and all(
            given.get(s.name) for s in self.settings if s.decides
        )

    def values(self, given: Mapping[str, float]) -> dict[str, float]:
        """Return every hyper-parameter of the aligned rule."""
        return {s.name: given.get(s.name, s.usual) for s in self.settings}

    def keras_call(
        self, rate: object, given: Mapping[str, float], decay: object = None, more: Mapping[str, object] | None = None
    ) -> Call:
        """Return the call that makes it in Keras; what the class does by itself is left out. `more`: arguments of all classes."""
        arguments = {"learning_rate": rate}
        arguments |= {s.name: given.get(s.name, s.usual) for s in self.settings if given.get(s.name, s.usual) != s.default}
        return Call(f"optimizers.{self.keras}", (), {**arguments, **self.fixed, **_decay(decay), **(more or {})})

    def torch_call(self, rate: object, given: Mapping[str, float], decay: object = None, aligned: bool = False) -> Call:
        """Return the call that makes it in PyTorch, without the parameters that it gets first.

        `aligned`: with Keras' numbers and PyTorch's formula. Otherwise what was not given is as PyTorch has it, but for a
        value without which it would be another optimizer (the 0.9 of momentum).
        """
        values = {s.torch: given.get(s.name, s.usual if aligned or s.decides else s.torch_default) for s in self.settings}
        defaults = {s.torch: s.torch_default for s in self.settings}
        arguments: dict[str, object] = {"lr": rate}
        for name, value in values.items():
            first, _, place = name.partition(".")
            if not place and value != defaults[name]:
                arguments[name] = value
            elif place:
                pair = tuple(values[f"{first}.{i}"] for i in (0, 1))
                if pair != tuple(defaults[f"{first}.{i}"] for i in (0, 1)):
                    arguments[first] = pair
        near = self.near if aligned else {}
        return Call(f"optim.{self.torch}", (), {**arguments, **self.fixed, **near, **_decay(decay)})


def _decay(decay: object) -> dict[str, object]:
    return {} if decay is None else {"weight_decay": decay}


def _momentum() -> Setting:
    return Setting(
        "momentum", 0.9, "momentum", 0.0, say("Share of the last move that is kept: 0 forgets it at once."), keras_default=0.0
    )


def _betas(first: Sentence | None = None) -> tuple[Setting, Setting]:
    return (
        Setting("beta_1", 0.9, "betas.0", 0.9, first or say("Share that is kept of the mean of past gradients.")),
        Setting("beta_2", 0.999, "betas.1", 0.999, say("Share that is kept of the mean of their squares."), 0.999999),
    )


def _epsilon(torch: float) -> Setting:
    return Setting(
        "epsilon", 1e-7, "eps", torch, say("A small number that keeps the rule from dividing by 0."), high=1.0
    )  # fmt: skip


def _rho(usual: float, torch: str, torch_default: float) -> Setting:
    return Setting("rho", usual, torch, torch_default, say("Share that is kept of the mean of past squared gradients."))


_ADAM = "m = β1 m + (1 - β1) g;  v = β2 v + (1 - β2) g²;  p = p - lr √(1 - β2^t) / (1 - β1^t) · m / (√v + ε)"

_ALL = (
    Optimizer("sgd", "SGD", "SGD", "SGD", 0.01, 0, "p = p - lr g"),
    Optimizer(
        "momentum", "SGD + momentum 0.9", "SGD", "SGD", 0.01, 1, "m = momentum · m - lr g;  p = p + m", (_momentum(),)
    ),
    Optimizer(
        "nesterov", "SGD + Nesterov 0.9", "SGD", "SGD", 0.01, 1,
        "m = momentum · m - lr g;  p = p + momentum · m - lr g", (_momentum(),), {"nesterov": True},
    ),
    Optimizer(
        "adagrad", "Adagrad", "Adagrad", "Adagrad", 0.01, 1, "a = a + g²;  p = p - lr g / √(a + ε)",
        (
            Setting(
                "initial_accumulator_value", 0.1, "initial_accumulator_value", 0.0,
                say("What the sum of squared gradients begins with."), high=1e3,
            ),
            _epsilon(1e-10),
        ),
        keras_says=say("Begins its sum of squares at 0.1 and adds 1e-7 inside the root."),
        torch_says=say(
            "Begins its sum of squares at 0 and adds 1e-10 outside the root. Its first step is the whole learning rate for every "
            "weight."
        ),
        note="Keras' numbers; PyTorch begins at 0 with eps=1e-10.", other_epsilon=True,
    ),
    Optimizer(
        "adadelta", "Adadelta", "Adadelta", "Adadelta", 1.0, 2,
        "a = ρ a + (1 - ρ) g²;  d = -√(b + ε) g / √(a + ε);  b = ρ b + (1 - ρ) d²;  p = p + lr d",
        (_rho(0.95, "rho", 0.9), _epsilon(1e-6)),
        keras_says=say("Keeps 0.95 of the means and adds 1e-7 inside the roots."),
        torch_says=say("Keeps 0.9 of the means and adds 1e-6 inside the roots."),
        note="Keras' numbers; PyTorch has rho=0.9 and eps=1e-6.",
    ),
    Optimizer(
        "rmsprop", "RMSprop", "RMSprop", "RMSprop", 0.001, 1, "v = ρ v + (1 - ρ) g²;  p = p - lr g / √(v + ε)",
        (_rho(0.9, "alpha", 0.99), _epsilon(1e-8)),
        keras_says=say("Keeps 0.9 of the mean square and adds 1e-7 inside the root: g / √(v + 1e-7)."),
        torch_says=say(
            "Keeps 0.99 of the mean square and adds 1e-8 outside the root: g / (√v + 1e-8). Its first steps are about three times "
            "larger."
        ),
        note="Keras' numbers; PyTorch has alpha=0.99. Keras adds eps inside the root, PyTorch outside.", other_epsilon=True,
    ),
    Optimizer(
        "adam", "Adam", "Adam", "Adam", 0.001, 2, _ADAM, (*_betas(), _epsilon(1e-8)),
        keras_says=say("Adds 1e-7 to the root before the bias is corrected."),
        torch_says=say("Adds 1e-8 to the root after the bias is corrected: about 316 times less in the first step."),
        note="Keras' number; PyTorch has 1e-8, and adds it after the bias correction, Keras before.", other_epsilon=True,
    ),
    Optimizer(
        "adamw", "AdamW", "AdamW", "AdamW", 0.001, 2, f"p = p - lr · decay · p;  {_ADAM}", (*_betas(), _epsilon(1e-8)),
        keras_says=say("Decays by 0.004 by default, and has Adam's 1e-7 before the bias is corrected."),
        torch_says=say("Decays by 0.01 by default, and has Adam's 1e-8 after the bias is corrected."),
        note="Keras' number; PyTorch has 1e-8, and adds it after the bias correction, Keras before.", other_epsilon=True,
        rule="Adam",
        decay=0.004, torch_decay=0.01,
    ),
    Optimizer(
        "adamax", "Adamax", "Adamax", "Adamax", 0.001, 2,
        "m = β1 m + (1 - β1) g;  u = max(β2 u, |g|);  p = p - lr / (1 - β1^t) · m / (u + ε)",
        (_betas()[0], Setting("beta_2", 0.999, "betas.1", 0.999, say("How slowly the largest gradient is forgotten."), 0.999999), _epsilon(1e-8)),
        keras_says=say("Adds 1e-7 to the largest gradient that it remembers, each time it divides by it."),
        torch_says=say("Adds 1e-8 to each gradient before the largest is remembered. Its usual learning rate is 0.002."),
        note="Keras' number; PyTorch has 1e-8, and adds it to the gradient before the largest is kept, Keras after.", other_epsilon=True,
    ),
    Optimizer(
        "nadam", "Nadam", "Nadam", "NAdam", 0.001, 2,
        "μ = β1 (1 - 0.96^t / 2);  m, v as in Adam;  p = p - lr (μ' m / (1 - Πμ μ') + (1 - μ) g / (1 - Πμ)) / (√(v / (1 - β2^t)) + ε)",
        (*_betas(say("Share that is kept of the mean of past gradients, once it has risen from half of that.")), _epsilon(1e-8)),
        keras_says=say("Its momentum rises from 0.47 to 0.9 within about a hundred steps: 0.96 to the power of t."),
        torch_says=say(
            "Its momentum rises 250 times more slowly, because momentum_decay=0.004 is multiplied by t, and it adds 1e-8 instead of 1e-7. "
            "Its usual learning rate is 0.002."
        ),
        note="Keras' numbers; PyTorch has eps=1e-8 and momentum_decay=0.004.", near={"momentum_decay": 1.0},
    ),
)  # fmt: skip

OPTIMIZERS: dict[str, Optimizer] = {optimizer.name: optimizer for optimizer in _ALL}
"""Name -> declaration, in the order of menus."""

CLIPPING = {"value": "clipvalue", "norm": "clipnorm", "global-norm": "global_clipnorm"}
"""Kind of clipping -> argument of Keras' optimizers."""

DEFAULT, PLAINEST, POPULAR = "rmsprop", "sgd", "adam"
"""The lecture's optimizer, with which a plan begins; the one with nothing but a learning rate; and what most papers take."""


def with_momentum() -> Optimizer:
    """Return the plainest optimizer with momentum."""
    return named(PLAINEST, momentum=1.0)


BY_ROW: dict[str, Optimizer] = {
    f"{name}-rule" if declared.differs else name: declared
    for name, declared in OPTIMIZERS.items()
    if declared.differs or name == PLAINEST
}
"""Row of the table of defaults -> optimizer; a row is called as the difference that switches the rule, where there is one."""


def named(name: str, **given: object) -> Optimizer | None:
    """Return the optimizer that a class or a text of a framework means, made with these arguments of Keras' names.

    None if there is none here.
    """
    fits = [o for o in OPTIMIZERS.values() if name.lower() in (o.name, o.keras.lower(), o.torch.lower())]
    return next((o for o in reversed(fits) if o.is_made_by(given)), fits[0] if fits else None)


def keras_arguments(declared: Optimizer) -> tuple[str, ...]:
    """Return the names of what Keras' class is made with, the learning rate first."""
    return ("learning_rate", *dict.fromkeys(s.name for s in _of_class(declared)), *_decays(declared))


def torch_arguments(declared: Optimizer) -> tuple[str, ...]:
    """Return the names of what PyTorch's class is made with, the learning rate first."""
    names = [s.torch.partition(".")[0] for s in _of_class(declared)]
    return ("lr", *dict.fromkeys([*names, *declared.near]), *_decays(declared))


def _of_class(declared: Optimizer) -> list[Setting]:
    return [setting for o in OPTIMIZERS.values() if o.keras == declared.keras for setting in o.settings]


def _decays(declared: Optimizer) -> list[str]:
    return ["weight_decay"] if declared.decoupled else []


def title(name: str) -> str:
    """Return how an optimizer is called in menus; a name that is none, of an older run say, stands for itself."""
    return OPTIMIZERS[name].title if name in OPTIMIZERS else name
