import pytest

from clsf import FRAMEWORKS
from tests import frameworks


@pytest.fixture(scope="session", params=FRAMEWORKS)
def framework(request) -> frameworks.Process:
    """Each framework in turn, in its own process."""
    return frameworks.process(request.param)


@pytest.fixture(scope="session")
def tensorflow() -> frameworks.Process:
    return frameworks.process("tensorflow")


@pytest.fixture(scope="session")
def torch() -> frameworks.Process:
    return frameworks.process("torch")
