"""Sessions without a browser: what the benchmark counts as right, and that the page gives each its own answer."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from model.measure.sessions import Tab, make_drawings, measure


def run(sessions: Coroutine):
    """Run it in a thread of its own: in this one the browser's tests may have a loop going."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, sessions).result()


def test_sessions_at_once_each_get_their_own_answers(server):
    figures = run(measure(server, 4, seconds_between=0))
    assert len(figures.answer_s) == 40
    assert figures.crossed == 0


def test_an_answer_to_another_drawing_is_noticed(server):
    async def draw():
        one, another = make_drawings(2)
        async with asyncio.TaskGroup() as group:
            tab = Tab(server.url, group)
            await tab.open()
            _, right = await tab.draw(one)
            _, crossed = await tab.draw(replace(another, probabilities=one.probabilities))
            await tab.close()
        return right, crossed

    assert run(draw()) == (True, False)
