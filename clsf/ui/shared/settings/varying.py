"""Settings of the images: how all of them are prepared, and how training images are augmented."""

from __future__ import annotations

import streamlit as st

from clsf.plan import MAX_IMAGE_SIZE, SCALES, Augmentation, Preparation
from clsf.ui.shared import choose, state
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys
from clsf.ui.shared.settings.fields import number, pair, toggle, twins
from clsf.ui.shared.text import t

SCALE_TITLES = {
    "zero-one": "[0, 1]", "minus-one-one": "[-1, 1]", "standardise": "μ = 0, σ = 1", "efficientnet": "EfficientNet-Lite", "imagenet": "ImageNet",
}  # fmt: skip


def preparation() -> Preparation:
    """Show how every image is prepared for the model."""
    colours = {"keep": t("as they are"), "grey": t("grey"), "rgb": t("colour")}
    left, right = pair()
    size = left.number_input(
        t("Image size"), 4, MAX_IMAGE_SIZE, None, placeholder=t("as they are"), key=state.IMAGE_SIZE,
        help=t("Side in pixels that images are resized to; empty: they keep their size."), **LINKED,
    )  # fmt: skip
    colour = choose.named(st.selectbox, t("Colour"), colours, state.COLOUR, place=right)
    help = t("What the range 0 to 255 is turned into before the first layer.")
    scale = choose.one(
        t("Pixel values"), SCALES, state.SCALE, widget=st.segmented_control, format_func=SCALE_TITLES.__getitem__, help=help
    )
    return Preparation(size, colour, scale)


def augmentation() -> Augmentation:
    """Show how training images are augmented."""
    flip = toggle(t("Flip left and right"), keys.FLIP, help=note("train", "every-second-image"))
    left, right = pair()
    shift = choose.whole(
        t("Shift, pixels"), 0, 128, 0, keys.SHIFT, left,
        help=t("Maximum shift in each direction, in pixels. Keras: `RandomTranslation`. PyTorch: `v2.RandomAffine(0, translate=…)`."),
    )  # fmt: skip
    rotation = number(
        right, t("Rotation, degrees"), keys.ROTATION, 0.0, 180.0, 5.0,
        help=t("Maximum angle to either side. Keras: `RandomRotation`, in turns. PyTorch: `v2.RandomRotation`, in degrees."),
    )  # fmt: skip
    left, right = pair()
    brightness = number(
        left, t("Brightness"), keys.BRIGHTNESS, 0.0, 1.0, 0.05,
        help=t("Up or down by at most this much. Keras adds: `RandomBrightness`. PyTorch multiplies: `v2.ColorJitter(brightness=…)`."),
    )  # fmt: skip
    cutout = choose.whole(
        t("Cutout, pixels"), 0, 256, 0, keys.CUTOUT, right,
        help=t("Side of a square that is blotted out (DeVries & Taylor 2017). Keras: `RandomErasing`. PyTorch: `v2.RandomErasing`."),
    )  # fmt: skip
    chosen = Augmentation(flip, shift, rotation, brightness, cutout)
    if chosen.any:
        twins(*_code(chosen))
        st.caption(t("Here both frameworks get the same varied images, drawn in NumPy; validation images are never varied."))
    return chosen


def _code(chosen: Augmentation) -> tuple[str, str]:
    """Return the usual layers and transforms for what is chosen."""
    pairs = {
        "flip": ('RandomFlip("horizontal")', "RandomHorizontalFlip()"),
        "shift": ("RandomTranslation(…)", "RandomAffine(0, translate=…)"),
        "rotation": (f"RandomRotation({chosen.rotation / 360:.3g})", f"RandomRotation({chosen.rotation:g})"),
        "brightness": (f"RandomBrightness({chosen.brightness:g})", f"ColorJitter(brightness={chosen.brightness:g})"),
        "cutout": ("RandomErasing(…)", "RandomErasing(…)"),
    }
    used = [both for name, both in pairs.items() if getattr(chosen, name)]
    return "layers: " + ", ".join(keras for keras, _ in used), "v2: " + ", ".join(torch for _, torch in used)
