"""Downloading from a small local server that can break the connection, send wrong data, and refuse."""

import contextlib
import hashlib
import http.server
import socket
import threading
import time

import numpy as np
import pytest

from clsf.data.download import download
from clsf.errors import DataError

CONTENT = np.random.default_rng(0).bytes(600_000)
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves CONTENT; the path says what goes wrong, see Handler."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []  # (path, Range header) of each request

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked = self.headers.get("Range")
        first = self.path not in [path for path, _ in self.server.asked]
        self.server.asked.append((self.path, asked))
        content = CONTENT
        if "missing" in self.path:
            self.send_error(404)
            return
        if "elsewhere" in self.path:
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if "wrong" in self.path:
            content = b"x" * len(CONTENT)
        start = 0
        if asked and "forgetful" not in self.path:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        stop = len(content)
        if ("breaks" in self.path and first) or "stingy" in self.path:
            stop = start + (0 if "stingy" in self.path else len(content) // 2)
        if "slow" in self.path and first:
            self.wfile.write(content[:300_000])
            start = 300_000
            time.sleep(0.3)
        with contextlib.suppress(ConnectionError):  # of a client that has cancelled
            self.wfile.write(content[start:stop])
        if stop < len(content):
            self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "file.gz"


def no_rest(path):
    return [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_is_fetched_and_checked(server, path):
    news = []
    download(server.url("/file"), path, len(CONTENT), MD5, lambda *said: news.append(said))
    assert path.read_bytes() == CONTENT
    assert no_rest(path)
    assert news[0] == ("download", 0, len(CONTENT))
    assert news[-1] == ("download", len(CONTENT), len(CONTENT))


def test_a_file_that_is_there_is_not_fetched_again(server, path):
    download(server.url("/file"), path, md5=MD5)
    download(server.url("/file"), path, md5=MD5)
    assert len(server.asked) == 1


def test_a_wrong_file_that_is_there_is_fetched_again(server, path):
    path.parent.mkdir()
    path.write_bytes(b"old")
    download(server.url("/file"), path, md5=MD5)
    assert path.read_bytes() == CONTENT


def test_a_connection_that_breaks_off_is_resumed(server, path):
    download(server.url("/breaks"), path, md5=MD5, pause=0)
    assert path.read_bytes() == CONTENT
    assert server.asked == [("/breaks", None), ("/breaks", "bytes=300000-")]


def test_a_download_that_was_cancelled_goes_on_where_it_was(server, path):
    def cancel(stage, done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(server.url("/slow"), path, md5=MD5, progress=cancel)
    assert not path.exists()
    kept = path.with_name("file.gz.part").stat().st_size
    assert 300_000 <= kept < len(CONTENT)
    news = []
    download(server.url("/slow"), path, md5=MD5, progress=lambda *said: news.append(said))
    assert path.read_bytes() == CONTENT
    assert news[0] == ("download", kept, len(CONTENT))
    assert server.asked[-1] == ("/slow", f"bytes={kept}-")


def test_a_server_that_cannot_resume_is_asked_from_the_start(server, path):
    download(server.url("/breaks-forgetful"), path, md5=MD5, pause=0)
    assert path.read_bytes() == CONTENT
    assert server.asked[-1] == ("/breaks-forgetful", "bytes=300000-")


def test_a_part_that_is_complete_is_only_renamed(server, path):
    path.parent.mkdir()
    path.with_name("file.gz.part").write_bytes(CONTENT)
    download(server.url("/file"), path, md5=MD5)
    assert no_rest(path)


@pytest.mark.parametrize("length", [1000, len(CONTENT), len(CONTENT) + 5])
def test_a_part_with_wrong_bytes_is_thrown_away(server, path, length):
    path.parent.mkdir()
    path.with_name("file.gz.part").write_bytes(b"?" * length)
    download(server.url("/file"), path, len(CONTENT), MD5)
    assert path.read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_no_file(server, path):
    with pytest.raises(DataError, match=rf"file.gz could not be fetched \(127.*: its checksum is .* instead of {MD5}\)"):
        download(server.url("/wrong"), path, md5=MD5)
    assert list(path.parent.iterdir()) == []


def test_a_wrong_size_leaves_no_file(server, path):
    with pytest.raises(DataError, match="it has 600000 bytes instead of 7"):
        download(server.url("/file"), path, size=7)
    assert list(path.parent.iterdir()) == []


def test_mirrors_are_tried_in_turn(server, path):
    download([server.url("/missing"), server.url("/wrong"), server.url("/file")], path, md5=MD5)
    assert path.read_bytes() == CONTENT
    assert [asked for asked, _ in server.asked] == ["/missing", "/wrong", "/file"]


def test_every_mirrors_reason_is_told(server, path):
    with pytest.raises(DataError, match=r"answered 404 Not Found; .*its checksum is"):
        download([server.url("/missing"), server.url("/wrong")], path, md5=MD5)


def test_a_server_that_brings_nothing_is_given_up(server, path):
    with pytest.raises(DataError, match="the connection broke off after 0 of 600000 bytes"):
        download(server.url("/stingy"), path, md5=MD5, pause=0)
    assert len(server.asked) == 3


def test_no_server_is_told_at_once(path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        with pytest.raises(DataError, match=r"Connection refused\)\. Check the network connection and try again"):
            download(f"http://127.0.0.1:{taken.getsockname()[1]}/file", path, md5=MD5)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/file", "data:,x"])
def test_only_the_web_is_fetched_from(url, path):
    with pytest.raises(DataError, match="could not be fetched"):
        download(url, path)


def test_a_server_cannot_send_us_to_a_local_file(server, path):
    with pytest.raises(DataError, match="could not be fetched"):
        download(server.url("/elsewhere"), path)
    assert not path.exists()
