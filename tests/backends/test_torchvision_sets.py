"""Torchvision's data sets, read by the real torchvision from tiny archives in the real formats.

Everything runs in separate processes, because this one may have TensorFlow loaded.
"""

import gzip
import hashlib
import http.server
import io
import json
import os
import pickle
import subprocess
import sys
import tarfile
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from clsf.data import catalogue
from clsf.data.sources import open_dataset
from clsf.errors import DataError

pytestmark = pytest.mark.slow  # each in its own process

HOME = str(Path(__file__).parents[2])

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
LABELS = np.arange(12) % 10


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def idx(array: np.ndarray) -> bytes:
    """The format of the MNIST files: two zeros, type 8 (uint8), number of axes, their lengths, values."""
    lengths = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes())


def mnist_archives() -> dict[str, bytes]:
    grey = PIXELS[:, :28, :28, 0]
    return {
        "train-images-idx3-ubyte.gz": idx(grey[:8]),
        "train-labels-idx1-ubyte.gz": idx(LABELS[:8]),
        "t10k-images-idx3-ubyte.gz": idx(grey[8:]),
        "t10k-labels-idx1-ubyte.gz": idx(LABELS[8:]),
    }


def cifar_files() -> dict[str, bytes]:
    flat = PIXELS.transpose(0, 3, 1, 2).reshape(12, -1)  # CIFAR stores all red, then all green, then all blue
    batches = {f"data_batch_{k + 1}": slice(2 * k, 2 * k + 2) for k in range(4)} | {"test_batch": slice(8, 12)}
    files = {name: pickle.dumps({"data": flat[part], "labels": LABELS[part].tolist()}) for name, part in batches.items()}
    return files | {"batches.meta": pickle.dumps({"label_names": list(catalogue.info("cifar10").classes)})}


def cifar_archive(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


@pytest.fixture
def mirror(tmp_path):
    """A web server on this machine; yields its address and the folder that it serves."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    folder = tmp_path / "served"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", folder
        server.shutdown()
        thread.join()


def serve(folder, name, archives):
    (folder / name).mkdir()
    for file, data in archives.items():
        (folder / name / file).write_bytes(data)


def run(kind: str, tmp_path, address: str):
    """Run the real reader with a torchvision class whose checksums are those of our archives; `kind` is Python."""
    code = f"""
import sys
from torchvision.datasets import CIFAR10, MNIST
from clsf.backends.torch.datasets import main
{kind}
sys.exit(main(sys.argv[1:], kinds={{Tiny.name: Tiny}}))
"""
    (tmp_path / "out").mkdir(exist_ok=True)
    name = "mnist" if "MNIST" in kind else "cifar10"
    environment = os.environ | {"CLSF_MIRROR": address, "CLSF_DATA": str(tmp_path / "data"), "PYTHONPATH": HOME}
    done = subprocess.run(
        [sys.executable, "-c", code, name, str(tmp_path / "out")], env=environment, capture_output=True, text=True, timeout=120
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def written(tmp_path):
    return {file.stem: np.load(file) for file in (tmp_path / "out").iterdir()}


def test_mnist_is_fetched_read_and_written(tmp_path, mirror):
    address, folder = mirror
    archives = mnist_archives()
    serve(folder, "mnist", archives)
    code, news = run(
        f"class Tiny(MNIST):\n    name = 'mnist'\n    resources = {[(file, md5(data)) for file, data in archives.items()]}",
        tmp_path,
        address,
    )
    assert code == 0
    found = written(tmp_path)
    np.testing.assert_array_equal(found["train_pixels"], PIXELS[:8, :28, :28, :1])
    np.testing.assert_array_equal(found["test_pixels"], PIXELS[8:, :28, :28, :1])
    np.testing.assert_array_equal(found["train_labels"], LABELS[:8])
    np.testing.assert_array_equal(found["test_labels"], LABELS[8:])
    assert (found["train_pixels"].dtype, found["train_labels"].dtype) == (np.uint8, np.int64)
    downloads = [said["done"] for said in news if said["stage"] == "download"]
    assert downloads == sorted(downloads)
    assert downloads[-1] == sum(map(len, archives.values()))
    assert [said["done"] for said in news if said["stage"] == "read"] == [0, 60_000, 70_000]
    assert not (tmp_path / "data" / "raw" / "mnist").exists()


def test_cifar10_is_fetched_read_and_written(tmp_path, mirror):
    address, folder = mirror
    files = cifar_files()
    archive = cifar_archive(files)
    serve(folder, "cifar10", {"cifar-10-python.tar.gz": archive})
    listed = [[name, md5(data)] for name, data in files.items() if name.startswith("data")]
    kind = f"""
class Tiny(CIFAR10):
    name = "cifar10"
    tgz_md5 = {md5(archive)!r}
    train_list = {listed}
    test_list = {[["test_batch", md5(files["test_batch"])]]}
    meta = CIFAR10.meta | {{"md5": {md5(files["batches.meta"])!r}}}
"""
    code, _ = run(kind, tmp_path, address)
    assert code == 0
    found = written(tmp_path)
    np.testing.assert_array_equal(found["train_pixels"], PIXELS[:8])
    np.testing.assert_array_equal(found["test_pixels"], PIXELS[8:])
    np.testing.assert_array_equal(found["train_labels"], LABELS[:8])


def test_files_that_are_not_torchvisions_are_refused(tmp_path, mirror, monkeypatch):
    """All the way from open_dataset, with the real process, the real checksums, and a server of wrong files."""
    address, folder = mirror
    serve(folder, "mnist", mnist_archives())
    monkeypatch.setenv("CLSF_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CLSF_MIRROR", address)
    with pytest.raises(DataError, match=r"'mnist' could not be made ready\. The file train-images-idx3-ubyte.gz.* checksum is"):
        open_dataset("mnist")
    assert not list((tmp_path / "data").rglob("*.gz"))


def test_without_a_server_the_sentence_says_what_works(tmp_path, monkeypatch):
    monkeypatch.setenv("CLSF_DATA", str(tmp_path))
    monkeypatch.setenv("CLSF_MIRROR", "http://127.0.0.1:9")  # the discard port: nobody listens
    with pytest.raises(DataError, match=r"Connection refused.* 'digits' and 'shapes' work without a network"):
        open_dataset("cifar10")
    assert list((tmp_path / "sets").iterdir()) == []


def test_torchvision_says_what_the_catalogue_says():
    code = """
import json
from clsf.backends.torch.datasets import KINDS, archives
print(json.dumps({name: [getattr(kind, "classes", None), [[a.file, len(a.md5), list(a.urls)] for a in archives(kind)]]
                  for name, kind in KINDS.items()}))
"""
    environment = os.environ | {"PYTHONPATH": HOME}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert set(found) == {name for name in catalogue.NAMES if not catalogue.info(name).embedded}
    assert [name[0] for name in found["mnist"][0]] == list(catalogue.info("mnist").classes)  # "0 - zero"
    assert found["fashion-mnist"][0] == list(catalogue.info("fashion-mnist").classes)
    for _, archives in found.values():
        for file, digits, urls in archives:
            assert digits == 32
            assert urls
            assert all(url.startswith("http") and url.endswith(file) for url in urls)
