"""Aligned runs request deterministic kernels on a GPU. Whether a GPU then repeats results, only a GPU can show."""

from __future__ import annotations

import pytest

from tests.frameworks import process


def asked(kind: str, aligned: bool) -> tuple[bool, bool, str]:
    """Return whether deterministic kernels are on, whether PyTorch only warns, and cuBLAS' setting; in a worker's process."""
    import os

    import torch

    from clsf.backends.torch import device

    try:
        device.use_repeatable(torch.device(kind), aligned)
        only_warns = torch.is_deterministic_algorithms_warn_only_enabled()
        return torch.are_deterministic_algorithms_enabled(), only_warns, os.environ["CUBLAS_WORKSPACE_CONFIG"]
    finally:
        torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize(
    ("kind", "aligned", "wanted"),
    [("cuda", True, True), ("cuda", False, False), ("cpu", True, False)],
    ids=["aligned on a GPU", "native on a GPU", "a CPU repeats itself anyway"],
)
def test_what_is_asked_of_pytorch(kind, aligned, wanted):
    assert process("torch").run(asked, kind, aligned)[0] is wanted


def test_a_kernel_that_there_is_not_stops_no_run():
    assert process("torch").run(asked, "cuda", True)[1:] == (True, ":4096:8")


def requested(rules: str) -> list[bool]:
    """Return what training, evaluating and observing with these rules request, one after another."""
    from clsf.backends.torch import device
    from clsf.backends.torch.backend import TorchBackend
    from clsf.model.presets import preset
    from tests.jobs import random_job

    job = random_job(preset("tiny"), (8, 8, 1), images=8, rules=rules)
    images = job.prepared.train
    backend = TorchBackend(job.spec, job.plan, job.prepared, job.weights)
    seen, own = [], device.use_repeatable
    device.use_repeatable = lambda scope, aligned: seen.append(aligned)
    try:
        backend.train_steps(images[None], 0)
        backend.evaluate(images)
        backend.observe(images, 1)
        list(backend.fit_epoch([images], 1))
    finally:
        device.use_repeatable = own
    return seen


@pytest.mark.parametrize(("rules", "wanted"), [("aligned", True), ("native", False)])
def test_each_step_asks_by_its_rules(rules, wanted):
    """Not only when it is built: another model of this process may have asked for the opposite since."""
    assert process("torch").run(requested, rules) == [wanted] * 4


def left_by(first: str, then: str) -> bool:
    """Return whether kernels are deterministic after an aligned model on a kind of device, and another aligned one after it."""
    import torch

    from clsf.backends.torch import device

    try:
        for kind in (first, then):
            device.use_repeatable(torch.device(kind), True)
        return torch.are_deterministic_algorithms_enabled()
    finally:
        torch.use_deterministic_algorithms(False)


def test_a_cpu_leaves_the_setting_to_a_gpu():
    assert process("torch").run(left_by, "cuda", "cpu")


def in_any_order() -> list[bool]:
    """Return what the steps of a lockstep's session request, where the pair wants any order, and where it does not."""
    from clsf.backends.torch import device
    from clsf.compare.recording import Recording
    from clsf.compare.session import LockstepSession, SessionRequest
    from clsf.model.presets import preset
    from clsf.plan import Plan

    seen, own = [], device.use_repeatable
    device.use_repeatable = lambda scope, aligned: seen.append(aligned)
    try:
        for any_order in (True, False):
            request = SessionRequest(
                "t", "torch", preset("tiny", 10).to_json(), Plan("digits", device="cpu").to_json(), any_order
            )
            LockstepSession(request, Recording(1, evaluate_every=5)).take(tell_all=False)
        return seen
    finally:
        device.use_repeatable = own


def test_a_pair_may_want_any_order():
    seen = process("torch").run(in_any_order)
    assert seen == [False] * (len(seen) // 2) + [True] * (len(seen) // 2)
    assert len(seen) >= 2
