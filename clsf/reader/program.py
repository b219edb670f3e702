"""A program that was read: framework, model, data, loss, optimizer, loop, and what was not understood. `read` makes it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from clsf.errors import ClsfError
from clsf.model.shapes import Shape
from clsf.model.spec import MAX_NAME, ModelSpec
from clsf.reader import graph
from clsf.reader import values as v
from clsf.reader.machine import Machine
from clsf.reader.shapes import Misfit
from clsf.reader.text import ReadError, Source, load
from clsf.reader.values import UNKNOWN, Array, Event, Loader, Made, Net, Op, Tensor
from clsf.words import Sentence, say

SIDES = (
    28,
    32,
    224,
    64,
    96,
    128,
    256,
    48,
    227,
    150,
    100,
    50,
    299,
    160,
    200,
    180,
    84,
    36,
    29,
    112,
    192,
    30,
    24,
    20,
    16,
    8,
    40,
    60,
    80,
    120,
    512,
    12,
    14,
    18,
    22,
    26,
    42,
    52,
    56,
    72,
    90,
    140,
    144,
    220,
    250,
    384,
)


@dataclass
class ProgramLoss:
    """The loss of a program: a name of our own, and where it is written."""

    kind: str  # "sparse", "categorical", "binary", "mse", "mae", "nll", "cross-entropy", "hinge", "other"
    line: int  # where it is chosen
    use: int  # where it is applied: compile, or the call in the loop
    logits: bool = False  # takes raw scores
    made: Made | None = None
    text: str = ""
    logits_line: int = 0


@dataclass
class Program:
    """Everything known about one program. `faults` checks it; nothing in it runs."""

    source: Source
    machine: Machine
    framework: str = ""  # "keras" or "torch"
    net: Net | None = None
    output: Tensor | None = None
    input_shape: Shape | None = None  # (height, width, channels) or (features,)
    native_shape: tuple | None = None
    shape_guessed: bool = True
    reading: graph.GraphReading | None = None
    spec: ModelSpec | None = None
    misfits: list[Misfit] = field(default_factory=list)
    loss: ProgramLoss | None = None
    losses: list[ProgramLoss] = field(default_factory=list)
    optimizer: Made | None = None
    optimizer_line: int = 0
    compile: Made | None = None
    fit: Made | None = None
    fit_event: Event | None = None
    x: Array | None = None
    y: Array | None = None
    val_x: Array | None = None
    val_y: Array | None = None
    loader: Loader | None = None
    val_loader: Loader | None = None
    assumed: list[tuple[int, Sentence]] = field(default_factory=list)
    not_understood: list[tuple[int, Sentence]] = field(default_factory=list)
    undefined: dict[str, int] = field(default_factory=dict)  # name -> line, as the program runs; not what was asked of it later

    @property
    def events(self) -> list[Event]:
        return self.machine.events

    @property
    def keras(self) -> bool:
        return self.framework == "keras"

    @property
    def torch(self) -> bool:
        return self.framework == "torch"

    @property
    def ops(self) -> list[Op]:
        """Every operation of the model, from the input on, each once."""
        if self.output is None:
            return []
        return [t.op for t in graph.ordered(self.output)]

    @property
    def tensors(self) -> list[Tensor]:
        return graph.ordered(self.output) if self.output is not None else []

    def line(self, number: int) -> str:
        lines = self.source.lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    @property
    def classes(self) -> int | None:
        """How many classes the labels have, if that can be told."""
        for y in (self.y, self.val_y):
            if y is not None and isinstance(y.classes, int):
                return y.classes
        return None


def read(content: bytes | str, name: str = "") -> Program:
    """Return all information that can be read from a program's source. Raises ReadError, with a message, if it is not a program."""
    source = load(content, name)
    return program_of(source)


def program_of(source: Source) -> Program:
    machine = Machine(source.tree)
    machine.run()
    program = Program(source, machine)
    program.framework = _framework(machine)
    _choose(program)
    if program.net is not None:
        _data(program)
        _forward(program)
        _training(program)
        _model(program)
    _unclear(program)
    program.undefined = dict(machine.undefined)
    return program


def _framework(machine: Machine) -> str:
    torch = sum(n.framework == "torch" for n in machine.nets)
    keras = sum(n.framework == "keras" for n in machine.nets)
    if torch != keras:
        return "torch" if torch > keras else "keras"
    names = " ".join(machine.imports)
    return (
        "torch"
        if "torch" in names and "keras" not in names
        else "keras"
        if "keras" in names or "tensorflow" in names
        else "torch"
        if "torch" in names
        else ""
    )


def _choose(program: Program) -> None:
    """Choose the model that is trained; otherwise the last one that is not a part of another."""
    machine = program.machine
    _sequentials(machine)
    trained = [e["net"] for e in machine.events if e.kind in ("fit", "train-batch") and isinstance(e["net"], Net)]
    trained += [e["answer"].net for e in machine.events if e.kind == "loss" and isinstance(e["answer"], v.ModelAnswer)]
    for event in machine.events:
        if event.kind == "optimizer":
            of = event["of"]
            if isinstance(of, Made) and of.path == "parameters" and of.args:
                net = of.args[0]
                trained.append(machine.net_of(net) if isinstance(net, Made) and machine.children(net) else net)
    trained += [e["net"] for e in machine.events if e.kind in ("compile", "forward")]
    trained = [n for n in trained if isinstance(n, Net)]
    candidates = (
        trained
        or [n for n in reversed(machine.nets) if not n.extra.get("inside") and (n.items or n.outputs or n.instance)]
        or machine.nets[-1:]
    )
    best = next((n for n in candidates if _classifies(n)), candidates[0] if candidates else None)
    program.net = best
    if best is not None:
        program.framework = best.framework


def _classifies(net: Net) -> bool:
    return bool(net.items or net.outputs or net.instance is not None)


def _sequentials(machine: Machine) -> None:
    """Find the nn.Sequential objects that names stand for: on its own, one is a model too."""
    named = [
        value
        for value in list(machine.module.names.values())
        if isinstance(value, Made) and value.path == "torch.nn.Sequential" and machine.children(value)
    ]
    held = {id(child) for value in named for child in machine.children(value)}  # modules of one's own inside one are no models
    if any(not (n.extra.get("inside") or id(n.instance) in held or id(n) in held) for n in machine.nets):
        return
    for value in named:
        machine.net_of(value)


def _data(program: Program) -> None:
    events = program.events
    fits = [e for e in events if e.kind == "fit" and e["net"] is program.net] or [e for e in events if e.kind == "fit"]
    if fits:
        event = fits[-1]
        program.fit_event, program.fit = event, event["made"]
        program.compile = event["compiled"] or program.net.compiled
        _fit_data(program, event["made"])
    else:
        program.compile = program.net.compiled
    training = [e for e in events if e.kind == "loss" and not e.no_grad and isinstance(e["answer"], v.ModelAnswer)]
    for event in training:
        answer = event["answer"]
        if isinstance(answer.given, Array) and program.x is None:
            program.x = answer.given
        if isinstance(event["target"], Array) and program.y is None:
            program.y = event["target"]
        loader = next((loop[3] for loop in reversed(event.loops) if loop[3] is not None), None)
        program.loader = program.loader or loader
    if program.loader is None and program.x is None:
        loaders = [loop[3] for e in events for loop in e.loops if loop[3] is not None]
        program.loader = next(iter(loaders), None)
    for event in events:
        if event.kind == "forward" and event.no_grad and program.val_loader is None:
            program.val_loader = next((loop[3] for loop in reversed(event.loops) if loop[3] is not None), None)
    if program.loader is not None:
        x, y = program.machine.batch_of(program.loader)
        program.x = program.x or x
        program.y = program.y or y


def _fit_data(program: Program, made: Made) -> None:
    first = made.get("x", 0, made.kwargs.get("generator"))
    if isinstance(first, list | tuple) and first:
        first = first[0]
    if isinstance(first, Loader):
        program.loader = first
        program.x, program.y = first.x, first.y
        if first.kind == "tf" and first.x.shape is not None:
            program.x = replace(first.x, shape=(None, *first.x.shape))
    else:
        program.x = first if isinstance(first, Array) else None
        second = made.get("y", 1)
        program.y = second if isinstance(second, Array) else None
    given = made.kwargs.get("validation_data")
    if isinstance(given, Loader):
        program.val_loader = given
        program.val_x, program.val_y = given.x, given.y
    elif isinstance(given, list | tuple) and len(given) >= 2:
        program.val_x, program.val_y = (a if isinstance(a, Array) else None for a in given[:2])


def _native_shapes(program: Program) -> list[tuple[tuple | None, bool]]:
    """Return shapes that the model's input may have, most certain first: (shape without the batch, whether it is a guess)."""
    shapes: list[tuple[tuple | None, bool]] = []
    net = program.net
    if net.input_shape is not None:
        shapes.append((net.input_shape, False))
    if (
        program.x is not None
        and program.x.shape is not None
        and len(program.x.shape) > 1
        and all(d is not None for d in program.x.shape[1:])
    ):
        shapes.append((tuple(program.x.shape[1:]), False))
    for event in program.events:
        given = event["given"] if event.kind in ("forward", "predict") else None
        if (
            isinstance(given, Array)
            and given.shape is not None
            and len(given.shape) > 1
            and all(isinstance(d, int) for d in given.shape[1:])
            and event["net"] is net
        ):
            shapes.append((tuple(given.shape[1:]), False))
    return shapes


def _forward(program: Program) -> None:
    """Let a tensor flow through the model, at the shape that is known or at the first that fits."""
    net, machine = program.net, program.machine
    shapes = _native_shapes(program)
    if net.kind == "functional" and net.outputs:
        program.output = net.outputs[0]
        program.native_shape, program.shape_guessed = net.input_shape, False
        program.misfits = list(machine.misfits)
        return
    known = [s for s, _ in shapes if s is not None and None not in s]
    if known:
        program.output, program.misfits = _through(program, known[0])
        program.native_shape, program.shape_guessed = known[0], False
        return
    best: tuple | None = None
    for shape in _guesses(program):
        output, misfits = _through(program, shape)
        if output is None:
            continue
        score = (len(misfits), sum(t.shape is None or None in t.shape for t in graph.ordered(output)))
        if best is None or score < best[0]:
            best = (score, shape, output, misfits)
        if score[0] == 0:
            break
    if best is not None:
        program.native_shape, program.output = best[1], best[2]
        if best[0][0] == 0 or len(best[1]) == 1:
            program.misfits = best[3] if best[0][0] == 0 else []
    else:
        program.output, _ = _through(program, None)


def _guesses(program: Program) -> list[tuple]:
    """Return shapes to try where the data is not known, from what the first layer with weights takes."""
    net = program.net
    x = program.x
    output, _ = _through(program, None)
    ops = [t.op for t in graph.ordered(output)] if output is not None else []
    weighted = next((o for o in ops if o.kind in ("Convolution", "Depthwise", "Linear", "Separable")), None)
    if weighted is None:
        return [(28, 28, 1)] if not program.torch else [(1, 28, 28)]
    given = weighted.settings.get("in")
    before = ops[: ops.index(weighted)]
    image = any(o.kind in ("MaxPool", "AveragePool", "GlobalAverage", "AdaptiveAveragePool2D", "GlobalMax") for o in before)
    normed = next((o.settings.get("in") for o in before if o.kind == "Batchwise" and o.settings.get("rank") == 3), None)
    if weighted.kind == "Linear" and (image or normed is not None):
        given = normed if isinstance(normed, int) else given
        whole = any(o.kind.startswith(("Global", "Adaptive")) for o in before)
        if not whole and any(o.kind in ("Flat", "View") for o in before) and not isinstance(normed, int):
            return [(c, side, side) if program.torch else (side, side, c) for c in (1, 3) for side in SIDES]
    elif weighted.kind == "Linear":
        flattened = any(o.kind in ("Flat", "View") for o in ops[: ops.index(weighted)])
        if isinstance(given, int):
            sides = [
                s
                for s in ((1, 28, 28), (3, 32, 32), (1, 8, 8), (1, 32, 32), (3, 64, 64), (3, 28, 28))
                if flattened and s[0] * s[1] * s[2] == given
            ]
            return [*sides, (given,)]
        return [(28, 28, 1), (784,)] if flattened else [(784,)]
    channels = (
        given
        if isinstance(given, int)
        else (x.shape[-1] if x is not None and x.shape and isinstance(x.shape[-1], int) and len(x.shape) == 4 else 3)
    )
    sides = SIDES
    if (x is not None and x.source in ("folder", "imagenet")) or (net.extra.get("pretrained")):
        sides = (224, *SIDES)
    elif channels == 3:
        sides = (32, 224, *SIDES)
    return [(channels, s, s) if program.torch else (s, s, channels) for s in sides]


def _through(program: Program, shape: tuple | None) -> tuple[Tensor | None, list[Misfit]]:
    machine, net = program.machine, program.net
    machine.misfits = []
    machine.loops, machine.no_grad = (), 0
    seen = len(machine.events)
    start = Tensor(Op("Input", {"shape": shape}, net.extra.get("input_line", net.line)), (), shape)
    machine.steps = min(machine.steps, 20_000)
    try:
        if net.kind == "sequential":
            result = machine.fold(net.items, start, net.line)
        elif net.kind == "functional":
            result = machine.replay(net, [start])
        else:
            result = machine.apply_net(net, start, [start], net.line, None)
    except Exception:
        result = None
    del machine.events[seen:]
    if isinstance(result, tuple | list):
        result = next((r for r in result if isinstance(r, Tensor)), None)
    return (result if isinstance(result, Tensor) else None), list(machine.misfits)


def _model(program: Program) -> None:
    """Make our spec from the tensors' operations."""
    if program.output is None:
        return
    program.reading = graph.rows(program.output, program.torch, program.classes or 10)
    for tensors, what in ((program.net.inputs, say("inputs")), (program.net.outputs, say("outputs"))):
        if len(tensors) > 1:
            given = [t.op.name or (t.op.made.kwargs.get("name") if t.op.made else None) for t in tensors]
            names = ", ".join(str(name or tensor.shape) for name, tensor in zip(given, tensors, strict=True))
            program.reading.lose(
                program.net.line, say("several {what} ({names}); a model has one here", what=what, names=names)
            )
    native = program.native_shape
    if native is not None and None not in native:
        if len(native) == 3:
            program.input_shape = (native[1], native[2], native[0]) if program.torch else native
        elif len(native) == 2:
            program.input_shape = (*native, 1)
        elif len(native) == 1:
            program.input_shape = native
    name = _name(program)
    layers = graph.folded(program.reading.layers)
    if layers:
        try:
            program.spec = ModelSpec(name, layers)
        except ClsfError as error:
            program.not_understood.append((program.net.line, error.sentence))


def _name(program: Program) -> str:
    net = program.net
    name = net.instance.cls.name if net.instance is not None else "model"
    return "".join(c for c in name if c.isprintable())[:MAX_NAME] or "model"


def _training(program: Program) -> None:
    from clsf.reader.training import losses_of, optimizer_of

    program.optimizer, program.optimizer_line = optimizer_of(program)
    program.losses = losses_of(program)
    program.loss = program.losses[0] if program.losses else None


def _unclear(program: Program) -> None:
    reading = program.reading
    unclear = list(program.not_understood)
    if reading is not None:
        unclear += [(line, say("{what}", what=what)) for line, what in reading.lost]
        program.assumed += [(line, what) for line, what in reading.assumed]
    lines = {line for line, _ in unclear}
    unclear += [(line, say("{what}", what=what)) for line, what in sorted(program.machine.unclear.items()) if line not in lines]
    unclear += [(line, what) for line, what in program.source.notes]
    for name, line in program.machine.assumed_imports.items():
        program.assumed.append((line, say("The import of {name} is not there; it is taken for the usual one.", name=name)))
    if program.machine.turned and program.keras:
        program.assumed.append(
            (program.machine.turned, say("The program has the channels of its images first; they are read as last."))
        )
    if program.machine.full:
        unclear.append((0, say("The program is too long to be followed to its end.")))
    program.not_understood = sorted(unclear, key=lambda f: f[0])


__all__ = ["UNKNOWN", "Program", "ProgramLoss", "ReadError", "program_of", "read"]
