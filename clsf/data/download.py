"""Downloading one file: resumed after an interruption, checked against its MD5, never incomplete under its final name.

The bytes go to "<name>.part", which stays after an interruption, and is renamed once its checksum is right.
MD5 only because the publishers of these data sets give nothing better.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from clsf.data.progress import Paced, Progress, silent
from clsf.errors import DataError
from clsf.words import Sentence, say

TIMEOUT = 20.0  # seconds without an answer or a byte
PATIENCE = 3  # attempts in a row, per address, that bring nothing new
PAUSE = 0.5  # seconds before such an attempt, times its number
CHUNK = 1 << 18  # bytes


def download(
    urls: str | Sequence[str],
    path: Path,
    size: int | None = None,
    md5: str | None = None,
    progress: Progress = silent,
    pause: float = PAUSE,
) -> None:
    """Download a file to `path`, from the first address that has it; nothing is downloaded if it exists already.

    `size` (bytes) and `md5` are what the file must have; None where that is not known. `progress` receives the stage
    "download"; if it raises, the bytes so far are kept for the next time. Raises DataError with the reason of each
    address.
    """
    urls = [urls] if isinstance(urls, str) else list(urls)
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        if _problem(path, size, md5) is None:
            return
        path.unlink()
    progress = Paced(progress)
    problems: list[Sentence] = []
    for url in urls:
        problem = _from_one(url, part, size, md5, progress, pause)
        if problem is None:
            part.replace(path)
            return
        problems.append(say("{address}: {why}", address=urlsplit(url).netloc, why=problem))
    raise DataError(
        "The file {file} could not be fetched ({why}). Check the network connection and try again; an interrupted download continues where it stopped.",
        file=path.name, why=_listed(problems),
    )  # fmt: skip


def _from_one(url: str, part: Path, size: int | None, md5: str | None, progress: Progress, pause: float) -> Sentence | None:
    """Complete `part` from one address; return None on success, otherwise the reason of failure."""
    idle, restarted, at_first = 0, False, _length(part)
    while True:
        before = _length(part)
        try:
            total = _fetch(url, part, size, progress)
            if total is None or _length(part) >= total:
                problem = _problem(part, size, md5)
                if problem is None:
                    return None
                # All bytes arrived, but are wrong. Perhaps the older ones were: once more from the start, then give up.
                part.unlink()
                if restarted or not before:
                    return problem
                restarted = True
                continue
            problem = say("the connection broke off after {done} of {total} bytes", done=_length(part), total=total)
        except urllib.error.HTTPError as error:
            with error:
                return say("the server answered {code} {reason}", code=error.code, reason=error.reason)
        except urllib.error.URLError as error:
            problem = _reason(error.reason)
            if _length(part) == at_first:  # not a byte arrived: no network, or no such server; waiting would not help
                return problem
        except (TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as error:
            problem = _reason(error)
        idle = 0 if _length(part) > before else idle + 1
        if idle == PATIENCE:
            return problem
        time.sleep(pause * idle)


def _fetch(url: str, part: Path, size: int | None, progress: Progress) -> int | None:
    """Append one response to `part`, from the start if the server can't resume. Return the full size if known."""
    have = _length(part)
    request = urllib.request.Request(url, headers={"User-Agent": "clsf"})  # noqa: S310  (_OPENER knows http only)
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = _OPENER.open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if not have or error.code != 416:  # 416: there is nothing after these bytes
            raise
        error.close()
        return have
    with answer:
        resumed = answer.status == 206 and _starts_at(answer.headers.get("Content-Range", "")) == have
        if answer.status == 206 and not resumed:
            part.unlink()  # so that the next attempt asks for everything
            raise http.client.HTTPException("the server sent another part of the file than it was asked for")
        have = have if resumed else 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length is not None else size
        with part.open("ab" if resumed else "wb") as file:
            _copy(answer, file, total, lambda done: progress("download", have + done, total or 0))
    return total


def _copy(answer: http.client.HTTPResponse, file: BinaryIO, total: int | None, came: Callable[[int], None]) -> None:
    done = 0
    came(done)
    try:
        while chunk := answer.read1(CHUNK):  # read1: on a slow line it returns the bytes so far
            file.write(chunk)
            done += len(chunk)
            came(done)
    except http.client.IncompleteRead as error:
        file.write(error.partial)


def _problem(file: Path, size: int | None, md5: str | None) -> Sentence | None:
    """Return what is wrong with a complete file, or None."""
    if size is not None and _length(file) != size:
        return say("it has {found} bytes instead of {size}", found=_length(file), size=size)
    if md5 is not None:
        with file.open("rb") as opened:
            checksum = hashlib.file_digest(opened, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if checksum != md5:
            return say("its checksum is {found} instead of {md5}", found=checksum, md5=md5)
    return None


def _length(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _starts_at(content_range: str) -> int | None:
    match = re.match(r"bytes (\d+)-", content_range)
    return int(match[1]) if match else None


def _reason(error: object) -> Sentence:
    if isinstance(error, TimeoutError):
        return say("no answer within {seconds} seconds", seconds=f"{TIMEOUT:g}")
    return say("{why}", why=getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _listed(sentences: list[Sentence]) -> Sentence:
    first, *others = sentences or [say("there is no address for it")]
    for other in others:
        first = say("{first}; {second}", first=first, second=other)
    return first


def _http_only() -> urllib.request.OpenerDirector:
    """Return an opener that follows no file:, ftp: or data: address, not even where a server sends it there."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


_OPENER = _http_only()
