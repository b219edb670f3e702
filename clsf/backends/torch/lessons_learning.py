"""Losses, steps and metrics on a few numbers. Steps of programs: see clsf.tensors.program."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def softmax(z):
    return [round(p, 3) for p in torch.softmax(torch.tensor(z), dim=0).tolist()]


def softmax_shifted(z, more):
    z = torch.tensor(z)
    return bool(torch.allclose(torch.softmax(z, dim=0), torch.softmax(z + more, dim=0)))


def softmax_sum(z):
    return round(float(torch.softmax(torch.tensor(z), dim=0).sum()), 3)


def loss(z, label):
    loss_fn = nn.CrossEntropyLoss()
    return round(loss_fn(torch.tensor([z]), torch.tensor([label])).item(), 3)


def loss_one_hot(z, label):
    loss_fn = nn.CrossEntropyLoss()
    return round(loss_fn(torch.tensor([z]), F.one_hot(torch.tensor([label]), len(z)).float()).item(), 3)


def loss_after_softmax(z, label):
    p = torch.softmax(torch.tensor([z]), dim=1)
    loss_fn = nn.CrossEntropyLoss()
    return round(loss_fn(p, torch.tensor([label])).item(), 3)


def gradient_of_loss(z, label):
    z = torch.tensor([z], requires_grad=True)
    loss = nn.CrossEntropyLoss()(z, torch.tensor([label]))
    loss.backward()
    return [round(float(g), 3) for g in z.grad[0]]


def sgd(start, learning_rate, steps):
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([w], learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = w**2
        loss.backward()
        optimizer.step()
    return round(w.item(), 3)


def momentum(start, learning_rate, steps):
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([w], learning_rate, momentum=0.9)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = w**2
        loss.backward()
        optimizer.step()
    return round(w.item(), 3)


def adam(start, learning_rate, steps):
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.Adam([w], learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = w**2
        loss.backward()
        optimizer.step()
    return round(w.item(), 3)


def twice_without_zero(start):
    w = torch.tensor(start, requires_grad=True)
    for _ in range(2):
        loss = w**2
        loss.backward()
    return w.grad.item()


def accuracy(probabilities, labels):
    predicted = torch.tensor(probabilities).argmax(dim=1)
    return round((predicted == torch.tensor(labels)).float().mean().item(), 3)


def accuracy_equal(probabilities, labels):
    predicted = torch.tensor(probabilities).max(dim=1).values
    return round((predicted == torch.tensor(labels)).float().mean().item(), 3)


def accuracy_kept(first, second):
    kept = []
    for value in first:
        kept.append(value)
    for value in second:
        kept.append(value)
    return round(float(np.mean(kept)), 3)


def accuracy_of_always(label, labels):
    predicted = torch.full((len(labels),), label)
    return round((predicted == torch.tensor(labels)).float().mean().item(), 3)


def labels_as_column(labels):
    y = torch.tensor(labels)[:, None]
    predicted = torch.tensor(labels)
    return (y == predicted).shape


def downhill(rule, learning_rate, steps):
    x, y = torch.tensor(-8.0, requires_grad=True), torch.tensor(1.5, requires_grad=True)
    rules = {
        "sgd": torch.optim.SGD([x, y], learning_rate),
        "momentum": torch.optim.SGD([x, y], learning_rate, momentum=0.9),
        "rmsprop": torch.optim.RMSprop([x, y], learning_rate),
        "adam": torch.optim.Adam([x, y], learning_rate),
    }
    way = [(x.item(), y.item())]
    for _ in range(steps):
        rules[rule].zero_grad()
        loss = 0.05 * x**2 + y**2
        loss.backward()
        rules[rule].step()
        way.append((x.item(), y.item()))
    return str(way)
