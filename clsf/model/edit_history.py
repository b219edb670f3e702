"""The steps of a design that can be taken back, and taken again."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.model.edit import Design

STEPS = 20


@dataclass(frozen=True, slots=True)
class EditHistory:
    """A design, what it was before (the last `STEPS` designs, oldest first) and what was taken back (next first)."""

    now: Design
    before: tuple[Design, ...] = ()
    after: tuple[Design, ...] = ()

    def then(self, design: Design) -> EditHistory:
        """Go on with another design; what was taken back is gone. The same design again is no step."""
        return self if design == self.now else EditHistory(design, (*self.before, self.now)[-STEPS:])

    def undone(self) -> EditHistory:
        """Go one step back, if there is one."""
        if not self.before:
            return self
        return EditHistory(self.before[-1], self.before[:-1], (self.now, *self.after))

    def redone(self) -> EditHistory:
        """Take the step again that was taken back last, if there is one."""
        if not self.after:
            return self
        return EditHistory(self.after[0], (*self.before, self.now)[-STEPS:], self.after[1:])
