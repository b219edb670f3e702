"""`python -m clsf code`: a model, a whole script or a notebook as source that runs without this package."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from clsf.cli import arguments
from clsf.code import STYLES, model_code, notebook, script
from clsf.data import catalogue
from clsf.data.resize import prepared_shape
from clsf.errors import DataError, SpecError
from clsf.model.presets import NAMES
from clsf.model.shapes import Shape
from clsf.plan import Plan

MAX_SIDE = 4096  # pixels
MAX_CLASSES = 65_536


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "code", help="print a model as Keras or PyTorch source, a training script, or write a notebook"
    )
    parser.add_argument("--model", metavar="PRESET|FILE.json", help=f"one of {', '.join(NAMES)}, or a model saved as JSON")
    parser.add_argument("--style", metavar="NAME", help=f"print the model in this style: {', '.join(STYLES)}")
    parser.add_argument("--script", metavar="FRAMEWORK", help="print a whole training script: tensorflow or torch")
    parser.add_argument(
        "--exact",
        action="store_true",
        help="with --script: draw split, batches, weights and masks as a run of the same plan does",
    )
    parser.add_argument("--notebook", metavar="FILE", help="write a notebook with both frameworks and a check that they agree")
    parser.add_argument("--npz", metavar="FILE", help="write the data set as a file, for scripts that read imported images")
    parser.add_argument("--input", metavar="HxWxC", help="the images' shape, such as 28x28x1; default: the data set's")
    parser.add_argument("--classes", type=int, metavar="N", help="default: the data set's, or 10")
    parser.add_argument("--data", metavar="NAME|FOLDER|ZIP", help="what the script trains on; default digits")
    arguments.add(
        parser, "variant", "epochs", "batch-size", "optimizer", "learning-rate", "train-limit", "image-size", "scale", "seed",
        "rules", "start", "dtype", "device", "l2",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print or write the requested code."""
    wanted = [name for name in ("style", "script", "notebook", "npz") if getattr(options, name) is not None]
    if not wanted:
        raise SpecError("Say what to write: --style NAME, --script FRAMEWORK, --notebook FILE or --npz FILE.")
    if len(wanted) > 1 and {"style", "script"} <= set(wanted):
        raise SpecError("--style and --script both print; ask for one of them.")
    data = (
        None if options.data is None and options.style is not None else arguments.data_name(options.data or "digits", options)
    )
    plan = arguments.plan(options, data or "digits")
    if wanted != ["npz"]:
        _source(options, data, plan)
    if options.npz is not None:
        from clsf.code.export import dataset_npz
        from clsf.data.sources import open_dataset

        _write(options.npz, dataset_npz(open_dataset(plan.data)))
    return 0


def _source(options: argparse.Namespace, data: str | None, plan: Plan) -> None:
    if options.model is None:
        raise SpecError("Say which model, --model PRESET or --model FILE.json; presets: {names}.", names=", ".join(NAMES))
    shape, classes = _shape(options, data, plan), _classes(options, data)
    spec = arguments.model_spec(options.model, classes)
    if options.style is not None:
        print(model_code(spec, shape, classes, options.style, plan).text, end="")
    if options.script is not None or options.notebook is not None:
        _same_shape(options, shape, prepared_shape(catalogue.info(plan.data), plan.preparation), plan)
        if options.script is not None:
            print(script(spec, plan, options.script, exact=options.exact), end="")
        if options.notebook is not None:
            _write(options.notebook, notebook(spec, plan))


def _shape(options: argparse.Namespace, data: str | None, plan: Plan) -> Shape:
    if options.input is not None:
        match = re.fullmatch(r"(\d{1,4})[x×](\d{1,4})[x×](\d{1,4})", options.input.strip())
        shape = tuple(map(int, match.groups())) if match else (0, 0, 0)
        if not all(1 <= side <= MAX_SIDE for side in shape):
            raise SpecError(
                "--input is '{value}', but must be height, width and channels of an image, such as 28x28x1, each from 1 to {most}.",
                value=options.input[:60], most=MAX_SIDE,
            )  # fmt: skip
        return shape
    if data is None:
        raise SpecError("Say the images' shape, --input 28x28x1, or the data set, --data mnist.")
    return prepared_shape(catalogue.info(data), plan.preparation)


def _classes(options: argparse.Namespace, data: str | None) -> int:
    if options.classes is None:
        return 10 if data is None else len(catalogue.info(data).classes)
    if not 1 <= options.classes <= MAX_CLASSES:
        raise SpecError("--classes is {value}, but must be from 1 to {most}.", value=options.classes, most=MAX_CLASSES)
    return options.classes


def _same_shape(options: argparse.Namespace, shape: Shape, data_shape: Shape, plan: Plan) -> None:
    """Refuse --input and --classes that differ from the images for which a script is written."""
    classes = len(catalogue.info(plan.data).classes)
    if shape != data_shape or (options.classes is not None and options.classes != classes):
        raise DataError(
            "The script trains on '{data}', whose images are {shape} with {classes} classes here; leave --input and --classes out, "
            "or choose other images with --data and --image-size.",
            data=plan.data, shape="x".join(map(str, data_shape)), classes=classes,
        )  # fmt: skip


def _write(name: str, content: bytes) -> None:
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise DataError("The file '{path}' can't be written: {reason}.", path=name, reason=str(error)) from None
    print(f"clsf: wrote {name}, {len(content):,} bytes", file=sys.stderr)
