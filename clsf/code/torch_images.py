"""How a PyTorch script prepares and augments images. Twin of `clsf.code.tensorflow_images`."""

from __future__ import annotations

from clsf.code import alike, pieces
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
        "        part = torch.from_numpy(images[start : start + 1000]).permute(0, 3, 1, 2).float()",
    ]
    if channels == 1 and before[2] == 3:
        rows += [
            "        red, green, blue = part.split(1, dim=1)",
            "        part = 0.299 * red + 0.587 * green + 0.114 * blue",
        ]
    if (height, width) != before[:2]:
        rows.append(f'        part = F.interpolate(part, ({height}, {width}), mode="bilinear", antialias=True)')
    if channels == 3 and before[2] == 1:
        rows.append("        part = part.expand(-1, 3, -1, -1)")
    rows += [
        "        parts.append(part.permute(0, 2, 3, 1).round().to(torch.uint8).numpy())",
        "    return np.concatenate(parts)",
        "",
        "",
    ]
    return "\n".join([*rows, *(f"x_{part} = fitted(x_{part})" for part in job.parts)])


def augment(job: Job) -> str:
    """Return the function that augments training images."""
    a = job.plan.augmentation
    if not job.varies_images:
        return ""
    rows = ["def augment(images):", '    """Vary training images, another way every time; values from 0 to 255."""']
    rows += ["    count, _, height, width = images.shape"]
    if a.flip or a.rotation or a.shift:
        rows += ["    # Where each pixel comes from: a matrix per image, mirrored, turned and shifted."]
        rows += ["    matrix = torch.eye(2, 3, device=device).repeat(count, 1, 1)"]
    if a.rotation:
        rows += [
            f"    angle = torch.deg2rad({a.rotation!r} * (2 * torch.rand(count, device=device) - 1))",
            "    matrix[:, 0, 0], matrix[:, 0, 1] = angle.cos(), -angle.sin() * height / width",
            "    matrix[:, 1, 0], matrix[:, 1, 1] = angle.sin() * width / height, angle.cos()",
        ]
    if a.shift:
        rows += [
            f"    steps = torch.randint(-{a.shift}, {a.shift} + 1, (count, 2), device=device)",
            "    matrix[:, 0, 2], matrix[:, 1, 2] = steps[:, 0] * 2 / width, steps[:, 1] * 2 / height",
        ]
    if a.flip:
        rows += ["    mirrored = torch.rand(count, device=device) < 0.5", "    matrix[mirrored, 0] = -matrix[mirrored, 0]"]
    if a.flip or a.rotation or a.shift:
        rows += [
            "    grid = F.affine_grid(matrix.to(images.dtype), images.shape, align_corners=False)",
            '    images = F.grid_sample(images, grid, padding_mode="border", align_corners=False)',
        ]
    if a.brightness:
        rows += [
            f"    factor = 1 + {a.brightness!r} * (2 * torch.rand(count, 1, 1, 1, device=device) - 1)",
            "    images = (images * factor).clamp(0, 255)",
        ]
    if a.cutout:
        rows += [
            "    # Cover a square somewhere in each image with the image's mean colour.",
            f"    y = torch.randint(0, height, (count, 1, 1, 1), device=device) - {a.cutout // 2}",
            f"    x = torch.randint(0, width, (count, 1, 1, 1), device=device) - {a.cutout // 2}",
            "    rows = torch.arange(height, device=device)[:, None]",
            "    columns = torch.arange(width, device=device)[None, :]",
            f"    hole = (rows >= y) & (rows < y + {a.cutout}) & (columns >= x) & (columns < x + {a.cutout})",
            "    images = torch.where(hole, images.mean(dim=(2, 3), keepdim=True), images)",
        ]
    text = "\n".join([*rows, "    return images"])
    if "height" not in text.replace("count, _, height, width", ""):
        text = text.replace("    count, _, height, width = images.shape", "    count = len(images)")
    return text


def prepare(job: Job) -> str:
    """Return the function that turns uint8 images into the model's input."""
    says = {
        "zero-one": ("in [0, 1]", "images / 255"),
        "minus-one-one": ("in [-1, 1]", "(images - 127.5) / 127.5"),
        "efficientnet": ("as EfficientNet-Lite was trained on", "(images - 127) / 128"),
        "imagenet": ("as torchvision's networks take them", "(images - mean) / deviation"),
        "standardise": ("with mean 0 and deviation 1 per channel", "(images - mean) / deviation"),
    }
    words, formula = says[job.scale]
    any_ = job.varies_images
    rows = [
        f"def prepare(images{', training=False' if any_ else ''}):",
        f'    """uint8 images -> numbers {words}, a batch at a time."""',
    ]
    rows.append(f"    images = torch.as_tensor(images).to(device, torch.{job.plan.dtype})")
    rows.append("    images = images.permute(0, 3, 1, 2)  # (batch, h, w, c) -> (batch, c, h, w)")
    rows += ["    if training:", "        images = augment(images)"] if any_ else []
    if job.scale in ("standardise", "imagenet"):
        rows += [f"    {n} = torch.as_tensor({n.upper()}).to(images)[:, None, None]" for n in ("mean", "deviation")]
    return "\n".join([*rows, f"    return {formula}"])
