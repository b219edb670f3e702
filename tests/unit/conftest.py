"""Fixtures of the unit tests."""

import pytest

from clsf.runs.store import RunStore
from tests.stores import waited_for


@pytest.fixture
def store(tmp_path):
    """An empty run store in the test's own folder, which waits for its writes."""
    opened = waited_for(RunStore.open(tmp_path))
    yield opened
    opened.close()
