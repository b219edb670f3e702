"""What the engine knows of its workers, from what a scheduler says of them."""

from __future__ import annotations

from collections import Counter

from clsf.engine.roster import Roster

ADDRESS = "tls://127.0.0.1:1"


def said(status: str, memory: int = 500_000_000) -> dict[str, dict]:
    return {
        ADDRESS: {
            "resources": {"TORCH": 1}, "host": "127.0.0.1", "nthreads": 2, "memory_limit": 900_000_000, "status": status,
            "metrics": {"memory": memory},
        }
    }  # fmt: skip


def test_a_worker_that_dask_has_paused_waits_for_memory_until_it_goes_on():
    roster = Roster(("torch",))
    roster.update(said("running"))
    roster.warmed(ADDRESS, "cpu")
    assert [state.status for state in roster.states(set())] == ["warm"]
    assert roster.free(Counter())["torch"] == 1
    roster.update(said("paused", 800_000_000))
    (state,) = roster.states(set())
    assert (state.status, state.memory_mb) == ("paused", 800)
    assert roster.free(Counter())["torch"] == 0, "a run that is sent there would wait without a word"
    assert [state.status for state in roster.states({ADDRESS})] == ["busy"], "a run that is there already still trains"
    roster.update(said("running"))
    assert [state.status for state in roster.states(set())] == ["warm"]
    assert roster.free(Counter())["torch"] == 1
