"""Marks as a file that learning platforms import.

Canvas: the first columns are Student, ID, SIS User ID, SIS Login ID and Section; each other column is an assignment, and a row
"Points Possible" may follow the header. A student is found by ID (Canvas' own, so it stays empty), by SIS ID, by login, or by
name. A row whose name has "Points Possible" in it would be taken for the row of points, and a title with "Final Score" for a column that is no
assignment. Source: gradebook_importer.rb of instructure/canvas-lms.
Moodle: any columns; who imports says which of them holds the user and which the grade; a user that is not known stops the
import, so there is no row but those of students. Source: docs.moodle.org, Grade import; lib/csvlib.class.php of moodle/moodle.

One file serves both: commas, UTF-8 with the mark that spreadsheets know it by, which both take. Canvas alone takes the row of
possible points, so it is written only if it is asked for.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from clsf import checks
from clsf.teaching.grading import Graded

HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = "    Points Possible"
ENCODING = "utf-8-sig"
_TAKEN = re.compile(r"(Points|Current|Final|Override)\s+(Possible|Score|Points|Grade|Status)")
"""What Canvas looks for in a name or in a title."""


def marks(graded: Iterable[Graded], title: str, accept: bool = False, points_row: bool = False) -> str:
    """Return the file: a row for each student that has a mark, in percent; refused files have none and are left out."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*HEAD, _plain(title)])
    if points_row:
        writer.writerow([POINTS, "", "", "", "", "100"])
    for each in graded:
        mark = each.mark(accept)
        if mark is not None:
            number = checks.cell(each.handin.number)
            writer.writerow([_plain(each.handin.name or each.handin.number or each.file), "", number, number, "", f"{mark:g}"])
    return file.getvalue()


def without_number(graded: Iterable[Graded]) -> int:
    """Return how many students with a mark gave no number, login or address: Moodle finds none of them."""
    return sum(each.mark() is not None and not each.handin.number for each in graded)


def _plain(text: str) -> str:
    """Return a cell that nothing is computed of, and that means nothing to Canvas."""
    return _TAKEN.sub(r"\1-\2", checks.cell(text))
