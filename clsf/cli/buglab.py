"""`python -m clsf buglab`: programs with a planted fault. list what can be played, play a case, check an answer."""

from __future__ import annotations

import argparse
import json
from datetime import date

from clsf import FRAMEWORKS, checks
from clsf.errors import SpecError
from clsf.faults.catalogue import FAULTS, KINDS
from clsf.faults.probes import PROBES
from clsf.words import say


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("buglab", help="find the fault that is planted in a program")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION", parser_class=type(parser))
    listed = actions.add_parser("list", help="how many faults can be played, by level and framework")
    listed.add_argument("--json", action="store_true", help="one JSON object")
    listed.set_defaults(run=show)
    played = actions.add_parser("play", help="run a case and show its symptoms")
    played.add_argument("code", metavar="CODE", nargs="?", help="such as T2-17; default: today's case")
    played.add_argument("--framework", metavar="NAME", default="torch", help="of today's case: tensorflow or torch")
    played.add_argument("--probe", metavar="NAME", action="append", default=[], help="ask the program; each costs points")
    played.add_argument("--no-run", action="store_true", help="show the program only")
    played.set_defaults(run=play)
    answered = actions.add_parser("check", help="say whether a diagnosis is right")
    answered.add_argument("code", metavar="CODE")
    answered.add_argument("kind", metavar="KIND", nargs="+", help="as `play` offers them; two at level 5")
    answered.add_argument(
        "--line", type=int, metavar="N", action="append", help="the line that is wrong; at level 5 once for each fault"
    )
    answered.add_argument(
        "--train",
        action="store_true",
        help="train the healthy and the fixed program too, and show the first tensor that differs",
    )
    answered.set_defaults(run=check)


def show(options: argparse.Namespace) -> int:
    """Print what can be played."""
    from clsf.faults.lab import LEVELS, playable

    counts = {framework: {level: len(playable(framework, level)) for level in LEVELS if level < 5} for framework in FRAMEWORKS}
    both = set(playable("torch")) & set(playable("tensorflow"))
    either = set(playable("torch")) | set(playable("tensorflow"))
    if options.json:
        print(json.dumps({"levels": counts, "one": len(either), "both": len(both)}))
        return 0
    for level, title in LEVELS.items():
        of = ", ".join(f"{framework} {counts[framework].get(level, '')}".strip() for framework in FRAMEWORKS)
        print(f"level {level}  {title}: {of if level < 5 else 'any two of levels 2 and 3'}")
    print(f"{len(either)} faults in at least one framework, {len(both)} in both. Play: python -m clsf buglab play T2-17")
    return 0


def play(options: argparse.Namespace) -> int:
    """Run a case and print its program, what it printed, and the diagnoses to choose from."""
    from clsf.faults.lab import answer_of, case_of, daily, probe_scene
    from clsf.faults.lab.game import OFFERED
    from clsf.faults.running import run

    checks.known(SpecError, say("framework"), options.framework, FRAMEWORKS)
    for name in options.probe:
        checks.known(SpecError, say("probe"), name, OFFERED)
    case = case_of(options.code) if options.code else daily(options.framework, date.today())
    for number, line in enumerate(case.shown.splitlines(), 1):
        print(f"{number:4}  {line}")
    print(f"\ncase {case.code}")
    if not options.no_run:
        (ran,) = run([case.faulty])
        if ran is None:
            raise SpecError("The program didn't end in time. Try again when the machine has less to do.")
        print(ran.printed[-4000:])
        print(ran.traceback)
        for name in options.probe:
            own = probe_scene(case, name)
            again = run([own])[0] if own is not None else None
            print(f"{PROBES[name].title}: {answer_of(name, ran, again).said}")
    print("probes: " + ", ".join(OFFERED))
    print("lines:")
    for line in case.line_choices:
        print(f"  {line}: {case.shown.splitlines()[line - 1].strip()}")
    print("diagnoses:")
    for kind in case.choices:
        print(f"  {kind}: {FAULTS[kind].title}")
    print(f"answer: python -m clsf buglab check {case.code} KIND --line N")
    return 0


def check(options: argparse.Namespace) -> int:
    """Say whether an answer is right: exit code 0 if it is, 1 if not."""
    from clsf.compare.programs import first_difference
    from clsf.faults.lab import case_of, checked, mended
    from clsf.faults.running import run

    case = case_of(options.code)
    for kind in options.kind:
        checks.known(SpecError, say("fault"), kind, KINDS)
    right, place = checked(case, set(options.kind), set(options.line or ()))
    if not right or place is False:
        print("not that" if not right else "that is the fault, but it isn't there")
        return 1
    print("right")
    for kind in case.kinds:
        print(f"{FAULTS[kind].title}: {FAULTS[kind].what}\n{FAULTS[kind].mend}")
    print("lines: " + ", ".join(map(str, case.lines)))
    if options.train:
        faulty, healthy, fixed = run([case.faulty, case.healthy, mended(case)])
        if faulty is None or healthy is None or fixed is None:
            raise SpecError("The program didn't end in time. Try again when the machine has less to do.")
        print(first_difference(faulty, healthy).said)
        for name, ran in (("faulty", faulty), ("fixed", fixed), ("healthy", healthy)):
            loss, accuracy = ran.history.losses[-1:], ran.history.validation_accuracy[-1:]
            print(f"{name:8} last loss {_number(loss)}, validation accuracy {_number(accuracy)}")
    return 0


def _number(values: tuple[float, ...]) -> str:
    return f"{values[0]:.4f}" if values else "-"
