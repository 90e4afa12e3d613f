"""The benchmark drives the page by the keys of its widgets: they may change."""

import asyncio

import pytest

from model.measure import benchmark
from model.measure.speed.sessions import make_drawings


@pytest.mark.process
def test_the_page_is_opened_and_reads(server):
    asyncio.run(benchmark.open_and_draw(server, make_drawings(2)))


def test_reruns_with_a_drawing_are_timed(monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "median_ms", lambda rerun, n: rerun() and 1.0)
    benchmark.measure_rerun()
    assert capsys.readouterr().out.count("1.000 ms") == 2
