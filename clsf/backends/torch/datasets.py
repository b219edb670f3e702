"""Fetches and reads torchvision's data sets, in a process of its own: see `clsf.data.torchvision_sets`.

    python -m clsf.backends.torch.datasets mnist FOLDER

Addresses, checksums and the reading of the files are torchvision's own; the download is ours, because it can resume. A class
room without internet serves the files itself: CLSF_MIRROR=http://server/sets holds mnist/train-images-idx3-ubyte.gz,
fashion-mnist/…, cifar10/cifar-10-python.tar.gz, and nothing is then requested from anywhere else.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torchvision.datasets import CIFAR10, MNIST, FashionMNIST
from torchvision.datasets.vision import VisionDataset

from clsf.data import catalogue
from clsf.data.download import download
from clsf.data.folder import data_folder
from clsf.data.progress import Progress, silent
from clsf.errors import ClsfError, DataError

KINDS: dict[str, type[VisionDataset]] = {"mnist": MNIST, "fashion-mnist": FashionMNIST, "cifar10": CIFAR10}


@dataclass(frozen=True, slots=True)
class Archive:
    """A file to fetch."""

    file: str
    md5: str
    urls: tuple[str, ...]
    place: str  # the folder, under torchvision's root, where torchvision looks for it


def main(arguments: Sequence[str] | None = None, kinds: Mapping[str, type[VisionDataset]] = KINDS) -> int:
    """Write one data set as .npy files and report progress, in lines of JSON. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m clsf.backends.torch.datasets", description="Fetch a data set.")
    parser.add_argument("name", choices=list(kinds))
    parser.add_argument("folder", type=Path, help="where the .npy files go")
    parser.add_argument("--end-with-parent", action="store_true", help="end as soon as standard input is closed")
    asked = parser.parse_args(arguments)
    if asked.end_with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    answers, sys.stdout = sys.stdout, sys.stderr  # torchvision prints; stdout has only the lines of JSON

    def tell(**news: object) -> None:
        print(json.dumps(news), file=answers, flush=True)

    try:
        make(
            asked.name,
            kinds[asked.name],
            asked.folder,
            lambda stage, done, total: tell(stage=stage, done=done, total=total),
            os.environ.get("CLSF_MIRROR"),
        )
    except ClsfError as error:
        tell(error=error.sentence.to_json())
        return 1
    except OSError as error:
        problem = DataError(
            "The data set '{name}' can't be stored in {folder}: {why}. Make room there, or choose another folder with the "
            "environment variable CLSF_DATA.",
            name=asked.name, folder=str(data_folder()), why=error.strerror or str(error),
        )  # fmt: skip
        tell(error=problem.sentence.to_json())
        return 1
    finally:
        sys.stdout = answers
    return 0


def make(name: str, kind: type[VisionDataset], folder: Path, progress: Progress = silent, mirror: str | None = None) -> None:
    """Fetch the archives of a torchvision class, read them, and write pixels and labels of both parts into `folder`.

    The archives are kept under the data folder until they are read, so that an interrupted download resumes later.
    """
    root = data_folder() / "raw" / name
    fetch(name, archives(kind), root, progress, mirror)
    counts = [catalogue.info(name).train, catalogue.info(name).test]
    for part, done in (("train", 0), ("test", counts[0])):
        progress("read", done, sum(counts))
        pixels, labels = read(kind, root, train=part == "train")
        np.save(folder / f"{part}_pixels.npy", pixels)
        np.save(folder / f"{part}_labels.npy", labels)
    progress("read", sum(counts), sum(counts))
    shutil.rmtree(root, ignore_errors=True)


def archives(kind: type[VisionDataset]) -> list[Archive]:
    """Return the files that torchvision would fetch for one of its classes."""
    if issubclass(kind, MNIST):
        place = f"{kind.__name__}/raw"
        return [Archive(file, md5, tuple(m + file for m in kind.mirrors), place) for file, md5 in kind.resources]
    return [Archive(kind.filename, kind.tgz_md5, (kind.url,), "")]


def fetch(name: str, wanted: list[Archive], root: Path, progress: Progress = silent, mirror: str | None = None) -> None:
    """Fetch the archives to where torchvision looks for them under `root`, from the mirror alone if there is one."""
    total, before = catalogue.info(name).download_bytes or 0, 0
    for archive in wanted:
        urls = (f"{mirror.rstrip('/')}/{name}/{archive.file}",) if mirror else archive.urls
        path = root / archive.place / archive.file
        download(
            urls, path, md5=archive.md5, progress=lambda stage, done, _, before=before: progress(stage, before + done, total)
        )
        before += path.stat().st_size


def read(kind: type[VisionDataset], root: Path, train: bool) -> tuple[np.ndarray, np.ndarray]:
    """Let torchvision unpack and read fetched archives: pixels uint8 (n, h, w, c), labels int64 (n,)."""
    # "download" only unpacks here: the archives are in place and torchvision finds their checksums right.
    dataset = kind(str(root), train=train, download=True)
    pixels = np.ascontiguousarray(dataset.data, np.uint8)
    return pixels if pixels.ndim == 4 else pixels[..., None], np.asarray(dataset.targets, np.int64)


def _end_with_parent() -> None:
    # Nothing is ever written to this pipe: reading returns when the other end is closed, by will or by death.
    os.read(sys.stdin.fileno(), 1)
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
