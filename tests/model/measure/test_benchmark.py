"""The benchmark drives the page by the keys of its widgets: they may change."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.measure import benchmark
from model.measure.speed.sessions import make_drawings


@pytest.mark.process
def test_the_page_is_opened_and_reads(server):
    with ThreadPoolExecutor(1) as thread:  # Playwright's event loop may be running in this one
        thread.submit(asyncio.run, benchmark.open_and_draw(server, make_drawings(2))).result()


def test_reruns_with_a_drawing_are_timed(monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "median_ms", lambda rerun, n: rerun() and 1.0)
    benchmark.measure_rerun()
    assert capsys.readouterr().out.count("1.000 ms") == 2
