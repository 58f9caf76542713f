"""Worker processes that read pages while this process writes."""

from __future__ import annotations

import logging
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
    """Each task with its result, in order. With one worker the work is done here, otherwise by `workers` processes that stay a
    little ahead."""
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
    """The result of a task in another process, with its cleaning counts, which the receiver adds to its own."""
    with counting() as fired:
        return work(task), fired


def _received(task: Task, future: Future[tuple[Result, Counter[str]]]) -> tuple[Task, Result]:
    result, fired = future.result()
    count(fired)
    return task, result


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of `workers` processes for the duration of the block; tasks not begun by its end are dropped. The workers end with
    this process. Ctrl-C in a terminal, which reaches all of them, stops only this process."""
    processes = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _end_with_parent)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # workers inherit it before their imports
    try:
        for _ in range(workers):
            processes.submit(int)  # no worker is free yet, so each call starts one
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        yield processes
    finally:
        processes.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """End this worker when its parent ends; otherwise it would wait for ever for a writer that was killed. What it would warn
    of, such as a broken recipe, its parent has said."""
    logging.getLogger("gaoxin").setLevel(logging.ERROR)
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs in a worker"

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
