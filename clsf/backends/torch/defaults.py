"""The defaults of the installed PyTorch, read from it: from signatures and fresh layers; no number is typed in."""

from __future__ import annotations

import inspect
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from clsf.optimizers import BY_ROW, torch_arguments

DRAWN = 100, 2000  # inputs and outputs of a layer whose fresh weights are measured: 200,000 numbers come near their limit


def defaults() -> dict[str, dict[str, object]]:
    """Return row -> name -> default, in this framework's own words. The twin has the same rows."""
    kernel, bias = _fresh()
    return {
        "version": {"torch": str(torch.__version__)},
        "initial-weights": {"kernel · √inputs": kernel},
        "bias-init": {"bias · √inputs": bias},
        **{row: _signature(getattr(torch.optim, o.torch), *torch_arguments(o)) for row, o in BY_ROW.items()},
        "bn-momentum": _signature(nn.BatchNorm2d, "momentum"),
        "bn-epsilon": _signature(nn.BatchNorm2d, "eps"),
        "bn-variance": {"moving variance of -1, 1": _moving_variance()},
        "image-norm-epsilon": {
            **_signature(nn.LayerNorm, "eps"),
            "groups: eps": _signature(nn.GroupNorm, "eps")["eps"],
        },
        "slopes": _signature(nn.PReLU, "init", "num_parameters"),
        "response-norm": _signature(nn.LocalResponseNorm, "k", "alpha", "beta"),
        "dropout-rate": _signature(F.dropout, "p"),
        "dropout-at-evaluation": _signature(F.dropout, "training"),
        "eval-mode": {"training, when made": nn.Linear(1, 1).training},
        "shuffling": _signature(DataLoader, "shuffle"),
        "softmax-before-loss": {"takes its input for": _loss_input()},
        "weight-decay-style": {"change of a weight of 1": _decay()},
        "flatten-order": {"pixels a b, channels 1 2": _flattened()},
        "layout": _layout(),
        "padding": {"same, stride 2, ones": _same_with_stride()},
    }


def _signature(function: object, *names: str) -> dict[str, object]:
    parameters = inspect.signature(function).parameters
    return {name: parameters[name].default for name in names}


def _fresh() -> tuple[str, str]:
    """Return the largest values of a fresh layer's kernel and bias, times √inputs."""
    with torch.random.fork_rng(devices=[]):  # leave the random numbers of a run in this process alone
        torch.manual_seed(0)
        layer = nn.Linear(*DRAWN)
    return tuple(f"±{float(p.detach().abs().max()) * math.sqrt(DRAWN[0]):.2f}" for p in (layer.weight, layer.bias))


def _moving_variance() -> float:
    """Return 1 if the variance that is kept is divided by n, 2 if by n - 1."""
    layer = nn.BatchNorm1d(1, momentum=1.0).train()
    with torch.no_grad():
        layer(torch.tensor([[-1.0], [1.0]]))
    return float(layer.running_var)


def _loss_input() -> str:
    """Give the loss 3 and 1, where the first class is right: ln(1 + e^-2) if they are logits, ln(4 / 3) if probabilities."""
    loss = float(F.cross_entropy(torch.tensor([[3.0, 1.0]]), torch.tensor([0])))
    return "logits" if abs(loss - math.log(1 + math.exp(-2))) < 1e-3 else "probabilities"


def _decay() -> float:
    """Apply only the decay, of 1 and at a learning rate of 1, to a weight of 1."""
    weight = nn.Parameter(torch.ones(1))
    weight.grad = torch.zeros(1)
    torch.optim.SGD([weight], lr=1.0, weight_decay=1.0).step()
    return float(weight.detach()) - 1


def _flattened() -> str:
    """Lay out an image of one row with the pixels a and b, in the framework's own layout."""
    image = torch.tensor([[[[0, 2]], [[1, 3]]]])  # (batch, channel, row, column); 0 is a1, 1 is a2, 2 is b1, 3 is b2
    return _names(image.flatten(1)[0])


def _names(order: Tensor) -> str:
    return " ".join(("a1", "a2", "b1", "b2")[int(n)] for n in order)


def _layout() -> dict[str, object]:
    conv, dense = nn.Conv2d(3, 8, (5, 4)), nn.Linear(3, 8)
    return {
        "image 7×9, 3 channels, to 8": tuple(conv(torch.zeros(1, 3, 7, 9)).shape),
        "kernel 5×4": tuple(conv.weight.shape),
        "dense 3 to 8": tuple(dense.weight.shape),
    }


def _same_with_stride() -> str:
    """Sum windows of three over four ones with padding "same" and stride 2, or return the refusal."""
    try:
        conv = nn.Conv2d(1, 1, (1, 3), stride=(1, 2), padding="same", bias=False)
    except ValueError as error:
        return str(error)
    nn.init.ones_(conv.weight)
    return " ".join(f"{float(x):g}" for x in conv(torch.ones(1, 1, 1, 4)).flatten())
