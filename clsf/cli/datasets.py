"""`python -m clsf datasets`: list the available data sets."""

from __future__ import annotations

import argparse
import json

from clsf.data import catalogue


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("datasets", help="list the data sets, and whether they are on this machine")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the data sets."""
    infos = [catalogue.info(name) for name in catalogue.NAMES] + catalogue.imported()
    if options.json:
        for info in infos:
            print(json.dumps(_row(info), ensure_ascii=False))
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table("data set", "train", "validation", "test", "image", "classes", "here", "what")
    table.columns[0].no_wrap = True  # the name must be typed, so it is not cut off
    for info in infos:
        row = _row(info)
        table.add_row(
            info.name, f"{info.train:,}", f"{info.validation:,}" if info.validation else "–", f"{info.test:,}", "×".join(map(str, info.shape)), str(len(info.classes)),
            "yes" if row["here"] else f"no, {info.download_bytes / 1e6:.0f} MB", row["title"],
        )  # fmt: skip
    Console().print(table)
    return 0


def _row(info: catalogue.DatasetInfo) -> dict:
    return {
        "name": info.name, "title": str(info.title), "train": info.train, "validation": info.validation, "test": info.test, "shape": list(info.shape),
        "classes": list(info.classes), "embedded": info.embedded, "here": info.embedded or catalogue.is_cached(info.name),
        "download_bytes": info.download_bytes, "licence": str(info.licence), "source": str(info.source),
    }  # fmt: skip
