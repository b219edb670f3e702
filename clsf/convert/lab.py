"""The conversion lab: takes one or two files, returns their contents and differences. Asks workers; loads no framework itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Protocol

import numpy as np

from clsf.backends.base import Weights
from clsf.convert import binding, guessing, norms, reading
from clsf.convert.causes import TITLES
from clsf.convert.comparing import FileComparison, compared
from clsf.convert.values import Loaded
from clsf.data.images import Images
from clsf.data.resize import fitted
from clsf.data.sources import open_dataset
from clsf.errors import ConvertError, SpecError
from clsf.frameworks import BY_NAME
from clsf.model.spec import ModelSpec
from clsf.words import Sentence, say, say_n

IMAGES = 8
MOST_NUMBERS = 20_000_000  # the limit for the outputs of all layers together
SECONDS = 180.0
OTHER = {name: next(n for n in BY_NAME if n != name) for name in BY_NAME}


class ConversionService(Protocol):
    """The part of `clsf.training_service.TrainingService` that is used here."""

    def call(self, framework: str, function: str, *args: object, timeout: float = ...) -> object: ...


@dataclass(frozen=True, slots=True)
class Given:
    """A file as uploaded."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ConversionResult:
    """The contents of the files and their comparison; a single file is compared with itself in the other framework."""

    first: Loaded
    second: Loaded
    comparison: FileComparison


def load(service: ConversionService, given: Given) -> Loaded:
    """Return the contents of a file, read in a worker. Raises ConvertError or EngineError."""
    kind = reading.kind_of(given.content, given.name)
    return service.call(reading.WORKERS[kind], "clsf.convert.reading:read", given.content, given.name, timeout=SECONDS)


def joined(loaded: Sequence[Loaded], design: tuple[ModelSpec, tuple[int, int, int]] | None = None) -> list[Loaded]:
    """Return the files, each with an architecture: its own, the other file's, the given design, or a guess."""
    whole = [each for each in loaded if each.model is not None]
    bound = []
    for each in loaded:
        if each.model is not None:
            bound.append(each)
            continue
        if design is not None:
            note = say(
                "The architecture of {name} is the model '{model}' that was chosen.", name=each.name[:60], model=design[0].name
            )
            bound.append(
                _noted(
                    binding.bound(each, design[0], whole[0].shape if whole else design[1], whole[0] if whole else None), note
                )
            )
        elif whole:
            like = whole[0]
            note = say(
                "{name} has no architecture, only weights; the architecture is taken from {other}.",
                name=each.name[:60],
                other=like.name[:60],
            )
            bound.append(_noted(binding.bound(each, norms.shown(each, like), like.shape, like), note))
        else:
            spec, shape, note = guessing.guessed(each)
            bound.append(_noted(binding.bound(each, spec, shape), note))
    return bound


def _noted(loaded: Loaded, note) -> Loaded:
    return replace(loaded, notes=(note, *loaded.notes))


def examined(
    service: ConversionService, given: Sequence[Given], data: str, design: tuple[ModelSpec, tuple[int, int, int]] | None = None
) -> ConversionResult:
    """Read one or two files and compare them on images of a data set. Raises ConvertError, DataError or EngineError."""
    if not 1 <= len(given) <= 2:
        raise ConvertError("One or two files are compared, but this is how many were given: {count}.", count=len(given))
    files = joined([load(service, each) for each in given], design)
    first, second = (files[0], _elsewhere(files[0])) if len(files) == 1 else (files[0], _apart(*files))
    for each in files:
        missing = [n for n in each.misfits if each.misfits[n].size] if len(files) == 1 else []
        if missing:
            raise ConvertError(
                "{name} has the tensor '{tensor}' in the shape {found}, which is not the layer's. "
                "Also give the file that it was made from, and the cause is named.",
                name=each.name[:60], tensor=each.keys[missing[0]][:60], found="×".join(map(str, each.misfits[missing[0]].shape)),
            )  # fmt: skip
    pixels = images(data, first)

    def run(framework: str, spec: ModelSpec, weights: Weights) -> dict[str, np.ndarray]:
        plain = {name: np.ascontiguousarray(array) for name, array in weights.items()}
        return service.call(framework, "clsf.convert.inside:outputs", framework, spec.to_json(), plain, pixels, timeout=SECONDS)

    return ConversionResult(first, second, compared(first, second, run, len(pixels)))


def _elsewhere(loaded: Loaded) -> Loaded:
    return replace(loaded, framework=OTHER[loaded.framework], notes=())


def _apart(first: Loaded, second: Loaded) -> Loaded:
    """Return the second file, to be computed in the other framework if only one of the two is ONNX, which belongs to none."""
    return (
        replace(second, framework=OTHER[first.framework])
        if "onnx" in (first.kind, second.kind) and first.kind != second.kind
        else second
    )


def images(data: str, loaded: Loaded) -> np.ndarray:
    """Return some real images of a data set in the size of the network, uint8 (n, height, width, channels).

    If they are grey and the network takes colour, the channels are made different: otherwise their order would not show.
    """
    images: Images = open_dataset(data).train
    try:
        facts = loaded.spec.analyse(loaded.shape).layers
    except SpecError as error:
        raise ConvertError("The network can't be built: {why}", why=error.sentence) from None
    numbers = sum(prod(f.out_shape) for f in facts) or 1
    count = max(1, min(IMAGES, MOST_NUMBERS // numbers, len(images)))
    places = np.linspace(0, len(images) - 1, count).astype(int)
    return np.ascontiguousarray(_coloured(fitted(np.asarray(images.pixels[places]), loaded.shape)))


def _coloured(pixels: np.ndarray) -> np.ndarray:
    """Return the images; in grey images with three channels, the second is flipped vertically and the third is mirrored."""
    if pixels.shape[3] != 3 or not np.array_equal(pixels[..., 0], pixels[..., 2]):
        return pixels
    grey = pixels[..., 0]
    return np.stack([grey, grey[:, ::-1], grey[:, :, ::-1]], 3)


def verdict(comparison: FileComparison) -> Sentence:
    """Return the result of a comparison, in one sentence."""
    if not comparison.findings:
        return say_n(
            "Every layer agrees on {count} image; the largest difference of a score is {logits}.",
            "Every layer agrees on {count} images; the largest difference of a score is {logits}.",
            comparison.images, count=comparison.images, logits=f"{comparison.logits:.1e}",
        )  # fmt: skip
    first = comparison.findings[0]
    return say("They first differ at the layer {layer}: {cause}.", layer=first.layer, cause=TITLES[first.cause.name])
