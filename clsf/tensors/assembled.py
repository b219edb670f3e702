"""A class put together of methods that were chosen, and a program that uses it; what is shown is the text of what runs.

A choice is a small class with one method. They are joined by inheritance, so `super()` works, and shown as one class.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from clsf.tensors.outcome import Outcome, Raised, cut
from clsf.tensors.printing import printed
from clsf.tensors.program import IMPORTS, body_of


@dataclass(frozen=True, slots=True)
class Assembled:
    """A class to be made: its name and base, the choices that hold its methods, and the function that uses it."""

    name: str
    base: type
    base_text: str  # how the base is written, such as nn.Module; "" for none
    choices: tuple[type, ...]
    use: Callable  # takes the class

    def code(self) -> str:
        """Return the program as a student would write it."""
        head = f"class {self.name}({self.base_text}):" if self.base_text else f"class {self.name}:"
        methods = "\n\n".join(textwrap.indent(_methods(choice), "    ") for choice in self.choices)
        own = [inspect.getsource(self.base).rstrip(), ""] if self.base_text == self.base.__name__ else []
        text = "\n".join([*own, head, methods, "", *body_of(self.use)])
        imports = [line for name, line in IMPORTS.items() if re.search(rf"\b{name}\.", text)]
        return "\n".join([*imports, "", text])

    def run(self) -> Outcome:
        """Make the class, use it, and tell what was printed. An exception of the program is a result like any other."""
        code, raised = self.code(), None
        with printed() as output, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                self.use(type(self.name, (*self.choices, self.base), {}))
            except Exception as error:
                raised = Raised(type(error).__name__, cut(str(error).strip()), self._line(error, code))
        warned = tuple(dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in caught if w.category is UserWarning))
        return Outcome(code, None, output.getvalue(), warned, raised)

    def _line(self, error: Exception, code: str) -> int | None:
        """Return the line of the code, from 0, in which our own function was when the error came; None if it can't be told."""
        lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.name == self.use.__name__]
        shown = [line.strip() for line in code.splitlines()]
        return shown.index(lines[-1].strip()) if lines and lines[-1] and lines[-1].strip() in shown else None


def _methods(choice: type) -> str:
    """Return the text of a class's methods, without the line of the class and its docstring."""
    text = textwrap.dedent(inspect.getsource(choice))
    tree = ast.parse(text).body[0]
    first = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    return textwrap.dedent("\n".join(text.splitlines()[first.lineno - 1 :])).rstrip()
