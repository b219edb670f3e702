"""Resizing uint8 images of shape (n, h, w, c) and changing their colours, the same for training, test and a drawing."""

from __future__ import annotations

import numpy as np

from clsf.data.catalogue import DatasetInfo
from clsf.data.images import Images
from clsf.plan import Preparation

Shape = tuple[int, int, int]


def prepared_shape(info: DatasetInfo | Images, preparation: Preparation) -> Shape:
    """Return (height, width, channels) after a preparation, computed without opening an image."""
    height, width, channels = info.shape
    if preparation.image_size is not None:
        height = width = preparation.image_size
    return height, width, {"keep": channels, "grey": 1, "rgb": 3}[preparation.colour]


def fitted(pixels: np.ndarray, shape: Shape) -> np.ndarray:
    """Return the images with this height, width and number of channels; themselves if they have them already.

    First to grey, then the size (a non-square image is squeezed, not cut), then to colour.
    """
    height, width, channels = shape
    if channels == 1 and pixels.shape[3] == 3:
        pixels = grey(pixels)
    if pixels.shape[1:3] != (height, width):
        pixels = resized(pixels, height, width)
    if channels == 3 and pixels.shape[3] == 1:
        pixels = np.repeat(pixels, 3, axis=3)
    return pixels


def grey(pixels: np.ndarray) -> np.ndarray:
    """Return the brightness of colour images, (n, h, w, 3) -> (n, h, w, 1): ITU-R 601, rounded exactly as Pillow does."""
    red, green, blue = np.moveaxis(pixels.astype(np.uint32), 3, 0)
    return ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16).astype(np.uint8)[..., None]


def resized(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize images, bilinear and without aliasing, as Pillow does it."""
    from PIL import Image

    plain = pixels[..., 0] if pixels.shape[3] == 1 else pixels  # Pillow knows grey images without a channel axis
    out = np.empty((len(plain), height, width, *plain.shape[3:]), np.uint8)
    for number, image in enumerate(plain):
        out[number] = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
    return out.reshape(len(pixels), height, width, pixels.shape[3])
