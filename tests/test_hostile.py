"""Pages made to hurt: whatever their size, time grows as they do, and they end as a Bulletin or a typed outcome.

How long the worst of each takes is measured by `make bench`; a machine that others use too tells nothing by its clock.
"""

from __future__ import annotations

import time

import pytest

from tests.faults.pages import HOSTILE
from tests.faults.sound import outcome

ENOUGH = 0.01
"""CPU seconds that a page must take before its growth can be told from what every page costs."""
LEAST = 0.005
"""CPU seconds that are nothing: growth below is not looked at."""
TRIES = 4


def seconds(name: str, n: int) -> float:
    """The CPU time of the hostile page with `n` parts; what becomes of it must be sound."""
    data = HOSTILE[name].page(n)
    started = time.process_time()
    outcome(data)
    return time.process_time() - started


def growth(name: str, n: int) -> float:
    """How many times as long a page of four times `n` parts takes: 4 where time is linear, 16 where it is quadratic."""
    return seconds(name, 4 * n) / max(seconds(name, n), LEAST)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_of_four_times_the_parts_takes_not_much_more_than_four_times_as_long(name: str) -> None:
    n = max(HOSTILE[name].worst // 512, 1)
    while n * 8 <= HOSTILE[name].worst and seconds(name, n) < ENOUGH:
        n *= 2
    assert any(growth(name, n) < 8 for _ in range(TRIES)), f"{n} parts"


@pytest.mark.soak
@pytest.mark.parametrize("name", HOSTILE)
def test_the_worst_page_takes_not_much_more_than_four_times_a_quarter_of_it(name: str) -> None:
    assert any(growth(name, HOSTILE[name].worst // 4) < 8 for _ in range(TRIES))
