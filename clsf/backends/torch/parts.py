"""What may be put into the places of clsf.course.parts, in the way of PyTorch. Each class is one choice; twin of TensorFlow's.

The text of what is chosen is shown, and the same classes run; see clsf.tensors.assembled.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from clsf.tensors.assembled import Assembled
from clsf.tensors.outcome import Outcome


class Weight:
    def __init__(self, size):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(size))


class PlainTensor:
    def __init__(self, size):
        super().__init__()
        self.factor = torch.ones(size)


class Frozen:
    def __init__(self, size):
        super().__init__()
        self.register_buffer("factor", torch.ones(size))


class Times:
    def forward(self, x):
        return x * self.factor


class Plus:
    def forward(self, x):
        return x + self.factor


class Cut:
    def forward(self, x):
        return x * self.factor.detach()


def layer_used(Scale):
    layer = Scale(3)
    x, wanted = torch.ones(1, 3), torch.tensor([[2.0, 3.0, 4.0]])
    print("parameters:", sum(p.numel() for p in layer.parameters()))
    optimizer = torch.optim.SGD(layer.parameters(), 0.5)
    for _ in range(20):
        optimizer.zero_grad()
        loss = ((layer(x) - wanted) ** 2).mean()
        loss.backward()
        optimizer.step()
    print("loss after 20 steps:", round(loss.item(), 3))
    print("factor:", [round(f, 2) for f in layer.factor.tolist()])


class Callback:
    def on_train_begin(self, logs): ...
    def on_batch_end(self, batch, logs): ...
    def on_epoch_end(self, epoch, logs): ...


class AfterEpoch:
    def on_epoch_end(self, epoch, logs):
        self.act("epoch", epoch, logs)


class AfterBatch:
    def on_batch_end(self, batch, logs):
        self.act("batch", batch, logs)


class BeforeTraining:
    def on_train_begin(self, logs):
        self.act("begin", 0, logs)


class Prints:
    def act(self, when, number, logs):
        print(when, number, "loss", logs.get("loss"))


class Stops:
    def act(self, when, number, logs):
        print("stop after", when, number)
        self.stop = True


class Halves:
    def act(self, when, number, logs):
        self.optimizer.param_groups[0]["lr"] /= 2
        print(when, number, "rate", self.optimizer.param_groups[0]["lr"])


def callback_used(Told):
    model, x, y = nn.Linear(2, 1, bias=False), torch.ones(12, 2), torch.zeros(12, 1)
    nn.init.ones_(model.weight)
    told = Told()
    told.optimizer, told.stop = torch.optim.SGD(model.parameters(), 0.08), False
    told.on_train_begin({})
    for epoch in range(3):
        losses = []
        for batch in range(3):
            told.optimizer.zero_grad()
            loss = ((model(x[:4]) - y[:4]) ** 2).mean()
            loss.backward()
            told.optimizer.step()
            losses.append(loss.item())
            told.on_batch_end(batch, {"loss": round(float(np.mean(losses)), 3)})
        told.on_epoch_end(epoch, {"loss": round(float(np.mean(losses)), 3)})
        if told.stop:
            break
    print("epochs:", epoch + 1)


class Start:
    def __init__(self):
        self.right = self.seen = 0.0


class Counts:
    def update_state(self, labels, probabilities):
        self.right += (probabilities.argmax(dim=1) == labels).sum().item()
        self.seen += len(labels)


class Batches:
    def update_state(self, labels, probabilities):
        self.right += (probabilities.argmax(dim=1) == labels).float().mean().item()
        self.seen += 1


class Equal:
    def update_state(self, labels, probabilities):
        self.right += (probabilities.max(dim=1).values == labels).sum().item()
        self.seen += len(labels)


class Result:
    def result(self):
        return self.right / self.seen


class Zero:
    def reset_state(self):
        self.right = self.seen = 0.0


class Nothing:
    def reset_state(self):
        pass


def metric_used(Share):
    metric = Share()
    sure = torch.tensor([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.8, 0.1, 0.1]])
    for epoch, labels in enumerate([[2, 0, 1, 0], [0, 1, 2, 0]]):
        metric.update_state(torch.tensor(labels), sure)
        metric.update_state(torch.tensor([0, 1]), sure[:2])
        print("epoch", epoch, "says", round(float(metric.result()), 3), "by hand", round([3 / 6, 6 / 6][epoch], 3))
        metric.reset_state()


class Images:
    def __init__(self, images, labels):
        self.images, self.labels = images, labels


class AllImages:
    def __len__(self):
        return len(self.images)


class TooFew:
    def __len__(self):
        return len(self.images) - 2


class TooMany:
    def __len__(self):
        return len(self.images) + 1


class Scaled:
    def __getitem__(self, at):
        return self.images[at].astype("float32") / 255, self.labels[at]


class Raw:
    def __getitem__(self, at):
        return self.images[at], self.labels[at]


class AnyImage:
    def __getitem__(self, at):
        at = np.random.default_rng(at).integers(len(self.images))
        return self.images[at].astype("float32") / 255, self.labels[at]


def dataset_used(Squares):
    images, labels = np.full((10, 8, 8), 255, "uint8"), np.arange(10)
    loader = torch.utils.data.DataLoader(Squares(images, labels), batch_size=4)
    print("batches:", len(loader))
    for x, y in loader:
        print(tuple(x.shape), x.dtype, "labels", y.tolist())


OPTIONS = {
    "layer": {
        "weights": {"weight": Weight, "tensor": PlainTensor, "frozen": Frozen},
        "answer": {"times": Times, "plus": Plus, "cut": Cut},
    },
    "callback": {
        "when": {"epoch": AfterEpoch, "batch": AfterBatch, "begin": BeforeTraining},
        "what": {"print": Prints, "stop": Stops, "rate": Halves},
    },
    "metric": {
        "update": {"count": Counts, "batches": Batches, "equal": Equal},
        "reset": {"zero": Zero, "nothing": Nothing},
    },
    "dataset": {
        "length": {"right": AllImages, "short": TooFew, "long": TooMany},
        "item": {"scaled": Scaled, "raw": Raw, "random": AnyImage},
    },
}
"""Part -> place -> option -> what is put there."""

FIXED = {"metric": (Start, Result), "dataset": (Images,)}
"""Part -> what stands before the choices, whatever is chosen."""

MADE = {
    "layer": ("Scale", nn.Module, "nn.Module", layer_used),
    "callback": ("Told", Callback, "Callback", callback_used),
    "metric": ("Share", object, "", metric_used),
    "dataset": ("Squares", torch.utils.data.Dataset, "torch.utils.data.Dataset", dataset_used),
}
"""Part -> name of the class, its base, how that is written, and what uses it."""


def run(part: str, chosen: Mapping[str, str]) -> Outcome:
    """Put a part together and use it. A job for a worker; `chosen` is what `clsf.course.parts.ClassPart.chosen` returns."""
    name, base, written, use = MADE[part]
    choices = (*FIXED.get(part, ()), *(OPTIONS[part][place][option] for place, option in chosen.items()))
    return Assembled(name, base, written, choices, use).run()
