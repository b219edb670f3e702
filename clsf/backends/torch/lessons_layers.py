"""What layers make of shapes, and what they learn. Steps of programs: see clsf.tensors.program."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def conv_shape(shape, filters, kernel_size, strides, padding):
    x = torch.zeros(shape)
    layer = nn.Conv2d(x.shape[1], filters, kernel_size, stride=strides, padding=padding)
    return layer(x).shape


def conv_parameters(shape, filters, kernel_size):
    layer = nn.Conv2d(shape[1], filters, kernel_size)
    return sum(p.numel() for p in layer.parameters())


def conv_kernel_shape(shape, filters, kernel_size):
    layer = nn.Conv2d(shape[1], filters, kernel_size)
    return layer.weight.shape


def pool_shape(shape, pool_size):
    x = torch.zeros(shape)
    return nn.MaxPool2d(pool_size)(x).shape


def pool_parameters(shape, pool_size):
    layer = nn.MaxPool2d(pool_size)
    return sum(p.numel() for p in layer.parameters())


def flatten_shape(shape):
    x = torch.zeros(shape)
    return nn.Flatten()(x).shape


def dense_parameters(inputs, units):
    layer = nn.Linear(inputs, units)
    return sum(p.numel() for p in layer.parameters())


def dense_kernel_shape(inputs, units):
    layer = nn.Linear(inputs, units)
    return layer.weight.shape


def dense_on_image(shape, units):
    x = torch.zeros(shape)
    return nn.Linear(784, units)(x).shape


def relu(values):
    return torch.relu(torch.tensor(values)).tolist()


def two_linear_layers(x):
    first, second = nn.Linear(1, 4, bias=False), nn.Linear(4, 1, bias=False)
    y = second(first(torch.tensor([[x]])))
    one_kernel = second.weight @ first.weight
    return bool(torch.allclose(y, x * one_kernel))


def shuffled_pixels_dense(seed):
    rng = np.random.default_rng(seed)
    image, kernel = torch.from_numpy(rng.random(784)), torch.from_numpy(rng.random((784, 10)))
    order = torch.from_numpy(rng.permutation(784))
    before = image @ kernel
    after = image[order] @ kernel[order]
    return bool(torch.allclose(before, after))


def shuffled_pixels_conv(seed):
    rng = np.random.default_rng(seed)
    image, kernel = torch.from_numpy(rng.random((1, 1, 8, 8))), torch.from_numpy(rng.random((1, 1, 3, 3)))
    order = torch.from_numpy(rng.permutation(64))
    shuffled = image.reshape(1, 64)[:, order].reshape(1, 1, 8, 8)
    before = F.conv2d(image, kernel, padding="same")
    after = F.conv2d(shuffled, kernel, padding="same")
    return bool(torch.allclose(before.flatten().sort().values, after.flatten().sort().values))


def shifted_conv(shift):
    image = torch.zeros(1, 1, 12, 12)
    image[0, 0, 4:6, 4:6] = 1
    layer = nn.Conv2d(1, 1, 3, padding="same")
    before = layer(image)
    after = layer(image.roll(shift, dims=3))
    return bool(torch.allclose(before.roll(shift, dims=3), after, atol=1e-6))


def dropout(training):
    x = torch.ones(1, 1000)
    layer = nn.Dropout(0.5).train(training)
    y = layer(x)
    return bool((y == 0).any())


def dropout_left_out():
    x = torch.ones(1, 1000)
    y = F.dropout(x)
    return bool((y == 0).any())


def padded_same(shape, strides):
    x = torch.zeros(shape)
    return nn.Conv2d(x.shape[1], 8, 3, stride=strides, padding="same")(x).shape


def other_image_size(side):
    conv = nn.Conv2d(1, 8, 3)
    conv(torch.zeros(1, 1, 28, 28))
    return conv(torch.zeros(1, 1, side, side)).shape


def other_size_into_dense(side):
    dense = nn.Linear(28 * 28, 10)
    dense(torch.zeros(1, 28 * 28))
    return dense(torch.zeros(1, side * side)).shape


def permuted(shape, order):
    x = torch.zeros(shape)
    return x.permute(order).shape


def weights_of(inputs, units):
    layer = nn.Linear(inputs, units)
    return len(layer.state_dict())


def view_with_a_number(shape):
    x = torch.zeros(shape)
    return x.view(-1, 64 * 8 * 8).shape


def function_without_memory(filters):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.kernel = torch.zeros(filters, 1, 3, 3)

        def forward(self, x):
            return F.conv2d(x, self.kernel)

    return sum(p.numel() for p in Net().parameters())


def softmax_never_called(inputs):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.dense = nn.Linear(inputs, 3)
            self.softmax = nn.Softmax(dim=1)

        def forward(self, x):
            return self.dense(x)

    torch.manual_seed(0)
    total = Net()(torch.ones(1, inputs)).sum()
    return bool(torch.isclose(total, torch.tensor(1.0)))
