"""Accessibility by axe-core, which `npm ci --prefix tests/javascript` brings."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def violations(page: object, within: str = "html") -> list[str]:
    """Return a line per element that violates a rule: the rule, the element, and what would mend it. `within`: a selector."""
    if not SCRIPT.is_file():
        if os.environ.get("CI"):
            raise FileNotFoundError(f"{SCRIPT} is missing. Run: npm ci --prefix tests/javascript")
        pytest.skip("axe-core is not installed: npm ci --prefix tests/javascript")
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(SCRIPT.read_text("utf-8"))
    found = page.evaluate(
        "([within, tags]) => axe.run(within, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], preload: false })",
        [within, list(TAGS)],
    )["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} | {' '.join(re.sub(r'Fix (any|all) of the following:', '', node['failureSummary']).split())[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def settle(page: object, timeout: int = 120_000) -> None:
    """Wait until the page runs no script, and nothing of it is waited for or faded (`timeout` in milliseconds)."""
    page.wait_for_function(
        """() => {
          const app = document.querySelector("[data-testid=stApp]");
          const busy = "[data-testid=stSkeleton], [data-testid=stSpinner], [data-stale=true]";
          const now = app?.dataset.testScriptState === "notRunning" && !document.querySelector(busy);
          const since = now ? (window.clsfQuietSince ??= performance.now()) : (window.clsfQuietSince = undefined);
          return now && performance.now() - since > 600;
        }""",
        timeout=timeout,
        polling=100,  # milliseconds; at every frame it would keep the page drawing, a tenth of a core
    )
    page.evaluate("() => { window.clsfQuietSince = undefined }")
