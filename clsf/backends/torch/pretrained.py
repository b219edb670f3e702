"""Reads weights that PyTorch saved and writes them in the agreed layout, in a process of its own: see `clsf.data.pretrained`.

    python -m clsf.backends.torch.pretrained efficientnet-lite0 FILE.npz

The file is checked against its SHA-256 before it is opened, and opened by `torch.load(…, weights_only=True)`, which builds tensors
and nothing else.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from clsf.backends.torch.stock import turned
from clsf.data import child
from clsf.data.download import download
from clsf.data.pretrained import carried, fetched
from clsf.data.progress import Progress
from clsf.errors import ClsfError, DataError
from clsf.model.pretrained import SOURCES, Pretrained
from clsf.model.shapes import Weight


def _told(stage: str, done: int, total: int) -> None:
    print(json.dumps({"stage": stage, "done": done, "total": total}), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the arrays of one network, and say what went wrong in a line of JSON. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m clsf.backends.torch.pretrained", description="Read pretrained weights.")
    parser.add_argument("name", choices=list(SOURCES))
    parser.add_argument("file", type=Path, help="the .npz file to write")
    asked = parser.parse_args(arguments)
    source = SOURCES[asked.name]
    try:
        path = carried(source) or fetched(source)
        if not path.is_file() and source.torchvision:
            fetch(source, path, os.environ.get("CLSF_MIRROR"))
        np.savez(asked.file, **read(source, path))
    except ClsfError as error:
        print(json.dumps({"error": error.sentence.to_json()}), flush=True)
        return 1
    return 0


def fetch(source: Pretrained, path: Path, mirror: str | None = None, progress: Progress = _told) -> None:
    """Fetch the file of one of torchvision's networks, from the mirror alone if there is one: <mirror>/pretrained/<file>."""
    from torchvision.models import get_weight

    url = get_weight(source.torchvision).url
    if mirror:
        url = f"{mirror.rstrip('/')}/pretrained/{url.rpartition('/')[2]}"
    download(url, path, progress=progress)


def read(source: Pretrained, path: Path) -> dict[str, np.ndarray]:
    """Return the arrays in a file, in the agreed layout and named as the preset's. Raises DataError if it is another file."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if not digest.startswith(source.sha256):
        if source.torchvision:
            path.unlink(missing_ok=True)  # so that the next try fetches it again
        raise DataError(
            "The file {file} is not the weights of {network}: its checksum is {found} instead of {wanted}. Install the package or "
            "fetch the file again.",
            file=path.name, network=source.name, found=digest[:16], wanted=source.sha256[:16],
        )  # fmt: skip
    state = torch.load(path, map_location="cpu", weights_only=True)
    return agreed(source, {name: tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")})


def agreed(source: Pretrained, state: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    """Return tensors under the preset's names, each turned from torch's layout. They stand in the file in the order of computation.

    Raises DataError if one does not fit where it belongs.
    """
    wanted = source.spec().analyse((source.side, source.side, 3)).named_weights()
    if len(wanted) != len(state):
        raise DataError(
            "The file of {network} holds another number of arrays than its layers have: {found} instead of {wanted}.",
            network=source.name, found=len(state), wanted=len(wanted),
        )  # fmt: skip
    return {
        name: _turned_back(name, weight, tensor.numpy())
        for (name, weight), tensor in zip(wanted.items(), state.values(), strict=True)
    }


def _turned_back(name: str, weight: Weight, array: np.ndarray) -> np.ndarray:
    """Turn an array from torch's layout: where each of its numbers goes is found by turning their places the other way."""
    places = turned(weight.name, np.arange(weight.size).reshape(weight.shape))
    if places.shape != array.shape:
        raise DataError(
            "The array for {name} has the shape {found}, but {wanted} is needed.",
            name=name, found=str(array.shape), wanted=str(places.shape),
        )  # fmt: skip
    out = np.empty(weight.size, array.dtype)
    out[places.ravel()] = array.ravel()
    return out.reshape(weight.shape)


if __name__ == "__main__":
    child.end_with_parent()
    sys.exit(main())
