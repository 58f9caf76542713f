"""Other processes that read pages while this one writes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from scrapers.clean import count, counting

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], workers: int
) -> Generator[tuple[Task, Result], None, None]:
    """Each task with its result, in order: worked here, or by so many other processes, which stay a little ahead."""
    if workers <= 1:
        yield from ((task, work(task)) for task in tasks)
        return
    with pool(workers) as processes:
        under_way: deque[tuple[Task, Future[tuple[Result, Counter[str]]]]] = deque()
        for task in tasks:
            under_way.append((task, processes.submit(counted, work, task)))
            if len(under_way) > workers + 1:
                yield _received(*under_way.popleft())
        while under_way:
            yield _received(*under_way.popleft())


def counted(work: Callable[[Task], Result], task: Task) -> tuple[Result, Counter[str]]:
    """The result of a task in another process, and what was cleaned for it there: that is counted where it is received."""
    with counting() as fired:
        return work(task), fired


def _received(task: Task, future: Future[tuple[Result, Counter[str]]]) -> tuple[Task, Result]:
    result, fired = future.result()
    count(fired)
    return task, result


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes while the block lasts; what they have not begun by then is dropped. They end with this one, and Ctrl-C
    in a terminal, which is told to all of them, is for this one alone."""
    processes = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _end_with_parent)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what they start with, imports included
    try:
        for _ in range(workers):
            processes.submit(int)  # none is free yet: each starts one
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        yield processes
    finally:
        processes.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """A worker whose writer was killed waits for ever, if nothing ends it."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs in a worker"

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
