"""`python -m clsf convert`: the contents of a model file, and where two of them differ, layer by layer."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from clsf.cli import arguments
from clsf.convert import certificate, lab, mending
from clsf.convert.causes import TITLES
from clsf.convert.reading import MOST_BYTES
from clsf.data import catalogue
from clsf.errors import ConvertError
from clsf.model.spec import ModelSpec
from clsf.reader.explain import no_model
from clsf.reader.program import Program
from clsf.reader.program import read as read_program
from clsf.reader.text import MAX_BYTES, ReadError
from clsf.training_service import open_service

PROGRAMS = (".py", ".ipynb")


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "convert",
        help="read trained models (.keras, .onnx, .safetensors, .pt) without running them, and compare two layer by layer",
    )
    parser.add_argument("file", metavar="FILE", help="a .keras, .onnx, .safetensors or .pt file (a state_dict)")
    parser.add_argument(
        "second", metavar="FILE2", nargs="?", help="what was made of it; without it, the two frameworks are compared"
    )
    arguments.add(parser, "data")
    parser.set_defaults(data="digits")
    next(action for action in parser._actions if action.dest == "data").required = False
    parser.add_argument(
        "--model", metavar="PRESET|FILE.json|FILE.py", help="the architecture of a state_dict; a program is read, never run"
    )
    parser.add_argument("--image-size", type=int, metavar="N", help="side of the images of --model, where it does not say it")
    parser.add_argument("--mended", metavar="FILE", help="write the second file as it should be")
    parser.add_argument(
        "--to",
        metavar="FILE",
        help="write the first file's model as .keras, .onnx, .safetensors or .pt, with its certificate beside it",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Compare the files and print the result. Returns 0 even if they differ; bad input gives one sentence and exit code 2."""
    given = [_read(name) for name in (options.file, options.second) if name is not None]
    data = arguments.data_name(options.data, options)
    design = _design(options, data)
    with open_service() as service:
        result = lab.examined(service, given, data, design)
        _json_lines(result) if options.json else _summary(result)
        if options.mended is not None:
            if not result.comparison.differs or len(given) < 2:
                raise ConvertError("There is nothing to fix: no layer differs.")
            _write(options.mended, mending.mended(service, result, given[1].content))
        if options.to is not None:
            kind = Path(options.to).suffix.lstrip(".")
            content = mending.written(service, result.first, kind)
            _write(options.to, content)
            told = certificate.of_file(service, content, Path(options.to).name, result.first, data)
            _write(f"{options.to}.parity.json", certificate.as_json(told).encode())
            _write(f"{options.to}.parity.html", certificate.as_page(told, str).encode())
            if not options.json:
                print(certificate.sentence(told))
    return 0


def _read(name: str) -> lab.Given:
    try:
        with Path(name).open("rb") as file:
            return lab.Given(Path(name).name, file.read(MOST_BYTES + 1))
    except OSError as error:
        raise ConvertError(
            "The file '{path}' can't be read: {reason}.", path=name[:200], reason=error.strerror or str(error)
        ) from None


def _write(name: str, content: bytes) -> None:
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise ConvertError(
            "The file '{path}' can't be written: {reason}.", path=name[:200], reason=error.strerror or str(error)
        ) from None
    print(f"clsf: wrote {name}", file=sys.stderr)


def _design(options: argparse.Namespace, data: str) -> tuple[ModelSpec, tuple[int, int, int]] | None:
    if options.model is None:
        return None
    info = catalogue.info(data)
    side, channels = options.image_size, info.shape[2]
    shape = (side, side, channels) if side else info.shape
    if Path(options.model).suffix in PROGRAMS:
        program = _program(options.model)
        return program.spec, tuple(program.input_shape or shape)
    return arguments.model_spec(options.model, len(info.classes)), shape


def _program(name: str) -> Program:
    path = Path(name)
    try:
        with path.open("rb") as file:
            program = read_program(file.read(MAX_BYTES + 1), path.name)
    except OSError as error:
        raise ConvertError(
            "The file '{path}' can't be read: {reason}.", path=name[:200], reason=error.strerror or str(error)
        ) from None
    if program.spec is None:
        raise ReadError(no_model(program))
    return program


def _json_lines(result: lab.ConversionResult) -> None:
    def write(line: dict) -> None:
        print(json.dumps(line, ensure_ascii=False), flush=True)

    for which, loaded in (("first", result.first), ("second", result.second)):
        write(
            {
                "event": "convert_file",
                "which": which,
                "name": loaded.name,
                "kind": loaded.kind,
                "framework": loaded.framework,
                "shape": list(loaded.shape),
                "model": loaded.model,
            }
        )
    comparison = result.comparison
    for row in comparison.rows:
        write(
            {
                "event": "convert_layer",
                "first": row.first,
                "second": row.second,
                "path": row.path,
                "kind": row.kind,
                "shape": list(row.shape),
                "difference": row.difference,
                "same": row.same,
            }
        )
    for number, finding in enumerate(comparison.findings, start=1):
        write(
            {
                "event": "convert_finding",
                "number": number,
                "layer": finding.layer,
                "second": finding.row.second,
                "path": finding.row.path,
                "kind": finding.row.kind,
                "cause": finding.cause.name,
                "sentence": str(finding.cause.sentence),
            }
        )
    for note in comparison.notes:
        write({"event": "convert_note", "sentence": str(note)})
    write({"event": "convert_verdict", "differs": comparison.differs, "layer": comparison.findings[0].layer if comparison.differs else None,
         "cause": comparison.findings[0].cause.name if comparison.differs else None, "logits": comparison.logits, "images": comparison.images})  # fmt: skip


def _summary(result: lab.ConversionResult) -> None:
    comparison = result.comparison
    print(f"{'first file':<34}{'second file':<34}{'kind':<16}{'difference':>12}")
    for row in comparison.rows:
        apart = "–" if row.difference is None else f"{row.difference:.1e}"
        print(
            f"{row.first[:32] or '–':<34}{row.second[:32] or '–':<34}{row.kind[:15]:<16}{apart:>12}  {'' if row.same else '<- differs'}".rstrip()
        )
    for note in comparison.notes:
        print(f"Note: {note}")
    print(lab.verdict(comparison))
    for finding in comparison.findings:
        print(f"{finding.layer}: {TITLES[finding.cause.name]}. {finding.cause.sentence}")
