"""Own parts of a program, in the way of PyTorch. Steps of programs: see clsf.tensors.program."""

import torch
from torch import nn


def stopwatch_prints(fails):
    class Stopwatch:
        def __enter__(self):
            print("start")
            return self

        def __exit__(self, kind, value, trace_back):
            print("stop")
            return True

    with Stopwatch():
        if fails:
            raise ValueError
        print("work")


def own_layer(inputs):
    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = nn.Parameter(torch.ones(inputs))

        def forward(self, x):
            return x * self.factor

    return sum(p.numel() for p in Scale().parameters())


def dataset_batches(images, batch_size):
    class Squares(torch.utils.data.Dataset):
        def __len__(self):
            return images

        def __getitem__(self, at):
            return at * at

    loader = torch.utils.data.DataLoader(Squares(), batch_size=batch_size)
    return len(loader)


def one_layer_twice(units):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.shared = nn.Linear(units, units, bias=False)

        def forward(self, x):
            return self.shared(self.shared(x))

    return sum(p.numel() for p in Net().parameters())


def plain_list(count):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(3, 3) for _ in range(count)]

    return len(list(Net().parameters()))


def frozen_model(units):
    model = nn.Sequential(nn.Linear(4, units), nn.Linear(units, 1))
    model[0].requires_grad_(False)
    return sum(p.requires_grad for p in model.parameters())


def detached_shares(value):
    x = torch.ones(3, requires_grad=True)
    array = x.detach().numpy()
    array[0] = value
    return x[0].item()


def device_of_result(x):
    t = torch.tensor(x)
    return str((t + 1).device)


def largest_pool_first(values):
    x = torch.tensor(values)
    one = torch.relu(x).max()
    other = torch.relu(x.max())
    return bool(one == other)


def workers_agree(values, workers):
    whole = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    x = torch.tensor(values, dtype=torch.float64)
    (big,) = torch.autograd.grad(((whole * x - 1) ** 2).mean(), whole)
    parts = []
    for part in x.chunk(workers):
        (small,) = torch.autograd.grad(((whole * part - 1) ** 2).mean(), whole)
        parts.append(small)
    return bool((torch.stack(parts).mean() - big).abs() < 1e-12)


def workers_statistics(values, workers):
    x = torch.tensor(values, dtype=torch.float64)
    whole = x.var(correction=0)
    parts = torch.stack([part.var(correction=0) for part in x.chunk(workers)])
    return bool((parts.mean() - whole).abs() < 1e-12)
