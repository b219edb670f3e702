"""The errors a user can cause or meet, each carrying a sentence that can be said in both languages.

    ClsfError
    ├── SpecError      a model design that can't be built
    ├── PlanError      a training plan that can't be run
    ├── DataError      images or a data set that can't be read or fetched
    ├── EngineError    a job that could not be carried out
    ├── StoreError     a run that is not in the store, or can't be read
    ├── CapsuleError   a capsule that can't be written or opened
    ├── ConvertError   a file with a model that can't be read or compared
    ├── CourseError    a lesson, or a file of progress, that is not as it should be
    └── TeachingError  an assignment, a hand-in or a class that can't be used

Every sentence says what happened with the value received, what was expected, and what to do.
"""

from __future__ import annotations

from clsf.words import Sentence


class ClsfError(Exception):
    """Base of all errors with a sentence for the user. `str(error)` is the English."""

    def __init__(self, template: str | Sentence, /, **values: object) -> None:
        self.sentence = template if isinstance(template, Sentence) else Sentence(template, values)
        super().__init__(str(self.sentence))

    def __reduce__(self):  # errors cross process borders: keep the sentence, not only its English
        return type(self), (self.sentence,)


class SpecError(ClsfError):
    """A model design that can't be built; the sentence names the layer."""


class PlanError(ClsfError):
    """A training plan that can't be run; the sentence names the field."""


class DataError(ClsfError):
    """Images or a data set that can't be read or fetched."""


class EngineError(ClsfError):
    """A job that could not be carried out by a worker."""


class StoreError(ClsfError):
    """A run that is not in the store, or can't be read."""


class CapsuleError(ClsfError):
    """A capsule that can't be written, or one that can't be opened; the sentence says why."""


class ConvertError(ClsfError):
    """A file with a model that can't be read or compared; the sentence says why, and what is read."""


class CourseError(ClsfError):
    """A lesson, a question or a file of progress that is not as it should be; the sentence names file and line."""


class TeachingError(ClsfError):
    """An assignment, a hand-in or a class that can't be used; the sentence says why."""
