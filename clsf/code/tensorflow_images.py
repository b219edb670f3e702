"""How a TensorFlow script prepares and augments images. Twin of `clsf.code.torch_images`."""

from __future__ import annotations

from clsf.code import alike, pieces
from clsf.code.assembly import indented
from clsf.code.job import Job


def fit_images(job: Job) -> str:
    """Return the code that resizes images or changes their colours."""
    if not pieces.fitting(job):
        return ""
    if job.exact:
        return alike.fit_images(job)
    height, width, channels = job.shape
    before = job.info.shape
    rows = [
        "def fitted(images):",
        '    """Another size or other colours, 1,000 images at a time so that memory lasts."""',
        "    parts = []",
    ]
    rows += [
        "    for start in range(0, len(images), 1000):",
        "        part = tf.cast(images[start : start + 1000], tf.float32)",
    ]
    if channels == 1 and before[2] == 3:
        rows.append("        part = tf.image.rgb_to_grayscale(part)")
    if (height, width) != before[:2]:
        rows.append(f"        part = tf.image.resize(part, ({height}, {width}), antialias=True)")
    if channels == 3 and before[2] == 1:
        rows.append("        part = tf.image.grayscale_to_rgb(part)")
    rows += ["        parts.append(np.rint(part.numpy()).astype(np.uint8))", "    return np.concatenate(parts)", "", ""]
    return "\n".join([*rows, *(f"x_{part} = fitted(x_{part})" for part in job.parts)])


def augment(job: Job) -> str:
    """Return the function that augments training images."""
    a = job.plan.augmentation
    if not job.varies_images:
        return ""
    height, width, _ = job.shape
    chain = ['layers.RandomFlip("horizontal"),'] if a.flip else []
    if a.rotation:
        chain.append(f'layers.RandomRotation({a.rotation!r} / 360, fill_mode="nearest"),  # share of a full turn')
    if a.shift:
        chain.append(f'layers.RandomTranslation({a.shift} / {height}, {a.shift} / {width}, fill_mode="nearest"),  # shares')
    rows = []
    if chain:
        rows += ["move = keras.Sequential(", "    [", *indented(chain, 2), "    ]", ")", "", ""]
    rows += ["def augment(images):", '    """Vary training images, another way every time; values from 0 to 255."""']
    if chain:
        rows.append("    images = move(images, training=True)")
    if a.brightness:
        rows += [
            f"    factor = 1 + {a.brightness!r} * tf.random.uniform((tf.shape(images)[0], 1, 1, 1), -1, 1)",
            "    images = tf.clip_by_value(images * tf.cast(factor, images.dtype), 0, 255)",
        ]
    if a.cutout:
        rows += [
            "    # Cover a square somewhere in each image with the image's mean colour.",
            "    count = tf.shape(images)[0]",
            f"    y = tf.random.uniform((count, 1, 1, 1), 0, {height}, tf.int32) - {a.cutout // 2}",
            f"    x = tf.random.uniform((count, 1, 1, 1), 0, {width}, tf.int32) - {a.cutout // 2}",
            f"    rows, columns = tf.range({height})[:, None, None], tf.range({width})[None, :, None]",
            f"    hole = (rows >= y) & (rows < y + {a.cutout}) & (columns >= x) & (columns < x + {a.cutout})",
            "    images = tf.where(hole, tf.reduce_mean(images, axis=(1, 2), keepdims=True), images)",
        ]
    return "\n".join([*rows, "    return images"])


def prepare(job: Job) -> str:
    """Return the function that turns uint8 images into the model's input."""
    says = {
        "zero-one": ("in [0, 1]", "images / 255"),
        "minus-one-one": ("in [-1, 1]", "(images - 127.5) / 127.5"),
        "efficientnet": ("as EfficientNet-Lite was trained on", "(images - 127) / 128"),
        "imagenet": ("as torchvision's networks take them", "(images - MEAN) / DEVIATION"),
        "standardise": ("with mean 0 and deviation 1 per channel", "(images - MEAN) / DEVIATION"),
    }
    words, formula = says[job.scale]
    any_ = job.varies_images
    rows = [
        f"def prepare(images{', training=False' if any_ else ''}):",
        f'    """uint8 images -> numbers {words}, a batch at a time."""',
    ]
    rows.append(f"    images = tf.cast(images, tf.{job.plan.dtype})")
    rows += ["    if training:", "        images = augment(images)"] if any_ else []
    return "\n".join([*rows, f"    return {formula}"])
