"""Section 7: the augmentation lab: one image, epoch after epoch, as training would see it."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import streamlit as st

from clsf.data.augment import augment, drawn
from clsf.data.catalogue import DatasetInfo
from clsf.plan import Augmentation
from clsf.ui.data import codes, keys, source
from clsf.ui.shared import choose, navigation
from clsf.ui.shared.lessons import note
from clsf.ui.shared.picture_grid import pictures
from clsf.ui.shared.settings import taken
from clsf.ui.shared.text import t

EPOCHS = 11
PICTURES = 6  # columns


def show(info: DatasetInfo) -> None:
    """Show the section."""
    images = source.dataset(info.name).train
    left, right = st.columns([1, 2.2], gap="large")
    with left:
        number, seed = _image(images)
        chosen = _choices(images.shape)
        _use(chosen)
    with right:
        image = np.asarray(images.pixels[number])[None]
        indices = np.array([number])
        varied = [augment(image, chosen, seed, epoch, indices)[0] for epoch in range(1, EPOCHS + 1)]
        notes = [t("as stored"), *(_said(chosen, seed, epoch, number, images.shape) for epoch in range(1, EPOCHS + 1))]
        captions = [
            images.classes[images.labels[number]],
            *(t("epoch {number}", number=epoch) for epoch in range(1, EPOCHS + 1)),
        ]
        pictures(
            np.stack([image[0], *varied]), captions, key="data_lab", stamp=(info.name, number, chosen, seed), columns=PICTURES,
            side=128, label=t("One image, as it is varied in each epoch"), notes=notes,
        )  # fmt: skip
        if not chosen.any:
            st.caption(t("Nothing is varied yet: every epoch sees the same image. Turn something on."))
        elif chosen.flip and info.name in ("digits", "mnist"):
            st.warning(t("A mirrored 2 is no 2: for digits, flipping teaches something wrong."), icon=":material/warning:")
    _code(chosen, images.shape)


def _image(images) -> tuple[int, int]:
    one, two = st.columns(2)
    number = one.number_input(
        t("Image"), 0, len(images) - 1, source.picked(images), key=keys.LAB_IMAGE, help=t("The number of a training image; the one you looked at is set."), **choose.LINKED
    )  # fmt: skip
    seed = choose.whole(t("Seed"), 0, 2**31 - 1, 0, keys.LAB_SEED, place=two)
    return int(number), seed


def _choices(shape: tuple[int, int, int]) -> Augmentation:
    most = min(shape[:2])
    flip = st.toggle(t("Flip left and right"), False, key=keys.LAB_FLIP, **choose.LINKED)
    shift = _slider(t("Shift, pixels"), min(most // 2, 128), 1, keys.LAB_SHIFT)
    rotation = _slider(t("Rotation, degrees"), 180.0, 5.0, keys.LAB_ROTATION)
    brightness = _slider(t("Brightness"), 1.0, 0.05, keys.LAB_BRIGHTNESS)
    cutout = _slider(t("Cutout, pixels"), most, 1, keys.LAB_CUTOUT)
    return Augmentation(flip, int(shift), float(rotation), float(brightness), int(cutout))


def _slider(label: str, most: float, step: float, key: str) -> float:
    """Show a slider from 0; its value is clipped to the limits, because another data set may have smaller images."""
    kind = type(most)
    before = st.session_state.get(key)
    if before is not None and before > most:
        st.session_state[key] = most
    shown = "%d" if kind is int or step >= 1 else "%.2f"
    return st.slider(label, kind(0), most, kind(0), kind(step), key=key, format=shown, **choose.LINKED)


def _use(chosen: Augmentation) -> None:
    if st.button(
        t("Train with this"), key="lab_use", type="primary", icon=":material/play_arrow:", disabled=not chosen.any, width="stretch",
        help=note("data", "opens-train-page"),
    ):  # fmt: skip
        st.session_state[keys.AUGMENTATION] = asdict(chosen)
        st.session_state.update(taken.augmentation(chosen))  # the settings of the Train page show it
        navigation.switch_to("train")
    if chosen.any and st.session_state.get(keys.AUGMENTATION) == asdict(chosen):
        st.caption(t("This is what the Train page is set to."))


def _said(chosen: Augmentation, seed: int, epoch: int, number: int, shape: tuple[int, int, int]) -> str:
    """Return a short description of what happened to the image in an epoch."""
    values = drawn(chosen, seed, epoch, number, *shape[:2])
    parts = []
    if values["flip"]:
        parts.append(t("flipped"))
    if chosen.rotation:
        parts.append(f"{values['angle']:+.0f}°")
    if chosen.shift:
        for step, back, on in ((values["down"], "↑", "↓"), (values["right"], "←", "→")):
            if step:
                parts.append(f"{on if step > 0 else back}{abs(step)}")
    if chosen.brightness:
        parts.append(f"×{values['factor']:.2f}")
    return " · ".join(parts)


def _code(chosen: Augmentation, shape: tuple[int, int, int]) -> None:
    arguments = (
        f"height={shape[0]}, width={shape[1]}, flip={chosen.flip}, shift={chosen.shift}, rotation={chosen.rotation:g}, "
        f"brightness={chosen.brightness:g}, cutout={chosen.cutout}"
    )
    codes.both(
        ("augmentation",),
        {
            "tensorflow": f"vary = augmentation({arguments})\n# images: float32 (n, {shape[0]}, {shape[1]}, {shape[2]}), 0 to 255\n# varied = vary(images, training=True)",
            "torch": f"vary = augmentation({arguments})\n# image: uint8 ({shape[2]}, {shape[0]}, {shape[1]}), 0 to 255\n# varied = vary(image)",
        },
    )  # fmt: skip
    st.caption(note("data", "frameworks-own-layers"))
