"""Marks as a file that learning platforms import.

Canvas: the first columns are Student, ID, SIS User ID, SIS Login ID and Section; each other column is an assignment, and a row
"Points Possible" may follow the header. A student is found by ID, SIS ID, login, or name.
Source: gradebook_importer.rb of instructure/canvas-lms.
Moodle: any columns; who imports says which of them holds the user and which the grade; a user that is not known stops the
import, so there is no row but those of students. Source: docs.moodle.org, Grade import.

One file serves both. Canvas alone takes the row of possible points, so it is written only if it is asked for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from clsf import checks
from clsf.teaching.grading import Graded

HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = "    Points Possible"


def marks(graded: Iterable[Graded], title: str, accept: bool = False, points_row: bool = False) -> str:
    """Return the file: a row for each student that has a mark, in percent; refused files have none and are left out."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*HEAD, checks.cell(title)])
    if points_row:
        writer.writerow([POINTS, "", "", "", "", "100"])
    for each in graded:
        mark = each.mark(accept)
        if mark is not None:
            number = checks.cell(each.handin.number)
            writer.writerow([checks.cell(each.handin.name or each.handin.number or each.file), "", "", number, "", f"{mark:g}"])
    return file.getvalue()
