"""Memory that a step frees is found again by the next one, instead of being asked from the system page by page."""

import subprocess
import sys

import pytest

from tests.engine.fakes import pages_of_five_steps

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="of glibc")

AS_IT_COMES = "from tests.engine.fakes import pages_of_five_steps; print(pages_of_five_steps())"
KEPT = f"from clsf.engine import allocator; assert allocator.keep_between_steps(); {AS_IT_COMES}"


def pages(program: str) -> int:
    return int(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)


def test_arrays_of_a_step_are_found_again():
    assert pages(KEPT) * 20 < pages(AS_IT_COMES)


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_workers_keep_them(engine, framework):
    asked = f"{pages_of_five_steps.__module__}:{pages_of_five_steps.__name__}"
    assert engine.call(framework, asked) * 20 < pages(AS_IT_COMES)
