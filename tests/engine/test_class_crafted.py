"""A classmate who sends crafted messages with the owner's ids in every widget can't read, change or remove anything.

He has the link of a run, and also knows the names of the owner's images and buttons.
"""

import asyncio
import json
import time
from dataclasses import replace
from urllib.request import urlopen

import numpy as np
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from clsf.data import access, cache
from clsf.data.upload import import_upload
from clsf.engine.work import packed
from clsf.events import BatchesEnded, EpochEnded, RunEnded, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.history import Query
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore
from clsf.ui.shared import identity
from tests.bench.load import Server
from tests.bench.streamlit_client import Session, played
from tests.browser.test_private_link import FILE, NOTE, TITLE, found, photographs
from tests.stores import waited_for

pytestmark = pytest.mark.slow

ANN, BOB = "a" * 22, "b" * 22  # keys of two browsers
TAG = "confided-tag-Zk4"
PAGES = ("home", "data", "tensors", "layers", "model", "train", "compare", "predict", "experiments", "runs")
PARTS = {
    "data": [f"part_of_data={part}" for part in ("look", "numbers", "own", "split", "vary", "labels")],
    "predict": [f"predict={part}" for part in ("try", "evaluate", "inside", "report", "home")],
    "compare": [f"compare={part}" for part in ("race", "lockstep", "switches", "gap", "noise")],
}


class Crafty(Session):
    """A session that records all messages, and can put any value into any widget."""

    def __init__(self, *arguments, **more) -> None:
        super().__init__(*arguments, **more)
        self.received: list[bytes] = []
        self.widgets: dict[str, str] = {}  # id -> kind

    def _take(self, message: ForwardMsg) -> None:
        self.received.append(message.SerializeToString())
        super()._take(message)

    def _element(self, element: object) -> None:
        kind = element.WhichOneof("type")
        name = getattr(getattr(element, kind), "id", "")
        if name:
            self.widgets[name] = kind
        super()._element(element)

    async def say(self, values: dict[str, object]) -> None:
        """Rerun the page with these widget states: a text, a list of texts, True for a button, or a dictionary as JSON."""
        message = BackMsg()
        script = message.rerun_script
        script.query_string, script.page_name, script.page_script_hash = self.query_string, self.page, self.page_hash
        for name, value in values.items():
            state = script.widget_states.widgets.add()
            state.id = name
            if value is True:
                state.trigger_value = True
            elif isinstance(value, str):
                state.string_value = value
            elif isinstance(value, list):
                state.string_array_value.data.extend(value)
            else:
                state.json_value = json.dumps(value)
        self._answered.clear()
        await self._socket.send(message.SerializeToString())
        await asyncio.wait_for(self._answered.wait(), 60)

    async def downloads(self) -> list[tuple[str, bytes]]:
        """Return the files of all download buttons on the page."""
        got = []
        for key in [key for key, file in self.files.items() if file]:
            try:
                got.append((key, await self.download(key, 0)))
            except ConnectionError as error:
                got.append((key, str(error).encode()))
        return got


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return (server, name of the owner's set, id of the owner's run, ids of all widgets shown to the owner)."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLSF_DATA", str(home / "data"))
        with photographs(home / "own.zip").open("rb") as archive:
            data = import_upload(archive, TITLE, identity.owner_of(ANN)).name
        run = trained(home, data)
        server = Server(home, CLSF_SMALL_HOST="on")
        try:
            yield server, data, run, played(_widgets(server, data, run))
        finally:
            server.process.terminate()
            server.process.wait(30)


def trained(home, data) -> str:
    """Store a run of the owner with these images, as if it had been trained, with a note and a tag."""
    spec, run = preset("tiny", 2), "run-of-ann-1"
    record = RunRecord(run, "group-of-ann", "torch", spec, Plan(data, epochs=1), time.time(), identity.owner_of(ANN))
    random = np.random.default_rng(0)
    weights = {
        name: random.normal(size=weight.shape).astype("float32") for name, weight in spec.analyse((24, 24, 3)).named_weights().items()
    }  # fmt: skip
    store = waited_for(RunStore.open(home))
    store.create(record)
    store.started(run, "a machine")
    started = RunStarted("torch", "loop", "cpu", 2, {"torch": "2"}, 1, 1, 32, 8, (24, 24, 3), 650, "a" * 16, "b" * 16, 0.5)
    store.append(run, [replace(started, classes=("one", "two")), BatchesEnded(1, 1, (0.7,), (0.5,), (1.0,), 0.01, 50.0, 0.2)])
    store.save_weights(run, packed(weights))
    store.append(run, [EpochEnded(1, 0.7, 0.5, 0.7, 0.5, 0.6, 0.2, 50.0), RunEnded("torch", "finished", 1, 0.8, 50.0, 0.7, 0.5, 0.7, 0.5)])  # fmt: skip
    store.history.describe(identity.owner_of(ANN), run, "", NOTE, (TAG,))
    store.close()
    return run


async def _widgets(server, data, run) -> dict[str, str]:
    """Return all widgets shown to the owner."""
    widgets = {}
    for page, query in (("runs", ""), ("data", "part_of_data=own"), ("train", ""), ("predict", "")):
        looking = Crafty(server.address, page, f"lang=en&run={run}&data={data}&{query}", key=ANN)
        await looking.open()
        widgets |= looking.widgets
        await looking.close()
    return widgets


def leaks(received, secrets, where):
    return {(where, secret) for content in received for secret in found(content, secrets)}


def test_the_owner_is_shown_them(shared):
    """Otherwise the other tests would pass because they look for nothing."""
    server, data, run, widgets = shared

    async def look():
        seen = set()
        for page, query in (("runs", ""), ("data", "part_of_data=own&")):
            session = Crafty(server.address, page, f"lang=en&{query}run={run}&data={data}", key=ANN)
            await session.open()
            seen |= leaks(session.received, [TITLE, NOTE, TAG], page)
            await session.close()
        return {what for _, what in seen}

    assert played(look()) == {TITLE, NOTE, TAG, "image"}
    assert any("remove_" in name for name in widgets)


@pytest.mark.parametrize("page", PAGES)
def test_no_value_in_any_widget_shows_or_changes_what_is_the_owners(shared, page):
    server, data, run, others = shared
    secrets = [TITLE, NOTE, TAG, FILE]
    seen = set()

    async def attack():
        for part in PARTS.get(page, [""]):
            session = Crafty(server.address, page, f"lang=en&{part}&run={run}", key=BOB)
            await session.open()
            for target in (data, run):
                values: dict[str, object] = {}
                for name, kind in session.widgets.items():
                    if kind in ("selectbox", "text_input", "text_area", "radio"):
                        values[name] = target
                    elif kind in ("multiselect", "button_group"):
                        values[name] = [target]
                    elif kind in ("dataframe", "bidi_component"):
                        values[name] = {"known": target, "selection": {"rows": [0, 1, 2], "columns": [target]}}
                await session.say(values)
                await session.say(values | dict.fromkeys((n for n, kind in others.items() if kind == "button"), True))
                await session.say(values | {n: data for n, kind in others.items() if kind in ("selectbox", "text_input")})
            seen.update(leaks(session.received, secrets, f"{page}?{part}"))
            for key, content in await session.downloads():
                seen.update(leaks([content], [*secrets, data], f"{page}?{part} file {key}"))
            await session.close()

    played(attack())
    assert not seen
    with access.working_for(access.PROGRAM):
        meta = cache.described(data)
    assert (meta["title"], meta["private"], meta["saved"], meta["owner"]) == (TITLE, True, False, identity.owner_of(ANN))
    assert server.rows("SELECT note, tags, deleted FROM marks WHERE run_id = ?", run) == [(NOTE, f"\n{TAG}\n", None)]
    assert server.rows("SELECT owner FROM runs WHERE run_id = ?", run) == [(identity.owner_of(ANN),)]


def test_every_file_of_a_run_that_was_shared_is_without_them(shared):
    server, data, run, _ = shared
    secrets = [TITLE, NOTE, TAG, FILE, data]

    async def fetch():
        got = {}
        for page, parts in (("runs", [""]), ("train", [""]), ("compare", PARTS["compare"]), ("predict", PARTS["predict"])):
            for part in parts:
                session = Crafty(server.address, page, f"lang=en&{part}&run={run}&data=digits", key=BOB)
                await session.open()
                await asyncio.sleep(2)  # workers' answers come later
                await session.rerun()
                got |= {f"{page} {part} {key}": content for key, content in await session.downloads()}
                await session.close()
        return got

    got = played(fetch())
    assert len(got) >= 5, got.keys()
    assert not {(name, secret) for name, content in got.items() for secret in found(content, secrets)}


def test_runs_can_not_be_found_by_the_owners_words(shared):
    server, _, run, _ = shared
    store = RunStore.open(server.home)
    try:
        for text in (NOTE, TAG, TITLE):
            assert store.history.find(Query(identity.owner_of(BOB), text=text)) == []
        assert [line.run.run_id for line in store.history.find(Query(identity.owner_of(ANN), text=TAG))] == [run]
    finally:
        store.close()


def test_addresses_that_climb_out_of_a_folder_give_nothing(shared):
    server, data, _, _ = shared
    for path in (
        "/app/static/../.streamlit/config.toml", "/app/static/%2e%2e/app.py", "/app/static/..%2f..%2fetc/passwd", "/app/static//etc/passwd",
        "/media/..%2f..%2fapp.py", f"/media/{data}", "/component/..%2f..%2fapp.py", "/_stcore/component/%2e%2e/app.py", "/app/static/%00",
    ):  # fmt: skip
        try:
            with urlopen(server.address + path, timeout=10) as answer:
                content = answer.read()
        except OSError:
            continue
        assert b"root:" not in content, path
        assert b"__main__" not in content, path
        assert b"enableXsrfProtection" not in content, path
