"""MNIST, Fashion-MNIST and CIFAR-10 as torchvision fetches and reads them, without torchvision in this process.

This may run in a worker that has TensorFlow loaded, which must not meet PyTorch in one process. So a second process,
`python -m clsf.backends.torch.datasets`, does the work and reports its progress as in `clsf.data.child`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from clsf.data import child
from clsf.data.progress import Progress, silent
from clsf.errors import DataError

COMMAND = (sys.executable, "-m", "clsf.backends.torch.datasets", "--end-with-parent")


def make(name: str, folder: Path, progress: Progress = silent, command: Sequence[str] = COMMAND) -> None:
    """Download a set and write train_pixels.npy, train_labels.npy, test_pixels.npy and test_labels.npy into `folder`.

    If `progress` raises, the process is killed and nothing of it is left except the bytes downloaded so far, outside
    `folder`. Raises DataError if the process fails.
    """
    end = child.run([*command, name, str(folder)], progress)
    if end.code != 0:
        raise DataError(
            "The process that reads the data set '{name}' ended with code {code}: {why}. Is torchvision installed? "
            "Run: pip install -r requirements.txt",
            name=name, code=end.code, why=end.last_words,
        )  # fmt: skip
