"""Where tasks run: here, on threads, or on processes, through the standard executor interface alone.

Results come back in the order of the tasks; only a few tasks are under way at a time, so memory stays
bounded; Ctrl-C or a failure cancels what has not started.

A kernel deep inside a study does not get an executor handed through every call: who owns one says
`with working(pool, tell):` around the work, and the kernel asks `at_hand()`. Tasks on workers find none,
so a task that asks runs its own tasks inline and cannot wait for itself.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from accord.errors import InputError

T = TypeVar("T")
ENGINES = ("threads", "processes")
Tell = Callable[[str, int, int], None]
"""Takes what is under way, how many parts of it are done, and of how many."""


def quiet(_text: str, _done: int, _all: int) -> None:
    """Tell nobody."""


class Hands(NamedTuple):
    """What a kernel may work with: an executor, or None to run inline; whom to tell how far it is; where to keep things."""

    pool: Executor | None = None
    tell: Tell = quiet
    folder: Path | None = None
    """Where a kernel may leave what takes long to make and does not depend on the data, or None."""


_at_hand: ContextVar[Hands] = ContextVar("at_hand", default=Hands())  # noqa: B039 - a named tuple never changes


def at_hand() -> Hands:
    """The executor and the listener that `working` set around this call; by default none, and nobody."""
    return _at_hand.get()


@contextmanager
def working(pool: Executor | None, tell: Tell = quiet, folder: Path | None = None) -> Iterator[None]:
    """Lend an executor, a listener and a folder to every kernel called within.

    Examples
    --------
    >>> with connect("threads") as pool, working(pool, print):
    ...     at_hand().tell("training", 1, 2)
    training 1 2
    >>> at_hand().pool is None
    True
    """
    token = _at_hand.set(Hands(pool, tell, folder))
    try:
        yield
    finally:
        _at_hand.reset(token)


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def connect(engine: str = "threads", workers: int | None = None) -> Iterator[Executor]:
    """An executor for `engine`: "threads" or "processes".

    Raises
    ------
    InputError
        If the engine is unknown, or a scheduler address (not available yet).
    """
    if engine.startswith("tcp://"):
        raise InputError(f'engine "{engine}": clusters are not available yet; use threads or processes')
    if engine not in ENGINES:
        raise InputError(f'unknown engine "{engine}"; allowed: {", ".join(ENGINES)}')
    number = workers or cores()
    pool: Executor
    if engine == "threads":
        pool = ThreadPoolExecutor(number, thread_name_prefix="accord")
    else:
        pool = ProcessPoolExecutor(number, mp_context=get_context("spawn"), initializer=_follow)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _follow() -> None:
    """A worker leaves Ctrl-C to the process that started it, and ends when that one does, even if it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


@contextmanager
def beside(task: Callable[..., object], *args: Any) -> Iterator[Callable[[], None]]:
    """Run `task(*args)` in a process of its own while the block runs; the block gets what waits for its end.

    The process ends with the block, whether it is done or not, and tells what it made by the files it wrote: one that
    dies, or never starts, leaves fewer of them and nothing else. A script must have its
    `if __name__ == "__main__":`, as for every process that is spawned.
    """
    process = get_context("spawn").Process(target=_alone, args=(task, *args), daemon=True)
    try:
        with suppress(OSError), _interrupts_held():
            process.start()
        yield process.join if process.pid is not None else lambda: None
    finally:
        if process.pid is not None:
            process.kill()
            process.join()


def _alone(task: Callable[..., object], *args: Any) -> None:
    """A task whose failure is only that it is not done."""
    _follow()
    with suppress(Exception):
        task(*args)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits while a worker may be starting, which inherits the deafness where the system has such masks."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ordered(
    pool: Executor | None, task: Callable[..., T], items: Iterable[tuple[Any, ...]], ahead: int = 0
) -> Iterator[T]:
    """Run `task(*item)` for each item and yield the results in order; inline without a pool.

    Examples
    --------
    >>> list(ordered(None, pow, [(2, 3), (3, 2)]))
    [8, 9]
    """
    if pool is None:
        for item in items:
            yield task(*item)
        return
    limit = ahead or 2 * cores() + 1
    under_way: deque[Future[T]] = deque()
    try:
        for item in items:
            with _interrupts_held():
                under_way.append(pool.submit(task, *item))
            if len(under_way) >= limit:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool as error:
        raise RuntimeError(
            "a worker process died; nothing was lost. A script that asks for processes must start under "
            'if __name__ == "__main__":; else the memory may be too small, so run again on threads'
        ) from error
    finally:
        for future in under_way:
            future.cancel()
