# ruff: noqa: RET504  the names are for those who read these lines on the page
"""One small image in different orders. Steps of programs: see clsf.tensors.program.

The numbers count along memory, so wherever a number turns up, it says where it came from.
"""

import torch


def image(height, width, channels):
    x = torch.arange(height * width * channels).reshape(height, width, channels)
    return x


def same(x):
    y = x
    return y


def channels_first(x):
    y = x.permute(2, 0, 1)
    return y


def contiguous(x):
    y = x.permute(2, 0, 1).contiguous()
    return y


def reshaped(x):
    h, w, c = x.shape
    y = x.reshape(c, h, w)
    return y


def facts(y):
    memory = torch.as_strided(y, (y.numel(),), (1,))
    return y, y.shape, y.stride(), y.is_contiguous(), memory, y.reshape(-1)


def channels_last(x):
    y = x.permute(2, 0, 1)[None].contiguous()
    z = y.to(memory_format=torch.channels_last)
    memory = torch.as_strided(z, (z.numel(),), (1,))
    return z, z.shape, z.stride(), z.is_contiguous(), memory, z.reshape(-1)
