"""MNIST, Fashion-MNIST and CIFAR-10 as torchvision fetches and reads them, without torchvision in this process.

This may run in a worker that has TensorFlow loaded, which must not meet PyTorch in one process. So a second process,
`python -m clsf.backends.torch.datasets`, does the work and tells each step as one line of JSON on its standard output:

    {"stage": "download", "done": 1048576, "total": 170498071}
    {"error": {"sentence": …, "values": …}}                      the last line, if it could not be done

It lives no longer than its parent: it ends when its standard input is closed.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from clsf.data.progress import Progress, silent
from clsf.errors import DataError
from clsf.words import Sentence, say

COMMAND = (sys.executable, "-m", "clsf.backends.torch.datasets", "--end-with-parent")

BEAT = 0.25  # seconds after which the last news is said again, so that a cancelling `progress` is heard


def make(name: str, folder: Path, progress: Progress = silent, command: Sequence[str] = COMMAND) -> None:
    """Fetch a set and write train_pixels.npy, train_labels.npy, test_pixels.npy and test_labels.npy into `folder`.

    If `progress` raises, the process is killed and nothing of it is left but the bytes fetched so far, outside
    `folder`. Raises DataError for what the process could not do.
    """
    home = str(Path(__file__).parents[2])  # where clsf can be imported from, wherever the process starts
    paths = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [*command, name, str(folder)],
            stdin=subprocess.PIPE,  # held open: see clsf.backends.torch.datasets
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=os.environ | {"PYTHONPATH": paths},
        ) as process,
    ):
        try:
            error = _follow(process.stdout, progress)
            code = process.wait()
        finally:
            process.kill()
        if error is not None:
            raise DataError(error)
        if code != 0:
            raise DataError(
                "The process that reads the data set '{name}' ended with code {code}: {why}. Is torchvision installed? "
                "Run: pip install -r requirements.txt",
                name=name, code=code, why=_last_line(complaints),
            )  # fmt: skip


def _follow(output: BinaryIO, progress: Progress) -> Sentence | None:
    """Pass on what the process says until it closes its output; return its error, if it names one."""
    lines: queue.Queue[bytes | None] = queue.Queue()

    def pump() -> None:
        with suppress(ValueError):  # the output was closed under us, for the work was cancelled
            for line in output:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=pump, daemon=True).start()
    latest: tuple[str, int, int] = ("download", 0, 0)
    error = None
    while True:
        try:
            line = lines.get(timeout=BEAT)
        except queue.Empty:
            progress(*latest)
            continue
        if line is None:
            return error
        news = _read(line)
        if "error" in news:
            error = Sentence.from_json(news["error"])
        elif "stage" in news:
            latest = news["stage"], news["done"], news["total"]
            progress(*latest)


def _read(line: bytes) -> dict:
    try:
        news = json.loads(line)
    except ValueError:
        return {}
    return news if isinstance(news, dict) else {}  # a library may print what it likes


def _last_line(complaints: BinaryIO) -> str | Sentence:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else say("it said nothing")
