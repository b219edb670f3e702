"""What the engine knows of its workers, from the scheduler's information."""

from __future__ import annotations

from collections import Counter

from clsf.engine.worker_table import WorkerTable

ADDRESS = "tls://127.0.0.1:1"


def said(status: str, memory: int = 500_000_000) -> dict[str, dict]:
    return {
        ADDRESS: {
            "resources": {"TORCH": 1}, "host": "127.0.0.1", "nthreads": 2, "memory_limit": 900_000_000, "status": status,
            "metrics": {"memory": memory},
        }
    }  # fmt: skip


def test_a_worker_that_dask_has_paused_waits_for_memory_until_it_goes_on():
    table = WorkerTable(("torch",))
    table.update(said("running"))
    table.warmed(ADDRESS, "cpu")
    assert [state.status for state in table.states(set())] == ["warm"]
    assert table.free(Counter())["torch"] == 1
    table.update(said("paused", 800_000_000))
    (state,) = table.states(set())
    assert (state.status, state.memory_mb) == ("paused", 800)
    assert table.free(Counter())["torch"] == 0, "a run that is sent there would wait without a word"
    assert [state.status for state in table.states({ADDRESS})] == ["busy"], "a run that is there already still trains"
    table.update(said("running"))
    assert [state.status for state in table.states(set())] == ["warm"]
    assert table.free(Counter())["torch"] == 1


def test_a_run_asks_for_the_very_worker_that_has_none():
    table = WorkerTable(("torch",))
    other = "tls://127.0.0.1:2"
    facts = said("running")[ADDRESS]
    table.update({ADDRESS: facts, other: facts | {"resources": {"TORCH_2": 1}, "name": "torch-2"}})
    table.warmed(other, "cpu")
    assert table.free(Counter({"torch": 1}))["torch"] == 1
    assert table.idle("torch", set()).resource == "TORCH_2"  # warm
    assert table.idle("torch", {other}).resource == "TORCH"
    assert table.idle("torch", {ADDRESS, other}) is None
    table.workers[other].lost = True  # it leaves
    assert table.idle("torch", {ADDRESS}) is None


def test_a_worker_of_something_else_is_none_of_ours():
    table = WorkerTable(("torch",))
    table.update({ADDRESS: said("running")[ADDRESS] | {"resources": {"TORCH_CALL": 1, "GPU": 1}}})
    assert table.workers == {}
