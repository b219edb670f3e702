"""Arguments in, exit code out: 0 done, 1 a run failed, 2 bad input (one sentence on stderr), 130 interrupted."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from clsf.errors import ClsfError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the command line and return the exit code."""
    logging.basicConfig(level=logging.ERROR)
    for stream in (sys.stdout, sys.stderr):  # a terminal with a small character set gets \u2713 in place of a tick
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        return options.run(options)
    except ClsfError as error:
        print(f"clsf: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("clsf: interrupted", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    """An argparse parser that prints one sentence about bad input instead of the full usage."""

    def error(self, message: str) -> None:
        self.exit(2, f"clsf: {message[:1].upper()}{message[1:]}. See: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    from clsf.cli import (  # imported late: --help needs only the arguments of the commands
        bench,
        buglab,
        case,
        code,
        convert,
        datasets,
        diagnose,
        experiment,
        grade,
        leaks,
        lockstep,
        progress,
        read,
        runs,
        train,
    )

    parser = _Parser(prog="python -m clsf", description="Image classification in TensorFlow and PyTorch, honestly compared.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)
    for command in (
        datasets, train, experiment, lockstep, case, convert, code, read, bench, runs, diagnose, leaks, buglab, progress, grade,
    ):  # fmt: skip
        command.add_arguments(commands)
    return parser
