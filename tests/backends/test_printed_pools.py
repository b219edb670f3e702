"""The printed PyTorch model pools as the spec says: shapes and values, for every position of a window at an edge."""

from __future__ import annotations

from itertools import product

import numpy as np

from clsf.code.model import SourceModel
from clsf.model.layers import AveragePool2D, MaxPool2D
from clsf.model.spec import ModelSpec
from tests.backends.reference import Forward

SETTINGS = [
    (kind(size, strides, padding), (height, width, 2))
    for kind, size, strides, padding, (height, width) in product(
        (MaxPool2D, AveragePool2D), (1, 2, 3, 4, 5), (None, 1, 2, 3), ("valid", "same"), ((5, 5), (6, 6), (7, 6), (8, 5))
    )
]


def pooled(settings: list, images: list[np.ndarray]) -> tuple[list[np.ndarray], list[str]]:
    """Return the printed modules' outputs and their text; runs in torch's process."""
    import torch

    from clsf.backends.torch.stock import Stock

    outputs, texts = [], []
    for (layer, shape), image in zip(settings, images, strict=True):
        model = Stock(SourceModel(ModelSpec("pool", (layer,)), shape, None)).model()
        outputs.append(model(torch.from_numpy(image).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).numpy())
        texts.append(str(model))
    return outputs, texts


def test_shapes_and_values_of_320_pools(torch):
    assert len(SETTINGS) == 320
    rng = np.random.default_rng(0)
    images = [rng.normal(-3, 1, (2, *shape)) for _, shape in SETTINGS]  # below 0: a padded 0 would be the maximum
    outputs, texts = torch.run(pooled, SETTINGS, images)
    for (layer, shape), image, output, text in zip(SETTINGS, images, outputs, texts, strict=True):
        said = f"{layer} on {shape}:\n{text}"
        assert output.shape[1:] == layer.out_shape(shape), said
        expected = Forward((layer,), {})(image.astype(complex)).real
        np.testing.assert_allclose(output, expected, rtol=1e-12, err_msg=said)
