"""Shapes through a model as it is written, without the batch and in the framework's own order; what does not fit is a problem.

Keras: (height, width, channels). PyTorch: (channels, height, width). An unknown size is None, and so are sizes that depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from clsf.reader.ops import pair
from clsf.reader.values import BATCH, Op
from clsf.words import Sentence, say


@dataclass(frozen=True)
class Misfit:
    """Where shapes do not fit each other."""

    line: int
    sentence: Sentence
    mend: str = ""
    kind: str = "shape"
    old: object = None
    new: object = None


def out_shape(op: Op, shapes: list[tuple | None], torch: bool, misfits: list[Misfit]) -> tuple | None:
    """Return the output shape of an operation for the given input shapes; None if unknown."""
    first = shapes[0] if shapes else None
    s = op.settings
    match op.kind:
        case "Input":
            return s.get("shape")
        case "Convolution" | "Separable" | "Depthwise" | "Conv2DTranspose":
            return _convolution(op, first, torch, misfits)
        case "Linear":
            return _dense(op, first, torch, misfits)
        case "MaxPool" | "AveragePool":
            return _pool(op, first, torch, misfits)
        case "GlobalAverage" | "GlobalMax":
            return None if first is None or len(first) != 3 else ((first[0],) if torch else (first[2],))
        case "AdaptiveAveragePool2D" | "AdaptiveMaxPool2D":
            size = pair(s.get("size"))
            if first is None or len(first) != 3 or size is None:
                return None
            return (first[0], *size)
        case "Flat":
            return None if first is None or None in first else (prod(first),)
        case "View" | "Layout":
            return _view(op, first, torch, misfits)
        case "Pad":
            return _pad(op, first, torch)
        case "Shuffle":
            return first
        case "Axes":
            dims = s.get("dims")
            if first is None or not isinstance(dims, list | tuple) or not all(isinstance(d, int) for d in dims):
                return None
            axes = [d - 1 for d in dims if d != 0] if torch else [d - 1 for d in dims]
            return tuple(first[a] for a in axes) if sorted(axes) == list(range(len(first))) else None
        case "Multiply":  # one number per channel is spread over the image
            known = [shape for shape in shapes if shape is not None and None not in shape]
            return max(known, key=lambda shape: (len(shape), prod(shape)), default=None)
        case "Add" | "Combine":
            return _add(op, shapes, misfits)
        case "Concat":
            return _concat(op, shapes, torch, misfits)
        case "Batchwise":
            return _norm(op, first, torch, misfits)
        case "Mean":
            return None if first is None else ((first[0],) if torch else (first[-1],)) if len(first) == 3 else first
        case "Resize":
            size = pair(s.get("size"))
            return (*size, first[2]) if size and first is not None and len(first) == 3 else first
        case "Squeeze":
            return None if first is None else tuple(d for d in first if d != 1) or (1,)
        case "Unsqueeze":
            dim = s.get("dim")
            if first is None or not isinstance(dim, int):
                return None
            at = dim - 1 if dim > 0 else len(first) + 1 + dim if dim < 0 else 0
            return (*first[:at], 1, *first[at:])
        case "Unknown":
            return _unknown(op, first, torch)
    return first


def _unknown(op: Op, first: tuple | None, torch: bool) -> tuple | None:
    units, name = op.settings.get("units"), op.settings.get("name")
    if name in ("LSTM", "GRU", "SimpleRNN") and isinstance(units, int) and not torch:
        return (first[0] if first else None, units) if op.settings.get("sequences") is True else (units,)
    if name == "UpSampling2D" and first is not None and len(first) == 3:
        size = pair(op.settings.get("size"))
        return (first[0] * size[0], first[1] * size[1], first[2]) if size and None not in first else None
    if name in ("GlobalAveragePooling1D", "GlobalMaxPooling1D") and first is not None and len(first) == 2:
        return (first[1],)
    if name in ("InstanceNorm2d", "GaussianNoise"):
        return first
    return op.settings.get("shape")


def _sides(shape: tuple, torch: bool) -> tuple:
    return (shape[1], shape[2], shape[0]) if torch else shape


def _image(h: int, w: int, c: object, torch: bool) -> tuple:
    return (c, h, w) if torch else (h, w, c)


def _convolution(op: Op, first: tuple | None, torch: bool, misfits: list[Misfit]) -> tuple | None:
    s = op.settings
    kernel, strides, dilation = pair(s.get("kernel")), pair(s.get("strides")), pair(s.get("dilation", 1)) or (1, 1)
    filters = s.get("filters")
    if first is None or kernel is None or strides is None or 0 in strides:
        return None
    if len(first) != 3:
        misfits.append(Misfit(op.line, say("A convolution needs images, but receives {shape}.", shape=_text(first))))
        return None
    h, w, c = _sides(first, torch)
    given = s.get("in")
    if torch and isinstance(given, int) and isinstance(c, int) and given != c:
        misfits.append(Misfit(op.line, say(
            "The convolution's in_channels is {given}, but it receives {got}.", given=given, got=c), kind="shape", old=given, new=c))  # fmt: skip
    if op.kind == "Depthwise":
        multiplier = s.get("multiplier", 1)
        filters = c * multiplier if isinstance(c, int) and isinstance(multiplier, int) else None
    if op.kind == "Conv2DTranspose" or h is None or w is None:
        return None
    padding, out = s.get("padding"), []
    for n, side in enumerate((h, w)):
        reach = dilation[n] * (kernel[n] - 1) + 1
        if padding == "same":
            out.append(-(-side // strides[n]))
            continue
        pads = pair(padding) if padding != "valid" else (0, 0)
        if pads is None:
            return None
        size = (side + 2 * pads[n] - reach) // strides[n] + 1
        if size < 1:
            misfits.append(Misfit(op.line, say(
                "A kernel of {kernel} does not fit the {h}×{w} image that it receives.", kernel=f"{kernel[0]}×{kernel[1]}", h=h, w=w)))  # fmt: skip
            return None
        out.append(size)
    return _image(out[0], out[1], filters if isinstance(filters, int) else None, torch)


def _dense(op: Op, first: tuple | None, torch: bool, misfits: list[Misfit]) -> tuple | None:
    units, given = op.settings.get("units"), op.settings.get("in")
    units = units if isinstance(units, int) else None
    if torch and first is not None and isinstance(given, int) and isinstance(first[-1], int) and first[-1] != given:
        if len(first) == 3:
            misfits.append(Misfit(op.where or op.line, say(
                "A Linear layer receives images of {shape}; they must be flattened before.", shape=_text(first)), mend="x = torch.flatten(x, 1)"))  # fmt: skip
        else:
            misfits.append(Misfit(op.line, say(
                "The Linear layer's in_features is {given}, but it receives {got}.", given=given, got=first[-1]), old=given, new=first[-1]))  # fmt: skip
    if first is None:
        return (units,)
    return (*first[:-1], units) if len(first) > 1 and not (torch and len(first) == 3) else (units,)


def _pool(op: Op, first: tuple | None, torch: bool, misfits: list[Misfit]) -> tuple | None:
    s = op.settings
    size, strides = pair(s.get("size")), pair(s.get("strides"))
    if first is None or len(first) != 3 or size is None or strides is None or 0 in strides:
        return None
    h, w, c = _sides(first, torch)
    if h is None or w is None:
        return None
    out = []
    for n, side in enumerate((h, w)):
        if s.get("padding") == "same":
            out.append(-(-side // strides[n]))
            continue
        pads = pair(s.get("padding")) if s.get("padding") != "valid" else (0, 0)
        if pads is None:
            return None
        room = side + 2 * pads[n] - size[n]
        steps = -(-room // strides[n]) if s.get("ceil") is True else room // strides[n]
        if steps < 0:  # rounded up, a window may hang over the edge
            misfits.append(
                Misfit(
                    op.where or op.line,
                    say(
                        "A window of {size} does not fit the {h}×{w} image that it receives.",
                        size=f"{size[0]}×{size[1]}",
                        h=h,
                        w=w,
                    ),
                )
            )
            return None
        out.append(steps + 1)
    return _image(out[0], out[1], c, torch)


def _view(op: Op, first: tuple | None, torch: bool, misfits: list[Misfit]) -> tuple | None:
    dims = op.settings.get("shape")
    if not isinstance(dims, list | tuple):
        return None
    dims = list(dims)
    line = op.where or op.line
    known = first is not None and None not in first
    if torch and op.kind == "View":
        if not dims:
            return None
        lead, rest = dims[0], dims[1:]
        if lead is BATCH or lead == -1 or not isinstance(lead, int):
            if not rest:
                return None if lead is BATCH else (1,) if not known else None
        elif known and lead > 0 and len(rest) > 0 and -1 not in rest:
            pass
        dims = rest
    if -1 in dims:
        others = [d for d in dims if d != -1]
        if not known or not all(isinstance(d, int) and d > 0 for d in others):
            return (None,) * len(dims) if len(dims) > 1 else None
        total = prod(first)
        if total % prod(others):
            misfits.append(
                Misfit(
                    line,
                    say(
                        "The data of one image has size {count} and can't be reshaped to {shape}.",
                        count=total,
                        shape=_text(tuple(dims)),
                    ),
                )
            )
            return None
        return tuple(total // prod(others) if d == -1 else d for d in dims)
    if not all(isinstance(d, int) and d > 0 for d in dims):
        return None
    if known and prod(dims) != prod(first):
        misfits.append(Misfit(line, say(
            "The data of one image has size {got}, but is reshaped to size {wanted}.", wanted=prod(dims), got=prod(first)),
            old=prod(dims), new=prod(first)))  # fmt: skip
    return tuple(dims)


def _pad(op: Op, first: tuple | None, torch: bool) -> tuple | None:
    pads = four(op.settings.get("pads"), torch)
    if pads is None or first is None or len(first) != 3 or None in first:
        return None
    h, w, c = _sides(first, torch)
    return _image(h + pads[2] + pads[3], w + pads[0] + pads[1], c, torch)


def four(pads: object, torch: bool) -> tuple | None:
    """Return padding as (left, right, top, bottom)."""
    if isinstance(pads, int):
        return (pads,) * 4
    if torch and isinstance(pads, list | tuple) and len(pads) == 4 and all(isinstance(p, int) for p in pads):
        return tuple(pads)
    if not torch and isinstance(pads, list | tuple) and len(pads) == 2:
        if all(isinstance(p, int) for p in pads):
            return pads[1], pads[1], pads[0], pads[0]
        if all(isinstance(p, list | tuple) and len(p) == 2 for p in pads):
            return pads[1][0], pads[1][1], pads[0][0], pads[0][1]
    return None


def _add(op: Op, shapes: list, misfits: list[Misfit]) -> tuple | None:
    known = [x for x in shapes if x is not None and None not in x]
    if (
        len(known) == len(shapes)
        and known
        and any(len(x) == len(known[0]) and x != known[0] and 1 not in (*x, *known[0]) for x in known)
    ):
        misfits.append(
            Misfit(
                op.line,
                say(
                    "Shapes {first} and {second} can't be added.",
                    first=_text(known[0]),
                    second=_text(next(x for x in known if x != known[0])),
                ),
            )
        )
    return known[0] if known else None


def _concat(op: Op, shapes: list, torch: bool, misfits: list[Misfit]) -> tuple | None:
    if any(x is None or None in x for x in shapes) or not shapes:
        return None
    axis = op.settings.get("axis", 1 if torch else -1)
    if not isinstance(axis, int) or len({len(x) for x in shapes}) > 1:
        return None
    at = axis - 1 if axis > 0 else len(shapes[0]) + axis
    if not 0 <= at < len(shapes[0]):
        return None
    if any(x[:at] + x[at + 1 :] != shapes[0][:at] + shapes[0][at + 1 :] for x in shapes):
        misfits.append(
            Misfit(
                op.line,
                say("Shapes {first} and {second} can't be put side by side.", first=_text(shapes[0]), second=_text(shapes[1])),
            )
        )
        return None
    return (*shapes[0][:at], sum(x[at] for x in shapes), *shapes[0][at + 1 :])


def _norm(op: Op, first: tuple | None, torch: bool, misfits: list[Misfit]) -> tuple | None:
    given = op.settings.get("in")
    if (
        torch
        and first is not None
        and isinstance(given, int)
        and isinstance(first[0], int)
        and first[0] != given
        and len(first) in (1, 3)
    ):
        misfits.append(Misfit(op.line, say(
            "The batch normalisation's num_features is {given}, but it receives {got}.", given=given, got=first[0]), old=given, new=first[0]))  # fmt: skip
    return first


def _text(shape: tuple) -> str:
    return "(" + ", ".join("?" if d is None else str(d) for d in shape) + ")"
