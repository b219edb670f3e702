"""Opening a data set by its name; it is made first if it is not on this machine yet."""

from __future__ import annotations

from pathlib import Path

from clsf.data import cache, catalogue, torchvision_sets
from clsf.data.catalogue import DatasetInfo
from clsf.data.folder import data_folder
from clsf.data.images import Dataset
from clsf.data.progress import Progress, silent
from clsf.errors import DataError

SHAPES_SEEDS = 0, 1
"""Of the training and of the test images."""


def open_dataset(name: str, progress: Progress = silent) -> Dataset:
    """Open a data set of `catalogue`; its pixels are memory-mapped, read-only.

    Missing or damaged data are made first, by one process while the others wait. Raises DataError if there is no
    such set, if it can't be downloaded, or if an imported one is damaged.
    """
    info = catalogue.info(name)
    dataset = _whole(info)
    if dataset is not None:
        return dataset
    with cache.locked(name, lambda: progress(*_made_so_far(info))):
        dataset = _whole(info)  # another process may have made it while this one waited
        if dataset is None:
            cache.keep(name, lambda folder: _make(info, folder, progress))
            dataset = cache.load(name)
    return dataset


def _whole(info: DatasetInfo) -> Dataset | None:
    try:
        return cache.load(info.name)
    except DataError:
        if info.name not in catalogue.NAMES:  # only its owner can supply the images
            raise DataError("The stored images of '{title}' are damaged. Import them again.", title=info.title) from None
        return None


def _make(info: DatasetInfo, folder: Path, progress: Progress) -> dict:
    if info.name == "digits":
        from clsf.data.digits import load_digits

        progress("prepare", 0, info.train + info.test)
        train, test = load_digits()
        cache.write(folder, "train", train)
        cache.write(folder, "test", test)
        progress("prepare", info.train + info.test, info.train + info.test)
    elif info.name == "shapes":
        from clsf.data.shapes import draw_shapes

        total = info.train + info.test
        train = draw_shapes(info.train, SHAPES_SEEDS[0], lambda stage, done, _: progress(stage, done, total))
        test = draw_shapes(info.test, SHAPES_SEEDS[1], lambda stage, done, _: progress(stage, info.train + done, total))
        cache.write(folder, "train", train)
        cache.write(folder, "test", test)
    else:
        try:
            torchvision_sets.make(info.name, folder, progress)
        except DataError as error:
            raise DataError(
                "The data set '{name}' could not be made ready. {why} The data sets 'digits' and 'shapes' work without a network.",
                name=info.name, why=error.sentence,
            ) from error  # fmt: skip
    return {"classes": info.classes}


def _made_so_far(info: DatasetInfo) -> tuple[str, int, int]:
    """Return the progress of the process that this one waits for, as well as it can be observed from outside."""
    if info.download_bytes is None:
        return "prepare", 0, info.train + info.test
    raw = data_folder() / "raw" / info.name
    fetched = 0
    for pattern in ("*.gz", "*.part"):
        for file in raw.rglob(pattern):
            try:
                fetched += file.stat().st_size
            except OSError:  # renamed or removed in this very moment
                continue
    return "download", min(fetched, info.download_bytes), info.download_bytes
