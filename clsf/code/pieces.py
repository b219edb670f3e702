"""Code that both scripts share: settings, data and split in NumPy alone, so that both see the same images in the same order."""

from __future__ import annotations

import inspect

from clsf.calls import quoted
from clsf.code import alike, drawn_shapes
from clsf.code.job import Job
from clsf.plan import fixed_scale

KERAS_NAMES = {"mnist": "mnist", "fashion-mnist": "fashion_mnist", "cifar10": "cifar10"}
TORCHVISION_NAMES = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "cifar10": "CIFAR10"}


GREY_SETS = ("mnist", "fashion-mnist")


def packages(job: Job, framework: str) -> list[str]:
    """Return the packages that a script needs."""
    extra = {"digits": ["scikit-learn"], "shapes": ["pillow"]}.get(job.plan.data, [])
    if resizing(job) and "pillow" not in extra:
        extra = [*extra, "pillow"]
    if framework == "tensorflow":
        return ["tensorflow", *extra]
    return ["torch", *(["torchvision"] if job.plan.data in TORCHVISION_NAMES else []), "numpy", *extra]


def settings(job: Job) -> str:
    """Return the constants at the top."""
    plan = job.plan
    rows = [
        f"EPOCHS = {plan.epochs}",
        f"BATCH_SIZE = {plan.batch_size}  # images per step",
        f"LEARNING_RATE = {plan.learning_rate!r}",
    ]
    if not job.validates:
        rows.append(f"VALIDATION_SHARE = {plan.validation_share!r}  # of the training images, never trained on")
    if plan.train_limit is not None:
        rows.append(f"TRAIN_LIMIT = {plan.train_limit}  # train on at most this many images")
    rows.append(f"SEED = {plan.seed}")
    if job.exact and plan.epochs_before:
        rows.append(f"EPOCHS_BEFORE = {plan.epochs_before}  # that the weights it begins with were trained for")
    if job.exact and plan.augmentation.any:
        a = plan.augmentation
        rows += [f"{name.upper()} = {getattr(a, name)!r}" for name in ("flip", "shift", "rotation", "brightness", "cutout")]
    rows += [
        f"{name.upper()} = {getattr(plan, name)!r}"
        for name in ("l1", "l2", "weight_decay", "label_smoothing")
        if getattr(plan, name)
    ]
    return "\n".join(rows)


def data(job: Job, framework: str) -> str:
    """Return the code that makes x_train, y_train, x_test, y_test: uint8 (count, height, width, channels) and integers."""
    name = job.plan.data
    if name in KERAS_NAMES and framework == "tensorflow":
        rows = [f"(x_train, y_train), (x_test, y_test) = keras.datasets.{KERAS_NAMES[name]}.load_data()"]
        if name in GREY_SETS:
            rows.append("x_train, x_test = x_train[..., np.newaxis], x_test[..., np.newaxis]  # 28×28 -> 28×28×1")
        rows.append("y_train, y_test = (y.astype(np.int64).ravel() for y in (y_train, y_test))")
        return "\n".join(rows)
    if name in TORCHVISION_NAMES:
        kind = TORCHVISION_NAMES[name]
        rows = [
            f'train_set = torchvision.datasets.{kind}("data", train=True, download=True)',
            f'test_set = torchvision.datasets.{kind}("data", train=False, download=True)',
            "x_train, x_test = (np.asarray(s.data) for s in (train_set, test_set))",
        ]
        if name in GREY_SETS:
            rows.append("x_train, x_test = x_train[..., np.newaxis], x_test[..., np.newaxis]  # 28×28 -> 28×28×1")
        rows.append("y_train, y_test = (np.asarray(s.targets, np.int64) for s in (train_set, test_set))")
        return "\n".join(rows)
    return _embedded(job)


def _embedded(job: Job) -> str:
    if job.plan.data == "digits":
        rows = [
            "digits = load_digits()  # 1,797 real digits of 8×8 pixels, grey values from 0 to 16",
            "images = np.rint(digits.images * (255 / 16)).astype(np.uint8)[..., np.newaxis]",
        ]
        if job.exact:
            rows += [
                "# Test images are set aside as the dashboard sets them aside.",
                "train, test = split_indices(digits.target, 360 / 1797, 1797)",
                "x_train, x_test = images[train], images[test]",
                "y_train, y_test = digits.target[train], digits.target[test]",
            ]
            return "\n".join(rows)
        return "\n".join(
            [
                *rows,
                "x_train, x_test, y_train, y_test = train_test_split(",
                "    images, digits.target, test_size=360, stratify=digits.target, random_state=0",
                ")",
            ]
        )
    if job.plan.data == "shapes":
        info = job.info
        return "\n".join(
            [
                f"x_train, y_train = draw_shapes({info.train}, seed=0)",
                f"x_test, y_test = draw_shapes({info.test}, seed=1)",
            ]
        )
    rows = [
        "# The images in one file; arrays as in Keras' mnist.npz. The dashboard and its command line write it.",
        f"with np.load({quoted(job.data_file)}) as file:",
        *(f'    x_{part}, y_{part} = file["x_{part}"], file["y_{part}"]' for part in job.parts),
    ]
    return "\n".join(rows)


def data_helpers(job: Job) -> str:
    """Return the functions that the data set needs: for "shapes", those that draw them."""
    if job.plan.data != "shapes":
        return ""
    source = inspect.getsource(drawn_shapes)
    return source[source.index("SIDE = ") :].strip()


def data_imports(job: Job, framework: str) -> list[str]:
    """Return the imports of the data part, each on its own line."""
    rows = []
    if job.plan.data == "digits":
        rows.append("from sklearn.datasets import load_digits")
        rows += [] if job.exact else ["from sklearn.model_selection import train_test_split"]
    if job.plan.data == "shapes":
        rows.append("from PIL import Image, ImageDraw")
    elif resizing(job):
        rows.append("from PIL import Image")
    if framework == "torch" and job.plan.data in TORCHVISION_NAMES:
        rows.append("import torchvision")
    return rows


def resizing(job: Job) -> bool:
    """Whether Pillow resizes the images, as it does in a run."""
    return job.exact and job.shape[:2] != job.info.shape[:2]


def split(job: Job) -> str:
    """Return the split into training and validation images; images with a validation part of their own are shuffled only."""
    limit = "[:TRAIN_LIMIT]" if job.plan.train_limit is not None else ""
    if job.exact:
        return alike.split(job, limit)
    if job.validates:
        return "\n".join(
            [
                "# The validation images are the data's own. NumPy draws the order and the batches, so that the scripts of both",
                "# frameworks see the same images.",
                "rng = np.random.default_rng(SEED)",
                f"order = rng.permutation(len(x_train)){limit}",
                "x_train, y_train = x_train[order], y_train[order]",
            ]
        )
    rows = [
        "# NumPy draws the split and the batches, so that the scripts of both frameworks see the same images.",
        "# The dashboard takes the same share of every class; this short draw leaves the classes to chance.",
        "rng = np.random.default_rng(SEED)",
        "order = rng.permutation(len(x_train))  # shuffled first: a sorted set would hold back whole classes",
        "held_out = max(1, round(len(x_train) * VALIDATION_SHARE))",
        "x_val, y_val = x_train[order[:held_out]], y_train[order[:held_out]]",
        f"order = order[held_out:]{limit}",
        "x_train, y_train = x_train[order], y_train[order]",
    ]
    return "\n".join(rows)


def fitting(job: Job) -> bool:
    """Whether images are resized or change colour."""
    return job.shape != job.info.shape


def standardise(job: Job) -> str:
    """Return the constants of the scaling, where they differ by channel."""
    if job.scale == "imagenet":
        mean, deviation = fixed_scale(job.scale, job.shape[2])
        told = (
            f"{name} = np.array({[round(x, 6) for x in values]})" for name, values in (("MEAN", mean), ("DEVIATION", deviation))
        )
        return "\n".join(["# Mean and deviation of each channel over ImageNet, in pixel values.", *told])
    if job.scale != "standardise":
        return ""
    return "\n".join(
        [
            "# Mean and deviation of each channel, over training images alone: validation must stay unseen.",
            "MEAN = x_train.mean(axis=(0, 1, 2), dtype=np.float64)",
            "DEVIATION = x_train.std(axis=(0, 1, 2), dtype=np.float64)",
            "DEVIATION[DEVIATION == 0] = 1",
        ]
    )
