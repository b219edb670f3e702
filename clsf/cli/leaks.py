"""`python -m clsf leaks`: copies between the parts of a data set, groups on both sides, labels that disagree, broken files."""

from __future__ import annotations

import argparse
import json

from clsf.cli import arguments
from clsf.data.file_names import file_names
from clsf.data.leaks import Checked, LeakFinding, look

SHOWN = 3  # pairs of a finding that are printed


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("leaks", help="look for copies, groups and labels that make a score too good")
    parser.add_argument("data", metavar="DATA", help="name of a data set, or a folder, archive or npz file of images")
    arguments.add_choices(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a finding and line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the findings. Returns 0 even if there are some."""
    name = arguments.data_name(options.data, options)
    checked = look(name)
    names = _Names(checked, file_names(name))
    for finding in checked.findings:
        if options.json:
            print(json.dumps(_row(finding, names), ensure_ascii=False))
        else:
            _print(finding, names)
    if not options.json:
        counts = ", ".join(f"{count:,} {part}" for part, count in checked.counts)
        print(f"{name}: looked at {counts}; {len(checked.findings) or 'nothing'} found")
        if not checked.names:
            print("the files' names are not known, so groups (patients, scenes) were not looked for")
    return 0


class _Names:
    """Return the name of an image: its file, or its part and number."""

    def __init__(self, checked: Checked, names: list[str] | None) -> None:
        self.names, self.first, total = names, {}, 0
        for part, count in checked.counts:
            self.first[part] = total
            total += count

    def of(self, place: tuple[str, int]) -> str:
        number = self.first[place[0]] + place[1]
        return self.names[number] if self.names and number < len(self.names) else f"{place[0]} {place[1]}"


def _row(finding: LeakFinding, names: _Names) -> dict:
    return {
        "kind": finding.kind, "count": finding.count, "said": str(finding.said), "means": str(finding.means), "do": str(finding.do),
        "pairs": [[names.of(a), names.of(b)] for a, b in finding.pairs], "images": [names.of(one) for one in finding.images],
    }  # fmt: skip


def _print(finding: LeakFinding, names: _Names) -> None:
    print(f"{finding.kind}: {finding.said}")
    for one, other in finding.pairs[:SHOWN]:
        print(f"    {names.of(one)}  =  {names.of(other)}")
    for one in finding.images[:SHOWN]:
        print(f"    {names.of(one)}")
    print(f"  means: {finding.means}")
    print(f"  do:    {finding.do}")
