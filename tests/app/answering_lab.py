"""The lab that trains nothing, but with workers that answer."""

from __future__ import annotations

from tests import frameworks, inside
from tests.app.fake_lab import FakeLab


class AnsweringLab(FakeLab):
    """A lab whose interactive jobs are carried out: those without a framework here, the others in the tests' own processes."""

    asked = 0

    def call(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        self.asked += 1
        if function.startswith("clsf.data."):
            return inside.answer(function, *args)
        return frameworks.process(framework).run(inside.answer, function, *args)
