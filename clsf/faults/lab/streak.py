"""Streaks: cases solved in a row, and days in a row with a solved daily case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True)
class Streak:
    """`row`: cases solved since the last wrong answer. `days`: days in a row with a daily case, the last of them `day`."""

    row: int = 0
    best: int = 0
    days: int = 0
    day: str = ""  # ISO date

    def solved(self, day: date | None = None) -> Streak:
        """Return the streak after a case was solved; `day`: the day whose daily case it was."""
        row = self.row + 1
        updated = replace(self, row=row, best=max(self.best, row))
        if day is None or self.day == day.isoformat():
            return updated
        yesterday = (day - timedelta(days=1)).isoformat()
        return replace(updated, days=self.days + 1 if self.day == yesterday else 1, day=day.isoformat())

    def missed(self) -> Streak:
        """Return the streak after a wrong answer."""
        return replace(self, row=0)

    def days_on(self, day: date) -> int:
        """Return how many days in a row it is on a day: none if the last one was before yesterday."""
        return self.days if self.day in (day.isoformat(), (day - timedelta(days=1)).isoformat()) else 0

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, object]) -> Streak:
        """Read a row; invalid values count as 0."""
        numbers = {name: row.get(name) for name in ("row", "best", "days")}
        day = row.get("day")
        kept = {name: n for name, n in numbers.items() if isinstance(n, int) and 0 <= n < 100_000}
        return cls(**kept, day=day if isinstance(day, str) else "")
