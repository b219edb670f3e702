"""A class of twenty does an assignment in the real dashboard; the teacher sees who is where; their files are graded."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
import sys

import pyarrow
import pytest

from clsf.runs.store import RunStore
from clsf.teaching import classroom, handin, seal
from clsf.teaching.assignment import Assignment
from clsf.ui.shared.identity import owner_of
from tests.bench.load import Server
from tests.bench.streamlit_client import Session, played

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

STUDENTS = 20
TRAINING = 4  # of them train a model, too: this tests the class view, not the machine's speed
TEACHER = "t" * 22
LESSON, FIRST = "tensors-you-can-trust", "box"
TASK = Assignment("Walk", lessons=(LESSON,), goal="run data=digits epochs>=1")
TRAIN = "lang=en&data=digits&model=tiny&epochs=1&frameworks=PyTorch&class=3B"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("class"))
    yield server
    server.process.terminate()
    server.process.wait(30)


def key_of(number: int) -> str:
    return f"{number:022d}"


async def ready(server) -> None:
    """Wait until a new server's workers answer. Only one session asks, because a whole class would delay their start."""
    session = Session(server.address, "lesson", f"lang=en&lesson={LESSON}&step={FIRST}", key=TEACHER)
    await session.open()
    for _ in range(200):
        if "step_next" in session.buttons:
            break
        await asyncio.sleep(3)
        await session.rerun()
    await session.close()


async def walk(server, number: int) -> bytes:
    """Join, type a name if the number is even, read the first step, train if it is the student's turn, and hand in."""
    session = Session(server.address, "assignment", f"lang=en&task={TASK.packed()}&class=3B", key=key_of(number))
    await session.open()
    name = f"<b>Student {number}</b>" if number % 2 == 0 else ""
    await session.rerun(typed={"handin_name": name, "handin_number": f"s{number}"})
    await session.visit("lesson", f"lang=en&lesson={LESSON}&step={FIRST}&class=3B")
    await session.rerun("step_next")
    if number < TRAINING:
        await session.visit("train", TRAIN)
        await session.rerun("train")
        run_id = re.search(r"run=([\w-]+)", session.query_string).group(1)
        for _ in range(1200):
            if server.rows("SELECT status FROM runs WHERE run_id = ?", run_id) == [("finished",)]:
                break
            await asyncio.sleep(0.25)
    await session.visit("assignment", "lang=en&class=3B")
    await session.rerun(typed={"handin_name": name, "handin_number": f"s{number}"})
    content = await session.download("handin_file")
    assert not session.exceptions
    await session.close()
    return content


async def as_teacher(server, key: str) -> Session:
    session = Session(server.address, "teachers", "lang=en&teachers=class&room=3B", key=key)
    await session.open()
    assert not session.exceptions
    await session.close()
    return session


def test_twenty_students_walk_an_assignment(server, tmp_path):
    store = RunStore.open(server.home)
    classroom.open_class(store.reached, owner_of(TEACHER), "3B", TASK.packed())
    store.close()

    async def story():
        await ready(server)
        files = await asyncio.gather(*(walk(server, number) for number in range(STUDENTS)))
        return files, await as_teacher(server, TEACHER), await as_teacher(server, "o" * 22)

    files, teacher, other = played(story())
    table = pyarrow.ipc.open_stream(io.BytesIO(teacher.table)).read_all().to_pylist()
    assert len(table) == STUDENTS
    named = [row["Student"] for row in table if row["Student"].startswith("<b>")]
    assert sorted(named) == sorted(f"<b>Student {number}</b>" for number in range(0, STUDENTS, 2))
    assert {row["Where"] for row in table} == {"Assignment"}
    assert all(row["Steps done"] > 0 for row in table)
    assert sum(row["Runs"] for row in table) == TRAINING
    assert other.table == b""
    key = seal.secret(server.home)
    folder = tmp_path / "handins"
    folder.mkdir()
    for number, content in enumerate(files):
        found = handin.read(content, key)
        assert found.sealed
        assert len(found.runs) == (number < TRAINING)
        (folder / f"{number}.zip").write_bytes(content)
    graded = subprocess.run(
        [sys.executable, "-m", "clsf", "grade", str(folder), "--csv", "-"], capture_output=True, text=True, check=True,
        env={"CLSF_HOME": str(server.home), "CLSF_DATA": str(server.home / "data"), "PATH": ""},
    )  # fmt: skip
    marks = [float(line.rpartition(",")[2]) for line in graded.stdout.splitlines()[1:]]
    assert len(marks) == STUDENTS
    assert sum(mark > 0 for mark in marks) == TRAINING
