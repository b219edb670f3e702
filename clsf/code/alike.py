"""Code that replaces a script's own random draws with the run's: split, order, first weights, masks and augmented images.

The functions that draw are copied from `clsf.code.drawn_alike`; layers and rules that differ from both frameworks' own are in
`clsf.code.run_layers`.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from clsf.calls import quoted
from clsf.code import drawn_alike, run_layers
from clsf.code.lines import wrapped

if TYPE_CHECKING:
    from clsf.code.job import Job
    from clsf.code.model import SourceModel

IMPORTS = ["import heapq", "from zlib import crc32"]


def draws(job: Job, model: SourceModel, framework: str) -> str:
    """Return the functions, of those needed, that draw what the run drew."""
    plan = job.plan
    wanted = ["shuffled"]
    splits = not job.validates or plan.data == "digits"  # its test images are chosen by the same rule
    if splits or plan.split > 1:
        wanted.append("rank_in_class")
    if plan.split > 1:
        wanted.append("fair_order")
    if splits:
        wanted.append("split_indices")
    if model.masked(framework) or any(limit for *_, limit in _drawn(job, model)):
        wanted.append("stream")
    if model.masked(framework):
        wanted.append("dropout_mask")
    if plan.augmentation.any:
        wanted += ["chances", "varied", "moved", "covered"]
    return "\n\n\n".join(inspect.getsource(getattr(drawn_alike, name)).strip("\n") for name in wanted)


def split(job: Job, limit: str) -> str:
    """Return the split of the run."""
    fair = job.plan.split > 1
    rows = ["# The split of the run, drawn as the dashboard draws it."]
    if job.validates:
        rows = ["# The validation images are the data's own; the order is drawn as the dashboard draws it."]
        rows += ["train = shuffled(len(x_train), 1, SEED)"]
        if fair:
            rows += ["order = fair_order(y_val)", "x_val, y_val = x_val[order], y_val[order]"]
    else:
        rows.append("train, val = split_indices(y_train, VALIDATION_SHARE, SEED)")
        rows += ["val = val[fair_order(y_train[val])]"] if fair else []
        rows.append("x_val, y_val = x_train[val], y_train[val]")
    train = f"train[fair_order(y_train[train])]{limit}" if fair else f"train{limit}"
    if train != "train":
        rows.append(f"train = {train}")
    return "\n".join([*rows, "x_train, y_train = x_train[train], y_train[train]"])


def order(job: Job, epoch: str = "epoch") -> str:
    """Return the expression for an epoch's order; `epoch`: the expression for the epoch number."""
    return f"shuffled(len(x_train), 2, {job.order_seed}, {_number(job, epoch)})"


def taken(job: Job, epoch: str = "epoch") -> str:
    """Return the expression of a batch's images."""
    if job.exact and job.plan.augmentation.any:
        return f"varied(x_train[batch], {_number(job, epoch)}, train[batch])"
    return "x_train[batch]"


def _number(job: Job, epoch: str) -> str:
    return f"EPOCHS_BEFORE + {epoch}" if job.plan.epochs_before else epoch


def fit_images(job: Job) -> str:
    """Return the code that resizes images or changes their colours, with integer arithmetic as in the run."""
    height, width, channels = job.shape
    before = job.info.shape
    rows = ["def fitted(images):", '    """Another size or other colours, as the dashboard makes them."""']
    grey = before[2] == 1
    if channels == 1 and before[2] == 3:
        grey = True
        rows += [
            "    red, green, blue = np.moveaxis(images.astype(np.uint32), 3, 0)",
            "    images = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16",
            "    images = images.astype(np.uint8)[..., np.newaxis]",
        ]
    if (height, width) != before[:2]:
        one = "image[..., 0]" if grey else "image"
        rows += [
            f"    made = [Image.fromarray({one}) for image in images]",
            f"    made = [image.resize(({width}, {height}), Image.Resampling.BILINEAR) for image in made]",
            f"    images = np.stack(made).reshape(-1, {height}, {width}, {1 if grey else 3})",
        ]
    if channels == 3 and before[2] == 1:
        rows.append("    images = np.repeat(images, 3, axis=3)")
    return "\n".join([*rows, "    return images", "", "", *(f"x_{part} = fitted(x_{part})" for part in job.parts)])


def _drawn(job: Job, model: SourceModel) -> list[tuple[str, tuple[int, ...], float]]:
    """Return name, shape and limit of every array that is not initialised to 1 or 0."""
    plan, shapes = job.plan, []
    if plan.begin_from is not None:
        return []
    kernels = "kaiming" if plan.does("initial-weights") else plan.start
    biases = "kaiming" if plan.does("bias-init") else plan.start
    for name, weight in model.analysis.named_weights().items():
        if weight.name == "bias" or weight.name.endswith("kernel"):
            shapes.append((name, weight.shape, weight.drawn_within(biases if weight.name == "bias" else kernels)))
    return shapes


def start(job: Job, model: SourceModel, framework: str) -> str:
    """Return the first weights of the run: drawn, or read from the file of the run that it continued."""
    rows = []
    if job.plan.begin_from is None:
        rows += [
            "# First weights as the run drew them, uniform within a limit: Glorot's is",
            "# sqrt(6 / (inputs + outputs)), PyTorch's 1 / sqrt(inputs). In Keras' layout.",
            "START = [",
        ]
        for name, shape, limit in _drawn(job, model):
            rows += wrapped("", [quoted(name), quoted(model.names[name.rsplit(".", 1)[0]]), str(shape), repr(limit)], ",", 1)
        rows += ["]", "for place, layer, shape, limit in START:"]
        zero = any(not limit for *_, limit in _drawn(job, model))
        drawn = 'stream("weights", place).uniform(-limit, limit, shape)'
        if zero and any(limit for *_, limit in _drawn(job, model)):
            rows.append(f"    array = {drawn} if limit else np.zeros(shape)")
        else:
            rows.append(f"    array = {'np.zeros(shape)' if zero else drawn}")
        rows.append(f'    put(layer, place.rsplit(".", 1)[1], array.astype("{job.plan.dtype}"))')
    else:
        rows += [
            "# The run continued an earlier one: weights.npz of that run, next to this script as begin.npz.",
            "LAYERS = {",
        ]
        paths = dict.fromkeys(name.rsplit(".", 1)[0] for name in model.analysis.named_weights())
        rows += [f"    {quoted(path)}: {quoted(model.names[path])}," for path in paths]
        rows += [
            "}",
            'with np.load("begin.npz") as file:',
            "    for place, layer in LAYERS.items():",
            "        for name in file.files:",
            '            if name.rsplit(".", 1)[0] == place:',
            f'                put(layer, name.rsplit(".", 1)[1], file[name].astype("{job.plan.dtype}"))',
        ]
    return "\n".join([run_layers.PUT[framework](model), "", "", *rows])
