"""Values of names while a program is read: references, calls, arrays, tensors, models. Nothing here is the thing itself.

Plain constants (numbers, texts, tuples, lists, dictionaries) are Python's own values; everything else is one of these.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace


class Unknown:
    """A value that can't be known from the source."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "?"


UNKNOWN = Unknown()


class Batch:
    """The number of images in a batch: `x.size(0)`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "batch"


BATCH = Batch()


@dataclass(frozen=True)
class Ref:
    """A name of a library by its full path, aliases resolved: "keras.layers.Add"."""

    path: str

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(eq=False)
class Made:
    """The result of calling a library's function or class: its path and arguments, and their lines."""

    path: str
    args: list
    kwargs: dict
    line: int
    lines: dict = field(default_factory=dict)  # argument (position or name) -> line where its value was written
    end: int = 0
    extra: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    def get(self, name: str, position: int | None = None, default: object = None) -> object:
        """Return an argument by name or position."""
        if name in self.kwargs:
            return self.kwargs[name]
        if position is not None and position < len(self.args):
            return self.args[position]
        return default

    def has(self, name: str, position: int | None = None) -> bool:
        return name in self.kwargs or (position is not None and position < len(self.args))

    def line_of(self, name: str, position: int | None = None) -> int:
        """Return the line where an argument's value was written; the call's where it is not given."""
        if name in self.kwargs:
            return self.lines.get(name, self.line)
        return self.lines.get(position, self.line) if position is not None and position < len(self.args) else self.line


@dataclass(frozen=True)
class Array:
    """Images, labels or other numbers: where they came from and what was done to them."""

    source: str = ""  # a data set's name, or what made it: "mnist", "numpy.load", …
    part: str = ""  # "train", "test", "validation" or ""
    role: str = ""  # "x", "y" or ""
    shape: tuple | None = None  # with the first axis; None for a size that is not known
    scale: str = ""  # "raw" (0 to 255), "unit", "centred", "standard" or "" for not known
    dtype: str = ""
    one_hot: int = 0  # line where labels became one-hot rows
    classes: int | None = None
    line: int = 0  # where it was last changed
    made: int = 0  # where it was first made
    steps: tuple = ()  # (what, line), oldest first
    values: tuple | None = None  # written out in the source
    extra: tuple = ()

    def then(self, what: str, line: int, **changes: object) -> Array:
        return replace(self, line=line, steps=(*self.steps, (what, line)), **changes)

    def did(self, *names: str) -> int:
        """Return the line of the first step of one of these names, or 0."""
        return next((line for what, line in self.steps if what in names), 0)


@dataclass(eq=False)
class Op:
    """One operation of a model: a kind of our own, its settings, and where it stands."""

    kind: str  # "Convolution", "Linear", "Function", "Flat", "View", "Add", "Concat", "Input", "Unknown", …
    settings: dict = field(default_factory=dict)
    line: int = 0
    made: Made | None = None
    where: int = 0  # line where it is applied, if that is another one
    name: str = ""
    owner: object = None  # the module it belongs to: used twice, it is one


@dataclass(eq=False)
class Tensor:
    """A tensor in a model: the operation that made it, the inputs of that operation, and its shape without the batch."""

    op: Op
    inputs: tuple[Tensor, ...] = ()
    shape: tuple | None = None
    batched: bool = True


@dataclass(eq=False)
class Net:
    """A model: Sequential (`items`), functional (`inputs`, `outputs`) or the instance of a class (`instance`)."""

    kind: str  # "sequential", "functional", "instance"
    framework: str
    line: int
    items: list = field(default_factory=list)
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    instance: object = None
    input_shape: tuple | None = None
    names: list = field(default_factory=list)
    compiled: object = None
    extra: dict = field(default_factory=dict)
    mode: str = "train"
    mode_line: int = 0


@dataclass(eq=False)
class ProgramFunction:
    """A function of the program, or a method of an object."""

    node: ast.AST
    scope: object
    name: str = ""
    bound: object = None
    owner: object = None  # the class it is written in
    decorators: tuple = ()
    calls: int = 0


@dataclass(eq=False)
class Class:
    """A class of the program."""

    name: str
    node: ast.ClassDef
    bases: list
    scope: object
    members: dict = field(default_factory=dict)
    lines: dict = field(default_factory=dict)
    made: int = 0

    def find(self, name: str, seen: int = 0) -> tuple[object, Class] | None:
        if name in self.members:
            return self.members[name], self
        for base in self.bases:
            if isinstance(base, Class) and seen < 20:
                member = base.find(name, seen + 1)
                if member:
                    return member
        return None

    def ancestors(self, seen: int = 0) -> list[str]:
        """Return the paths of the library's classes that it derives from."""
        names = []
        for base in self.bases:
            if isinstance(base, Ref):
                names.append(base.path)
            elif isinstance(base, Class) and seen < 20:
                names += base.ancestors(seen + 1)
        return names


@dataclass(eq=False)
class Instance:
    """An object of a class of the program."""

    cls: Class
    attributes: dict = field(default_factory=dict)
    lines: dict = field(default_factory=dict)
    line: int = 0
    net: Net | None = None
    order: list = field(default_factory=list)


@dataclass(frozen=True)
class ModelAnswer:
    """What a model gave for images while training or testing: the model and what was done with its output since."""

    net: Net
    line: int
    given: object = None
    steps: tuple = ()  # (what, line)

    def then(self, what: str, line: int) -> ModelAnswer:
        return replace(self, steps=(*self.steps, (what, line)))

    def did(self, *names: str) -> int:
        return next((line for what, line in self.steps if what in names), 0)


@dataclass(frozen=True)
class LossValue:
    """A loss value; still part of the graph unless `item` was taken."""

    made: object
    answer: object
    target: object
    line: int
    plain: bool = False


@dataclass(frozen=True)
class Loader:
    """Batches of a data set: a DataLoader, a tf.data pipeline, a generator of Keras."""

    made: object
    x: Array
    y: Array
    batch: object = None
    shuffle: object = None
    line: int = 0
    lines: tuple = ()
    steps: tuple = ()
    kind: str = "loader"
    batched: bool = True

    def then(self, what: str, line: int, **changes: object) -> Loader:
        return replace(self, line=line, steps=(*self.steps, (what, line)), **changes)

    def did(self, *names: str) -> int:
        return next((line for what, line in self.steps if what in names), 0)


@dataclass(frozen=True)
class Event:
    """Something that happened while the program was followed."""

    kind: str
    line: int
    data: dict
    loops: tuple = ()  # (id, kind, turn), outermost first
    no_grad: bool = False
    function: str = ""

    def __getitem__(self, name: str) -> object:
        return self.data.get(name)

    @property
    def loop_ids(self) -> tuple:
        return tuple(x[0] for x in self.loops)
