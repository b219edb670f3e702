"""Names of data sets on pages; the internal name of an imported one is a key and is never shown."""

from __future__ import annotations

from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.ui.shared.text import tn, words


def data_name(name: str) -> str:
    """Return the short name of a built-in set, or the title of an imported one, in the reader's language."""
    called = catalogue.called(name)
    return called if isinstance(called, str) else words(called)


def data_of(plan: Plan) -> str:
    """Return the name of a plan's data set, and the size that its images get, if one is set."""
    size = plan.preparation.image_size
    return f"{data_name(plan.data)} {size}×{size}" if size else data_name(plan.data)


def size_of(info: catalogue.DatasetInfo) -> str:
    """Return one line with the number of images and classes of a data set, and the image shape."""
    height, width, channels = info.shape
    return tn(
        "{train} training and {test} test image · {height}×{width}×{channels} · {classes} classes",
        "{train} training and {test} test images · {height}×{width}×{channels} · {classes} classes",
        info.test,
        train=f"{info.train:,}", test=f"{info.test:,}", height=height, width=width, channels=channels, classes=len(info.classes),
    )  # fmt: skip


def class_names(record: RunRecord) -> list[str]:
    """Return the names of a run's classes as the run reported them; none if it did not and its images are gone."""
    if record.started is not None and record.started.classes:
        return list(record.started.classes)
    try:
        return list(catalogue.info(record.plan.data).classes)
    except ClsfError:
        return []
