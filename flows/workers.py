"""Other processes that read pages while this one writes."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_order(work: Callable[[Task], Result], tasks: Iterable[Task], workers: int) -> Iterator[tuple[Task, Result]]:
    """Each task with its result, in order: worked here, or by so many other processes, which stay a little ahead."""
    if workers <= 1:
        yield from ((task, work(task)) for task in tasks)
        return
    with pool(workers) as processes:
        under_way: deque[tuple[Task, Future[Result]]] = deque()
        for task in tasks:
            under_way.append((task, processes.submit(work, task)))
            if len(under_way) > workers + 1:
                first, result = under_way.popleft()
                yield first, result.result()
        while under_way:
            first, result = under_way.popleft()
            yield first, result.result()


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes while the block lasts; what they have not begun by then is dropped. They end with this one."""
    processes = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _end_with_parent)
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
