"""Loss and optimizer of a program, however they are written."""

from __future__ import annotations

from clsf.loss_kinds import BY_KERAS
from clsf.optimizers import named
from clsf.reader import values as v
from clsf.reader.program import Program, ProgramLoss
from clsf.reader.values import Made, ProgramFunction, Ref

_NAMES = {
    "sparse_categorical_crossentropy": "sparse", "categorical_crossentropy": "categorical", "binary_crossentropy": "binary", **{name.lower(): kind for name, kind in BY_KERAS.items()},
    "binaryfocalcrossentropy": "binary", "categoricalfocalcrossentropy": "categorical",
    "mse": "mse", "mean_squared_error": "mse", "meansquarederror": "mse", "mae": "mae", "mean_absolute_error": "mae", "meanabsoluteerror": "mae", "msle": "mse", "mean_squared_logarithmic_error": "mse",
    "mean_absolute_percentage_error": "mae", "mape": "mae", "huber": "mse", "huber_loss": "mse", "logcosh": "mse", "log_cosh": "mse",
    "hinge": "hinge", "categorical_hinge": "hinge", "squared_hinge": "hinge", "kld": "kl", "kullback_leibler_divergence": "kl", "kl_divergence": "kl", "kldivergence": "kl", "poisson": "poisson",
    "crossentropyloss": "cross-entropy", "cross_entropy": "cross-entropy", "nllloss": "nll", "nll_loss": "nll", "nllloss2d": "nll", "bceloss": "binary", "binary_cross_entropy": "binary",
    "bcewithlogitsloss": "binary", "binary_cross_entropy_with_logits": "binary", "mseloss": "mse", "mse_loss": "mse", "l1loss": "mae", "l1_loss": "mae", "smoothl1loss": "mse", "smooth_l1_loss": "mse", "huberloss": "mse",
    "multilabelsoftmarginloss": "binary", "multimarginloss": "hinge", "kldivloss": "kl", "sparse_softmax_cross_entropy_with_logits": "sparse", "softmax_cross_entropy_with_logits": "categorical",
    "sigmoid_cross_entropy_with_logits": "binary", "softmax_cross_entropy_with_logits_v2": "categorical", "objective": "other",
}  # fmt: skip
_LOGITS = {"crossentropyloss", "cross_entropy", "bcewithlogitsloss", "binary_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits", "softmax_cross_entropy_with_logits", "sigmoid_cross_entropy_with_logits", "softmax_cross_entropy_with_logits_v2", "multilabelsoftmarginloss"}  # fmt: skip


def loss_of(value: object, line: int, use: int) -> ProgramLoss | None:
    """Return what a value of the program means as a loss."""
    if isinstance(value, str):
        return ProgramLoss(_NAMES.get(value.lower(), "other"), line, use, text=value)
    if isinstance(value, Ref):
        name = value.name.lower()
        return ProgramLoss(_NAMES.get(name, "other"), line, use, logits=name in _LOGITS, text=value.name)
    if isinstance(value, Made):
        name = value.name.lower()
        logits = (
            name in _LOGITS
            or value.kwargs.get("from_logits") is True
            or (value.path.startswith("keras.losses.") and value.args and value.args[0] is True)
        )
        return ProgramLoss(
            _NAMES.get(name, "other"), value.line, use, bool(logits), value, value.name, value.lines.get("from_logits", 0)
        )
    if isinstance(value, ProgramFunction):
        return ProgramLoss("other", line, use, text=value.name)
    return None


def losses_of(program: Program) -> list[ProgramLoss]:
    losses: list[ProgramLoss] = []
    if program.compile is not None:
        given = program.compile.get("loss", 1)
        if isinstance(given, list | tuple | dict):
            given = next(iter(given.values() if isinstance(given, dict) else given), None)
        loss = loss_of(
            given, program.compile.lines.get("loss", program.compile.lines.get(1, program.compile.line)), program.compile.line
        )
        if isinstance(given, str) and loss is not None:
            # A name far above holds the text: the line that is told is the one where it is written.
            pass
        if loss is not None:
            losses.append(loss)
    for event in program.events:
        if event.kind == "loss" and not event.no_grad and not any(x.use == event.line for x in losses):
            loss = loss_of(event["made"], event.line, event.line)
            if loss is not None:
                losses.append(loss)
    if not losses:
        for event in program.events:
            if event.kind == "loss" and not any(x.use == event.line for x in losses):
                loss = loss_of(event["made"], event.line, event.line)
                if loss is not None:
                    losses.append(loss)
    if not losses and program.torch:
        made = [
            x
            for x in program.machine.module.names.values()
            if isinstance(x, Made) and x.path.startswith("torch.nn.") and x.name.endswith("Loss")
        ]
        losses = [x for m in made if (x := loss_of(m, m.line, m.line))]
    return losses


def optimizer_of(program: Program) -> tuple[Made | None, int]:
    """Return the optimizer as a call, made up for a name as `compile` takes it, and the line where it is chosen."""
    if program.compile is not None:
        given = program.compile.get("optimizer", 0)
        line = program.compile.lines.get("optimizer", program.compile.lines.get(0, program.compile.line))
        if isinstance(given, str):
            declared = named(given)
            made = Made(f"keras.optimizers.{declared.keras if declared else given}", [], {}, line)
            made.extra["text"] = given
            return made, line
        if isinstance(given, Made):
            return given, given.line
        if isinstance(given, Ref):
            return Made(given.path, [], {}, line), line
    for event in program.events:
        if event.kind == "optimizer":
            return event["made"], event["made"].line
        if event.kind == "apply" and isinstance(event["optimizer"], Made):
            return event["optimizer"], event["optimizer"].line
    for value in program.machine.module.names.values():
        if isinstance(value, Made) and value.path.startswith("keras.optimizers."):
            return value, value.line
    return None, 0


def rate_of(made: Made) -> tuple[object, int]:
    """Return the learning rate that a call of an optimizer gives, None for the default, and its line."""
    torch = made.path.startswith("torch")
    for name in ("lr", "learning_rate"):
        if name in made.kwargs:
            return made.kwargs[name], made.lines.get(name, made.line)
    position = 1 if torch else 0
    if len(made.args) > position:
        return made.args[position], made.lines.get(position, made.line)
    return None, made.line


__all__ = ["loss_of", "losses_of", "optimizer_of", "rate_of", "v"]
