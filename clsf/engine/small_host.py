"""A host with little memory: one worker process, which holds one framework at a time and makes way for the other."""

from __future__ import annotations

import logging
import time

from clsf import FRAMEWORKS
from clsf.engine.local import LocalWorkers
from clsf.engine.machine import memory_bytes

logger = logging.getLogger("clsf.engine")

SMALL_BYTES = 2_700_000_000
"""Memory up to which a host is small: Streamlit Community Cloud's hosts have 2.7 GB. The app takes about 0.25 GB, and each
framework with a small model in training 0.7 to 1.0 GB, which leaves no room for two of them and for the memory that a picture
page or an upload needs for a moment."""


SETTLED_SECONDS = 3.0
"""How long a worker that was just requested stays, so that two readers who need different frameworks do not end each other's
worker before it has done anything."""


def is_small(setting: str) -> bool:
    """Return whether this host is treated as small: "on", "off", or "auto", which checks the memory."""
    return setting == "on" or (setting == "auto" and memory_bytes() <= SMALL_BYTES)


class SmallWorkers(LocalWorkers):
    """Like LocalWorkers, but with one worker. A caller that needs the other framework uses `want`; see WorkerPool for when."""

    small = True
    frameworks = ()  # none of them has a worker for certain
    share = 0.75
    _first = FRAMEWORKS[:1]
    _settled = 0.0  # monotonic

    def want(self, framework: str) -> bool:
        """Replace the worker by one for this framework, unless one is coming already. Return whether it is replaced now."""
        if self._closing or framework in self._nannies or time.monotonic() < self._settled:
            return False
        self._settled = time.monotonic() + SETTLED_SECONDS
        self._runner.loop.add_callback(self._make_way, framework)
        return True

    def enlarge(self, framework: str, more: int) -> None:
        """Do nothing: there is no room."""

    async def _make_way(self, framework: str) -> None:
        # Entered before anything is awaited, so that another request meanwhile does not start a third.
        self._nannies[framework] = self._nanny(framework)
        await self._end_nannies(lambda name: name != framework)
        logger.info("The worker makes way for %s", framework)
        self._launch(self._nannies[framework])
