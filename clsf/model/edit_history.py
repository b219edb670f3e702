"""Undo and redo for a design."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.model.edit import Design

STEPS = 20


@dataclass(frozen=True, slots=True)
class EditHistory:
    """A design, its earlier states (the last `STEPS` designs, oldest first) and the undone ones (next first)."""

    now: Design
    before: tuple[Design, ...] = ()
    after: tuple[Design, ...] = ()

    def then(self, design: Design) -> EditHistory:
        """Go on with another design; undone ones are discarded. An equal design is not a step."""
        return self if design == self.now else EditHistory(design, (*self.before, self.now)[-STEPS:])

    def undone(self) -> EditHistory:
        """Undo one step, if there is one."""
        if not self.before:
            return self
        return EditHistory(self.before[-1], self.before[:-1], (self.now, *self.after))

    def redone(self) -> EditHistory:
        """Redo the last undone step, if there is one."""
        if not self.after:
            return self
        return EditHistory(self.after[0], (*self.before, self.now)[-STEPS:], self.after[1:])
