"""Job: what a script is generated for."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.code.names import slug
from clsf.data import catalogue
from clsf.data.catalogue import DatasetInfo
from clsf.data.resize import prepared_shape
from clsf.model.shapes import Shape
from clsf.plan import Plan

OTHER_SHUFFLE = 1_000_003
"""Added to the seed of the batches for the difference "shuffling", as `clsf.chunks` does."""


@dataclass(frozen=True)
class Job:
    """What a script is generated for. Raises DataError for an unknown data set."""

    plan: Plan
    changed: tuple[tuple[int, float], ...] = ()  # by hand: steps that were done before, learning rate from then on
    exact: bool = False  # split, order, first weights, masks and varied images are drawn as in a run of the plan

    @property
    def varies_images(self) -> bool:
        """Whether images are augmented by the framework's own functions: those of a run are augmented in NumPy before."""
        return self.plan.augmentation.any and not self.exact

    @property
    def order_seed(self) -> str:
        return f"SEED + {OTHER_SHUFFLE:_}" if self.plan.does("shuffling") else "SEED"

    @property
    def varies(self) -> bool:
        """Whether the learning rate is set again before every step."""
        return self.plan.schedule.varies or bool(self.changed)

    @property
    def info(self) -> DatasetInfo:
        return catalogue.info(self.plan.data)

    @property
    def shape(self) -> Shape:
        """(height, width, channels) that the model receives."""
        return prepared_shape(self.info, self.plan.preparation)

    @property
    def classes(self) -> int:
        return len(self.info.classes)

    @property
    def tests(self) -> bool:
        """Whether there are test images."""
        return self.info.test > 0

    @property
    def validates(self) -> bool:
        """Whether the images come with validation images of their own."""
        return self.info.validation > 0

    @property
    def parts(self) -> list[str]:
        """The parts of the data set."""
        return ["train", *(["val"] if self.validates else []), *(["test"] if self.tests else [])]

    @property
    def scale(self) -> str:
        return self.plan.scale

    @property
    def data_file(self) -> str:
        """The file that a script reads where no library has the images.

        Named after the set's title: a private set's name gives access to it, and scripts are passed on.
        """
        return f"{slug(str(self.info.title), 'images')}.npz"
