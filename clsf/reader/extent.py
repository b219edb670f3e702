"""The training length and data of a program: epochs, batch size, share of held-back images."""

from __future__ import annotations

from clsf.reader import folding
from clsf.reader.program import Program
from clsf.reader.values import Made


def epochs(program: Program) -> object:
    """Return the number of epochs written in the program, whatever its value; None if there is none."""
    if program.fit is not None:
        return program.fit.get("epochs", 3, program.fit.kwargs.get("nb_epoch", 1))
    for event in program.events:
        if event.kind in ("backward", "apply", "optimizer-step", "train-batch") and event.loops:
            outer = event.loops[0][0][0]
            count = program.machine.loop_sizes.get(outer)
            if count is not None:
                return count
    for event in program.events:
        if event.kind == "loss" and event.loops:
            return program.machine.loop_sizes.get(event.loops[0][0][0])
    return None


def batch_size(program: Program) -> object:
    """Return the batch size of training, or None."""
    if program.fit is not None and program.loader is None:
        return program.fit.get("batch_size", 2, 32)
    if program.loader is not None:
        return program.loader.batch
    if program.x is not None:
        return next(
            (
                n
                for name, n in program.machine.module.names.items()
                if name.lower() in ("batch_size", "batchsize", "bs", "batch") and isinstance(n, int)
            ),
            None,
        )
    return None


def batch_line(program: Program) -> int:
    """Return the line where the batch size is written."""
    if program.fit is not None and program.loader is None:
        return program.fit.line_of("batch_size", 2)
    if program.loader is not None:
        return program.loader.lines[1] if program.loader.lines else program.loader.line
    return 1


def validation_share(program: Program) -> float | None:
    """Return the share of the training images that are held back, or None."""
    if program.fit is not None:
        share = program.fit.kwargs.get("validation_split")
        if folding.number(share) and 0 < share <= 0.9:
            return float(share)
    base = program.loader.made if program.loader is not None else None
    if isinstance(base, Made) and folding.number(base.get("validation_split")) and 0 < base.get("validation_split") <= 0.9:
        return float(base.get("validation_split"))
    for event in program.events:
        if event.kind == "split":
            size = event["kwargs"].get("test_size", 0.25)
            if folding.number(size) and 0 < size <= 0.9:
                return float(size)
    for event in program.events:
        if event.kind == "share" and folding.number(event["value"]):
            return round(event["value"] if event["value"] < 0.5 else 1 - event["value"], 6)
    return None
