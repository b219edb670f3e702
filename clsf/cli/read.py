"""`python -m clsf read`: read a Keras or PyTorch program without running it: its model, its plan, its faults."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from clsf.errors import DataError


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "read", help="read a Keras or PyTorch program (.py, .ipynb) without running it, and say what is wrong with it"
    )
    parser.add_argument("file", metavar="FILE.py|FILE.ipynb", help="the program; it is read, never run")
    parser.add_argument(
        "--to", metavar="FRAMEWORK", choices=("keras", "torch"), help="print the same program, cleaned, in keras or torch"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read the file and print the findings; bad input gives one sentence and exit code 2."""
    from clsf.reader.answer import to_json
    from clsf.reader.explain import no_model
    from clsf.reader.program import read
    from clsf.reader.text import MAX_BYTES, ReadError
    from clsf.reader.translate import translated

    path = Path(options.file)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError(
            "The file '{path}' can't be read: {reason}.", path=options.file[:200], reason=error.strerror or str(error)
        ) from None
    program = read(content, path.name)
    if program.spec is None:
        raise ReadError(no_model(program))
    if options.to is not None:
        text = translated(program, options.to)
        if options.json:
            print(json.dumps(to_json(program) | {"code": text}, ensure_ascii=False))
        else:
            print(text, end="")
        return 0
    if options.json:
        print(json.dumps(to_json(program), ensure_ascii=False))
        return 0
    _print(to_json(program))
    return 0


def _print(told: dict) -> None:
    shape = "×".join(map(str, told["input_shape"])) if told["input_shape"] else "?"
    count = f"{told['parameters']:,}" if told["parameters"] is not None else "?"
    print(f"{told['framework']}: {len(told['model']['layers'])} layers, input {shape}, {count} parameters")
    plan = told["plan"]
    print(
        f"plan: {plan['data']}, {plan['optimizer']} {plan['learning_rate']:g}, {plan['epochs']} epochs, batches of {plan['batch_size']}, loss {plan['loss']}"
    )
    for fault in told["faults"]:
        print(f"line {fault['line']}: {fault['kind']} ({fault['certainty']}). {fault['sentence']}")
        if fault["mend"]:
            print(f"    mend: {fault['mend']}")
    if not told["faults"]:
        print("no faults found")
    for text in told["assumed"]:
        print(f"assumed: {text}")
    for item in told["not_understood"]:
        print(f"not understood, line {item['line']}: {item['what']}")
