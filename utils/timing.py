"""How long something takes."""

import time
from collections.abc import Callable
from statistics import median


def median_ms(call: Callable[[], object], n: int) -> float:
    """Call `n` times, after some calls to warm up; return the median duration in milliseconds."""
    for _ in range(min(n, 10)):
        call()
    durations = []
    for _ in range(n):
        start = time.perf_counter()
        call()
        durations.append(time.perf_counter() - start)
    return 1000 * median(durations)
