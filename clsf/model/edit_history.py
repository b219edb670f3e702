"""The steps of a design that can be taken back, and taken again."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.model.edit import Design

STEPS = 20


@dataclass(frozen=True, slots=True)
class History:
    """A design, what it was before (the last `STEPS` designs, oldest first) and what was taken back (next first)."""

    now: Design
    before: tuple[Design, ...] = ()
    after: tuple[Design, ...] = ()

    def then(self, design: Design) -> History:
        """Go on with another design; what was taken back is gone. The same design again is no step."""
        return self if design == self.now else History(design, (*self.before, self.now)[-STEPS:])

    def undone(self) -> History:
        """Go one step back, if there is one."""
        if not self.before:
            return self
        return History(self.before[-1], self.before[:-1], (self.now, *self.after))

    def redone(self) -> History:
        """Take the step again that was taken back last, if there is one."""
        if not self.after:
            return self
        return History(self.after[0], (*self.before, self.now)[-STEPS:], self.after[1:])
