"""A lab that trains nothing, but whose workers answer."""

from __future__ import annotations

from tests import frameworks, inside
from tests.app.fake_lab import FakeLab


class AnsweringLab(FakeLab):
    """A lab that runs interactive jobs: those without a framework in this process, the others in the tests' framework processes."""

    asked = 0

    def call(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        self.asked += 1
        if function.startswith("clsf.data."):
            return inside.answer(function, *args)
        return frameworks.process(framework).run(inside.answer, function, *args)
