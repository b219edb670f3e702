"""A scene: a model, a plan and a framework, printed as a program, in which a fault can be planted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from clsf import code
from clsf.model.layers import made
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

KERAS, TORCH = "tensorflow", "torch"


@dataclass(frozen=True)
class Edit:
    """A change of the printed text: `count` matches of a regular expression, 0 for all, become another text."""

    pattern: str
    new: str
    count: int = 0


@dataclass(frozen=True)
class Scene:
    """A program to plant a fault in. A plant changes the spec, the plan or the printed text, and returns a new scene.

    As long as there are no `edits`, the engine can train the spec and the plan too; the text is what a child process runs.
    """

    framework: str
    spec: ModelSpec
    plan: Plan
    shape: Shape  # of the images, (height, width, channels)
    edits: tuple[Edit, ...] = ()  # of the text, one after the other

    @property
    def keras(self) -> bool:
        return self.framework == KERAS

    def planned(self, **changes: object) -> Scene:
        """Return the scene with some fields of the plan changed."""
        return replace(self, plan=self.plan.but(**changes))

    def layered(self, change: Callable[[list], list]) -> Scene:
        """Return the scene with the list of layers changed."""
        return replace(self, spec=ModelSpec(self.spec.name, tuple(change(list(self.spec.layers)))))

    def edited(self, *pairs: tuple[str, str]) -> Scene | None:
        """Return the scene with texts replaced, or None if one of them isn't there."""
        scene = self
        for old, new in pairs:
            changed = replace(scene, edits=(*scene.edits, Edit(re.escape(old), new.replace("\\", "\\\\"), 1)))
            if changed.text == scene.text:
                return None
            scene = changed
        return scene

    def with_pattern(self, pattern: str, new: str, count: int = 0) -> Scene | None:
        """Return the scene with each match of a regular expression replaced, or None if there is none."""
        changed = replace(self, edits=(*self.edits, Edit(pattern, new, count)))
        return None if changed.text == self.text else changed

    def with_text(self, text: str) -> Scene:
        """Return the scene whose program is another text."""
        return replace(self, edits=(Edit(r"\A(?:.|\n)*\Z", text.replace("\\", "\\\\"), 1),))

    @cached_property
    def text(self) -> str:
        """The program, printed when it is first asked for."""
        text = code.script(self.spec, self.plan, self.framework)
        for edit in self.edits:
            text = re.sub(edit.pattern, edit.new, text, count=edit.count, flags=re.MULTILINE)
        return text


def ending(scene: Scene, activation: str) -> Scene | None:
    """Return the scene whose last layer has an activation."""
    last = scene.spec.layers[-1]
    if last.role != "Linear":
        return None
    return scene.layered(lambda layers: [*layers[:-1], replace(layers[-1], activation="linear"), made("Function", activation)])


def planted_lines(healthy: str, faulty: str) -> tuple[int, ...]:
    """Return the lines of the faulty program, 1-based, that differ from the healthy one; for deleted lines, the one before."""
    lines: set[int] = set()
    match = difflib.SequenceMatcher(None, healthy.splitlines(), faulty.splitlines(), autojunk=False)
    for tag, _, _, first, last in match.get_opcodes():
        if tag == "delete":
            lines.add(max(first, 1))
        elif tag != "equal":
            lines |= set(range(first + 1, last + 1))
    return tuple(sorted(lines))
