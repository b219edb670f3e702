"""The Data page in both languages, with workers that really compute."""

from __future__ import annotations

import hashlib
import http.server
import io
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from clsf.data import cache, private
from clsf.data.download import download
from clsf.data.sources import open_dataset
from clsf.errors import EngineError
from clsf.plan import Augmentation
from clsf.ui.data import keys, source
from clsf.ui.data.sections import SECTIONS
from clsf.ui.shared import state
from clsf.ui.shared.settings import keys as train_keys
from tests.app.answering_lab import AnsweringLab
from tests.app.conftest import installed
from tests.app.seen import texts, well

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def data_folder(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.getbasetemp() / "data-page"
    monkeypatch.setenv("CLSF_DATA", str(folder))
    open_dataset("digits")  # once; the page would do it in the background
    yield
    for name in filter(private.is_name, cache.names()):
        cache.remove(name)


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> AnsweringLab:
    return installed(monkeypatch, AnsweringLab())


@pytest.fixture
def page(open_app: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Open the Data page by a link."""

    def opened(section: str = "look", lang: str = "en", **link: str) -> AppTest:
        return open_app("data", lang, **{keys.SECTION: section, **link})

    return opened


def zip_of(classes=("cat", "dog"), count=12) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for label, name in enumerate(classes):
            for k in range(count):
                file = io.BytesIO()
                Image.new("RGB", (16, 16), (10 * k, 90 * label, 0)).save(file, "PNG")
                archive.writestr(f"{name}/{k}.png", file.getvalue())
    return out.getvalue()


HEADERS = {
    "en": {"look": "Look", "numbers": "Numbers", "alike": "Likeness", "split": "Split", "leaks": "Leaks", "order": "Shuffle", "vary": "Augmentation", "labels": "Labels", "own": "Own images"},
    "ko": {"look": "보기", "numbers": "수치", "alike": "닮은 정도", "split": "분할", "leaks": "누출", "order": "섞기", "vary": "데이터 증강", "labels": "레이블", "own": "내 이미지"},
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("section", [section.name for section in SECTIONS])
def test_every_section_opens_in_both_languages(page, section, lang):
    app = well(page(section, lang))
    assert app.header[0].value == HEADERS[lang][section]
    assert not app.error or section == "split"
    assert not app.info


def test_the_grid_is_three_by_four_and_can_be_narrowed_to_a_class(page):
    app = well(page())
    assert "1–12 of 1,437" in texts(app)
    app.get_by_key(keys.CLASSES).set_value(["3"]).run()
    well(app)
    assert "1–12 of 146" in texts(app)
    app.get_by_key(keys.ROWS).set_value(2).run()
    app.button(key="grid_next").click().run()
    assert "9–16 of 146" in texts(app)
    app.button(key="grid_shuffle").click().run()
    assert "1–8 of 146" in texts(well(app))
    link = {name: app.query_params[name][0] for name in (keys.CLASSES, keys.SHUFFLE)}  # the reader's link opens it elsewhere
    assert link == {keys.CLASSES: "3", keys.SHUFFLE: "1"}
    assert "13–24 of 146" in texts(well(page(**link, **{keys.PAGE: "1"})))
    for wrong in ({keys.CLASSES: "99,x", keys.SHUFFLE: "-1"}, {keys.PAGE: "9" * 30, keys.SHUFFLE: "²"}):
        assert "1–12 of 1,437" in texts(well(page(**wrong)))


def test_an_image_of_a_link_is_shown_as_two_tensors(page):
    app = well(page(image="5"))
    label = int(open_dataset("digits").train.labels[5])
    assert f"Image 5: {label}" in texts(app)
    shown = "\n".join(code.value for code in app.code)
    assert "shape (1, 8, 8, 1), uint8" in shown
    assert "shape (1, 1, 8, 8), uint8" in shown
    assert "Image 0" in texts(page(image="99999"))


def test_the_numbers_follow_the_preparation(page):
    app = well(page("numbers"))
    app.get_by_key(state.SCALE).set_value("standardise").run()
    well(app)
    assert "80%" in texts(app)
    assert "prepare(pixels, mean=[7" in "\n".join(code.value for code in app.code)


def test_a_sorted_split_names_the_classes_that_are_never_learned(page):
    app = well(page("split"))
    assert "8, 9: in the validation images, but never trained on" in app.error[0].value
    assert "Every class is in both parts" in app.success[0].value


def test_the_order_is_what_the_frameworks_did(page):
    app = well(page("order", buffer="1"))
    assert "An image moved 0 places on average" in texts(app)
    assert "The first 64 images come from 1 of 10 classes." in texts(app)
    assert "order(1437, shuffle=False, batch_size=64, seed=0)" in "\n".join(code.value for code in app.code)


def test_both_frameworks_give_one_loss_four_times(page):
    app = well(page("labels"))
    values = [float(metric.value) for metric in app.metric]
    assert len(values) == 4
    assert max(values) - min(values) < 1e-5
    assert "rounding of float32" in texts(app)


def test_what_is_tried_in_the_lab_is_taken_to_the_train_page(page, lab):
    app = well(page("vary"))
    assert app.button(key="lab_use").disabled
    app.get_by_key(keys.LAB_SHIFT).set_value(2)
    app.get_by_key(keys.LAB_ROTATION).set_value(10.0).run()
    app.button(key="lab_use").click().run()
    well(app)
    assert app.title[0].value == "Train"
    assert app.session_state[keys.AUGMENTATION] == {"flip": False, "shift": 2, "rotation": 10.0, "brightness": 0.0, "cutout": 0}
    assert app.session_state[train_keys.SHIFT] == 2
    app.switch_page("pages/train.py").run()  # AppTest does not follow the button's page switch
    app.button(key="train").click().run()
    assert {record.plan.augmentation for record in lab.records.values()} == {Augmentation(shift=2, rotation=10.0)}


def test_flipped_digits_are_warned_of(page):
    app = well(page("vary", lab_flip="true"))
    assert "A mirrored 2 is no 2" in app.warning[0].value


def test_without_a_worker_the_rest_of_the_page_is_there(page, lab, monkeypatch):
    def refuse(*args, **kwargs):
        raise EngineError("There is no {framework} worker at the moment. Try again in a few seconds.", framework="torch")

    monkeypatch.setattr(AnsweringLab, "call", refuse)
    app = well(page("numbers"))
    assert "There is no torch worker" in app.info[0].value
    assert app.subheader[0].value == "Images per class"


def test_a_set_that_is_not_here_is_offered(page):
    app = well(page(data="cifar10"))
    assert app.button(key="download").label == "Download 170 MB"
    assert "None stated" in texts(app)


# Own images.


def uploaded(app: AppTest, content: bytes, title: str = "Pets") -> AppTest:
    app.file_uploader[0].upload("pets.zip", content)
    app.get_by_key(f"{keys.OWN_TITLE}_0").set_value(title)
    app.run()
    app.button(key="upload_read").click().run()
    for button in [one for one in app.button if one.key == "upload_import"]:  # not there if it can't be read
        button.click().run()
    until = time.monotonic() + 30
    while keys.OWN_TASK in app.session_state and time.monotonic() < until:
        time.sleep(0.2)
        app.run()
    return well(app)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "“Pets” is ready: 24 images of 2 classes"), ("ko", "클래스 2개의 이미지 24장")]
)
def test_an_upload_is_chosen_on_every_page(page, lang, said):
    app = uploaded(page("own", lang), zip_of())
    assert said in app.success[0].value
    name = app.session_state[state.DATA]
    assert private.is_name(name)
    for other in ("train", "compare", "data"):
        app.switch_page(f"pages/{other}.py").run()
        well(app)
        assert app.selectbox(key=state.DATA).value == name, other


def test_nobody_else_sees_it_not_even_by_its_name(page):
    app = uploaded(page("own"), zip_of())
    name = app.session_state[state.DATA]
    assert "Pets" in app.selectbox(key=state.DATA).options
    other = well(page())
    assert "Pets" not in other.selectbox(key=state.DATA).options
    assert other.selectbox(key=state.DATA).value == "digits"
    for link in (name, "folder-" + "0" * 24):
        linked = well(page(data=link))
        assert linked.selectbox(key=state.DATA).value == "digits"
        assert "Pets" not in linked.selectbox(key=state.DATA).options
    assert cache.facts(name) is not None


def test_saved_for_everybody_it_is_in_every_list(page):
    app = uploaded(page("own"), zip_of())
    name = app.session_state[state.DATA]
    app.get_by_key(f"{keys.SAVE_TITLE}_{name}").set_value("Our pets")
    app.get_by_key(f"{keys.SAVE_EVERYONE}_{name}").set_value(True)
    app.button(key=f"save_{name}").click().run()
    well(app)
    assert "Our pets" in page().selectbox(key=state.DATA).options


def test_removed_it_is_gone(page):
    app = uploaded(page("own"), zip_of())
    name = app.session_state[state.DATA]
    app.button(key=f"remove_{name}").click().run()
    well(app)
    assert name not in cache.names()
    assert app.selectbox(key=state.DATA).value == "digits"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"no zip at all", "This is not a zip archive", id="wrong type"),
        pytest.param(zip_of(classes=("cat",)), "Found 1 class (cat)", id="one class"),
    ],
)
def test_what_can_not_be_read_is_a_sentence_and_nothing_is_lost(page, content, said):
    app = uploaded(page("own"), content)
    assert said in app.error[0].value
    assert app.get_by_key(f"{keys.OWN_TITLE}_0").value == "Pets"
    assert app.selectbox(key=state.DATA).value == "digits"


def test_two_images_can_be_looked_at_but_not_trained_on(page):
    app = uploaded(page("own"), zip_of(count=1))
    assert "2 images can't be split" in app.warning[0].value
    name = app.session_state[state.DATA]
    assert app.button(key=f"train_{name}").disabled
    for section in ("look", "numbers", "alike", "split", "order", "vary", "labels"):
        app.get_by_key(keys.SECTION).set_value(section).run()
        well(app)


def test_it_is_trained_on_even_if_something_else_was_chosen_meanwhile(page):
    app = uploaded(page("own"), zip_of())
    name = app.session_state[state.DATA]
    app.get_by_key(state.DATA).set_value("digits").run()
    app.button(key=f"train_{name}").click().run()
    well(app)
    assert app.title[0].value == "Train"
    assert app.session_state[state.DATA] == name


def test_limits_are_stated_where_the_images_are_chosen(page):
    text = texts(page("own"))
    assert "at most 200 MB" in text
    assert "20 megapixels" in text
    assert "removed a day after their last use" in text


# Fetching a set, from a server that is slow enough to stop it.


class Slow(http.server.BaseHTTPRequestHandler):
    content = bytes(range(256)) * 4096  # 1 MiB

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(self.content) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        self.end_headers()
        for at in range(start, len(self.content), 1 << 14):
            self.server.sent.append(at)
            try:
                self.wfile.write(self.content[at : at + (1 << 14)])
            except OSError:  # the one who asked has left
                return
            time.sleep(self.server.pause)

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def slow_server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        server.sent, server.pause = [], 0.05
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("lang", "stopped"), [("en", "Stopped. What was fetched so far is kept"), ("ko", "중지했습니다")])
def test_a_download_is_stopped_and_goes_on_from_there(page, slow_server, tmp_path, monkeypatch, lang, stopped):
    file = tmp_path / "set.gz"

    def fetched(name, progress):
        digest = hashlib.md5(Slow.content, usedforsecurity=False).hexdigest()
        download(f"http://127.0.0.1:{slow_server.server_port}/set.gz", file, len(Slow.content), digest, progress)

    monkeypatch.setattr(source, "open_dataset", fetched)
    app = page(lang=lang, data="cifar10")
    app.button(key="download").click().run()
    until = time.monotonic() + 20
    while len(slow_server.sent) < 5 and time.monotonic() < until:
        time.sleep(0.05)
    well(app.run())
    assert "MB" in app.get("progress")[0].proto.text
    app.button(key="stop_making").click().run()
    while not any(stopped in c.value for c in app.caption) and time.monotonic() < until:
        time.sleep(0.1)
        well(app.run())
    assert any(stopped in c.value for c in app.caption)
    assert not file.exists()
    once = len(slow_server.sent)
    assert once < 64, "it was stopped before the end"

    slow_server.pause = 0
    app.button(key="download").click().run()
    while not file.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert file.read_bytes() == Slow.content
    assert slow_server.sent[once] > 0, "it went on from where it was"
