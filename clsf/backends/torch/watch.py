"""Run a printed PyTorch script and write what it computed: python -m clsf.backends.torch.watch SCRIPT OUT [SCRIPT OUT …]."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from clsf.backends.watched import RECORDED, Watch, kind_of, main, run

NON_LINEAR = ("relu", "tanh", "sigmoid", "gelu", "elu", "leaky_relu", "silu")
LOSSES = ("cross_entropy", "nll_loss", "mse_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")


def watch(path: Path, target: Path) -> None:
    """Run the script at `path`; write JSON to `target`."""
    torch.set_num_threads(1)
    seen, depth = Watch(), [0]
    roots: list[nn.Module] = []
    called: list[str] = []  # non-linear functions of the call in progress

    def before(module: nn.Module, inputs: tuple) -> None:
        if seen.over or isinstance(module, nn.modules.loss._Loss):
            return
        depth[0] += 1
        if depth[0] == 1:
            called.clear()
            if inputs and isinstance(inputs[0], torch.Tensor):
                roots[:] = [module]
                seen.received(torch.is_grad_enabled() and not _evaluates(), inputs[0].detach().float().numpy())
                if _evaluates():
                    seen.facts["evaluated_in_training_mode"] = module.training
                    seen.facts["gradients_in_evaluation"] = torch.is_grad_enabled()
                else:
                    seen.facts.setdefault("modes", []).append(module.training)

    def after(module: nn.Module, inputs: tuple, output: object) -> None:
        if isinstance(module, nn.modules.loss._Loss):
            return
        depth[0] = max(depth[0] - 1, 0)
        name = type(module).__name__.lower()
        if name in NON_LINEAR:
            called.append(name)
        if roots and depth[0] > 0 and isinstance(output, torch.Tensor) and len(seen.losses) < RECORDED and not _evaluates():
            path = next((path for path, one in roots[0].named_modules() if one is module), name)
            seen.came_out(path, output.detach().numpy())
        if depth[0] == 0 and called:
            seen.facts.setdefault("activations", list(called))

    def _evaluates() -> bool:
        frame = sys._getframe()
        while frame is not None:
            if frame.f_code.co_name == "evaluate":
                return True
            frame = frame.f_back
        return False

    def loss_called(name: str, outputs: torch.Tensor, labels: torch.Tensor, loss: torch.Tensor) -> None:
        seen.facts.setdefault("loss_name", name)
        values = outputs.detach().float().numpy(), labels.detach().numpy(), float(loss.detach())
        seen.judged(not _evaluates(), *values)

    def stepped(optimizer: torch.optim.Optimizer, arguments: tuple, named: dict) -> None:
        model = roots[0] if roots else None
        if model is None:
            return
        weights = dict(model.named_parameters())
        gradients = {n: None if p.grad is None else p.grad.numpy() for n, p in weights.items()}
        group = optimizer.param_groups[0]
        seen.facts.setdefault("optimizer", type(optimizer).__name__.lower())
        for fact, key in (("momentum", "momentum"), ("epsilon", "eps"), ("weight_decay", "weight_decay")):
            if isinstance(group.get(key), int | float):
                seen.facts.setdefault(fact, float(group[key]))
        seen.facts["accumulated"] = not getattr(optimizer, "_cleared", False) and seen.gradient_steps > 0
        seen.facts.setdefault("carried", []).append(bool(seen.facts["accumulated"]))
        optimizer._cleared = False
        seen.stepped(gradients, float(group["lr"]), lambda: {n: p.detach().numpy() for n, p in weights.items()})

    def moved(optimizer: torch.optim.Optimizer, arguments: tuple, named: dict) -> None:
        if roots:
            seen.updated(lambda: {n: p.detach().numpy() for n, p in roots[0].named_parameters()})

    def counted(name: str):
        original = getattr(F, name)

        def function(*arguments: object, **named: object) -> torch.Tensor:
            called.append(name)
            return original(*arguments, **named)

        return function

    def judged(name: str):
        original = getattr(F, name)

        def function(outputs: torch.Tensor, labels: torch.Tensor, *arguments: object, **named: object) -> torch.Tensor:
            loss = original(outputs, labels, *arguments, **named)
            loss_called(name, outputs, labels, loss)
            return loss

        return function

    for name in NON_LINEAR:
        setattr(F, name, counted(name))
    for name in LOSSES:
        setattr(F, name, judged(name))
    own_tanh, own_sigmoid = torch.tanh, torch.sigmoid
    torch.tanh = lambda x: (called.append("tanh"), own_tanh(x))[1]
    torch.sigmoid = lambda x: (called.append("sigmoid"), own_sigmoid(x))[1]
    own_zero = torch.optim.Optimizer.zero_grad

    def zero_grad(self: torch.optim.Optimizer, *arguments: object, **named: object) -> None:
        self._cleared = True
        own_zero(self, *arguments, **named)

    torch.optim.Optimizer.zero_grad = zero_grad
    register_module_forward_pre_hook(before)
    register_module_forward_hook(after)
    register_optimizer_step_pre_hook(stepped)
    register_optimizer_step_post_hook(moved)

    run(path, target, seen, lambda names: _after(seen, names))


def _after(seen: Watch, names: dict) -> None:
    model = names.get("model")
    if not isinstance(model, nn.Module):
        return
    facts = seen.facts
    weights = {n: p.detach().numpy() for n, p in model.named_parameters()}
    seen.ended(weights)
    facts["dropouts"] = [m.p for m in model.modules() if isinstance(m, nn.modules.dropout._DropoutNd)]
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    facts["batch_norms"] = len(norms)
    if norms and norms[0].momentum is not None:
        facts["norm_momentum"] = 1 - norms[0].momentum
    facts["unregistered"] = any(
        isinstance(value, list | tuple) and any(isinstance(one, nn.Module) for one in value) for value in vars(model).values()
    )
    facts["weighted"] = sum(isinstance(m, nn.Linear | nn.Conv2d) for m in model.modules())
    facts["keeps_graph"] = isinstance(names.get("total"), torch.Tensor) and names["total"].requires_grad
    facts["penalty"] = float(names.get("L2") or names.get("L1") or 0)
    evaluate = names.get("evaluate")
    held = (names.get("x_val"), names.get("y_val"))
    if callable(evaluate) and all(isinstance(v, np.ndarray) for v in held):
        model.eval()
        first, second = evaluate(*held), evaluate(*held)
        facts["judging_varies"] = first != second
        model.eval()
        with torch.no_grad():
            outputs, again = (model(names["prepare"](held[0])) for _ in range(2))
        facts["evaluation_varies"] = not torch.equal(outputs, again)
        facts["true_accuracy"] = float((outputs.argmax(1).numpy() == held[1]).mean())
        facts["outputs_at_end"] = kind_of(outputs.numpy())
        seen.measures["modes"] = _modes(model, names)


def _modes(model: nn.Module, names: dict) -> dict[str, list[float]]:
    """Return accuracy of training and of validation images, in evaluation mode and in training mode. The model stays as it is."""
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    means: dict[str, list[float]] = {}
    for part, images, labels in (("training", "x_train", "y_train"), ("validation", "x_val", "y_val")):
        for training in (False, True):
            model.train(training)
            with torch.no_grad():
                parts = [
                    model(names["prepare"](names[images][n : n + 64])) for n in range(0, min(len(names[images]), 1024), 64)
                ]
            right = torch.cat(parts).argmax(1).numpy() == names[labels][:1024]
            means.setdefault(part, []).append(float(right.mean()))
    model.load_state_dict(kept)  # training mode has moved the averages of batch normalisation
    model.eval()
    return means


if __name__ == "__main__":
    main(watch, "torch._dynamo")  # which the first step of an optimizer of PyTorch's imports
