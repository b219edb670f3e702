"""No other user of this machine can connect to the scheduler and the workers, or place files where they import from."""

import os
import stat
import tempfile
from pathlib import Path

import pytest
from distributed import Client, Security

from clsf.engine import scratch, secret
from clsf.engine.local import _own_certificate


def addresses(engine):
    return [engine.state().address, *engine._pool.client.scheduler_info()["workers"]]


def test_who_has_no_key_or_another_one_is_refused_everywhere(engine):
    found = addresses(engine)
    assert len(found) == 3
    assert all(address.startswith("tls://127.0.0.1:") for address in found)
    stranger = Security(**_own_certificate())
    for address in found:
        with pytest.raises(OSError, match=r"Timed out|handshake|certificate|failed|SSL"):
            Client(address, security=stranger, timeout=1, set_as_default=False)
        with pytest.raises(OSError, match=r"Timed out|failed|closed"):
            Client(address.replace("tls://", "tcp://"), timeout=1, set_as_default=False)
    assert engine.call("torch", "clsf.engine.work:ping"), "and who belongs here is not disturbed"


def test_two_starts_have_two_keys():
    one, other = secret.certificate(), secret.certificate()
    assert one[0] != other[0]
    assert one[1] != other[1]


def where(dask_worker):
    return dask_worker.local_directory


def test_the_scratch_folder_is_ours_alone(engine):
    folders = list(engine._pool.client.run(where).values())
    assert len(folders) == 2
    for folder in folders:
        top = next(part for part in Path(folder).parents if part.name.startswith(scratch.PREFIX))
        assert stat.S_IMODE(top.stat().st_mode) == 0o700
        assert top.stat().st_uid == os.getuid()


def test_what_a_killed_program_left_is_removed_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead, alive, other = (
        tmp_path / name for name in (f"{scratch.PREFIX}999999999-x", f"{scratch.PREFIX}{os.getpid()}-y", "dask")
    )
    for folder in (dead, alive, other):
        (folder / "inside").mkdir(parents=True)
    made = scratch.make()
    assert sorted(path for path in tmp_path.iterdir() if path != made) == sorted([alive, other])
    scratch.remove(made)
    assert not made.exists()
