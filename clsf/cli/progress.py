"""`python -m clsf progress FILE…`: the progress of students, from the files that they saved; one line per student."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from clsf.errors import CourseError


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("progress", help="what students have reached in the lessons, from their files")
    parser.add_argument("files", metavar="FILE", nargs="+", help="files that students took along from the start page")
    parser.add_argument("--json", action="store_true", help="one JSON object a file")
    parser.set_defaults(run=show)


def show(options: argparse.Namespace) -> int:
    """Print each file's progress. A file that can't be read is reported, the others are still printed, and the exit code is 2."""
    from clsf.course import path
    from clsf.course.progress import PART, QUIZ, Progress, from_file

    lessons = path.path("en").lessons
    refused = []
    if not options.json:
        print(f"{'name':24} {'lessons':>9} {'steps':>11} {'right at once':>14} {'questions':>10}")
    for file in options.files:
        try:
            name, parts = from_file(Path(file).read_bytes())
        except OSError as error:
            refused.append(f"{file}: it can't be read: {error.strerror}.")
            continue
        except CourseError as error:
            refused.append(f"{file}: {error}")
            continue
        progress = Progress(parts.get(PART, {}))
        counts = [progress.count(lesson) for lesson in lessons]
        rights = [progress.right(lesson) for lesson in lessons]
        quiz = parts.get(QUIZ, {})
        told = {
            "file": file,
            "name": name,
            "lessons": {lesson.name: list(count) for lesson, count in zip(lessons, counts, strict=True)},
            "finished": sum(done == count for done, count in counts),
            "steps": [sum(done for done, _ in counts), sum(count for _, count in counts)],
            "right": [sum(right for right, _ in rights), sum(asked for _, asked in rights)],
            "questions": [sum(bool(each.get("right")) for each in quiz.values()), len(quiz)],
        }
        if options.json:
            print(json.dumps(told, ensure_ascii=False))
        else:
            who = name or Path(file).stem
            of = [f"{a}/{b}" for a, b in ((told["finished"], len(lessons)), told["steps"], told["right"], told["questions"])]
            print(f"{who[:24]:24} {of[0]:>9} {of[1]:>11} {of[2]:>14} {of[3]:>10}")
    if refused:
        raise CourseError("{problems}", problems="; ".join(refused))
    return 0
