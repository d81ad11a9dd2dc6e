"""Where tasks run: here, on threads, on processes or a Dask cluster, through the standard executor interface alone.

Results come back in the order of the tasks; only a few tasks are under way at a time, so memory stays
bounded; Ctrl-C or a failure cancels what has not started. The tasks of a worker that died are done again.

A kernel deep inside a study does not get an executor handed through every call: who owns one says
`with working(pool, tell):` around the work, and the kernel asks `at_hand()`. Tasks on workers find none,
so a task that asks runs its own tasks inline and cannot wait for itself.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from accord.errors import InputError

T = TypeVar("T")
ENGINES = ("threads", "processes")
KEPT = {"M_ARENA_MAX": (-8, 1), "M_MMAP_THRESHOLD": (-3, 1 << 30), "M_TRIM_THRESHOLD": (-1, 1 << 30)}
"""Options of glibc's `mallopt`, by their names: number and value."""
DEATHS = 3
"""Dead workers that one list of tasks survives; the scheduler of a Dask cluster allows a task as many by default."""
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


@cache
def keep_freed_memory() -> None:
    """Let the C library keep what large arrays give back, once for this process.

    glibc returns it to the system after every tile and asks for it anew, page by page, which takes a fifth of the time of
    a pass over a grid. What is kept is never more than was needed at one time; threads begun later share it.
    """
    with suppress(OSError, AttributeError):  # another system, or a C library that does not know of this
        for option, value in KEPT.values():
            ctypes.CDLL(None).mallopt(option, value)


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def connect(engine: str = "threads", workers: int | None = None) -> Iterator[Executor]:
    """An executor for `engine`: "threads", "processes", or the scheduler of a Dask cluster as "tcp://HOST:PORT".

    Raises
    ------
    InputError
        If the engine is unknown, or there is no cluster at the address that could do our tasks.
    """
    if "://" in engine:
        from accord.core.cluster import connected

        with connected(engine) as cluster:
            yield cluster
        return
    if engine not in ENGINES:
        raise InputError(f'unknown engine "{engine}"; allowed: {", ".join(ENGINES)}, tcp://HOST:PORT')
    number = workers or cores()
    pool = ThreadPoolExecutor(number, thread_name_prefix="accord") if engine == "threads" else Processes(number)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class Processes(Executor):
    """Worker processes; once one has died, the next task finds new ones."""

    def __init__(self, number: int) -> None:
        self._number, self._lived = number, False
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self._began = context.Event()
        self._pool = ProcessPoolExecutor(self._number, mp_context=context, initializer=_follow, initargs=(self._began,))

    @property
    def began(self) -> bool:
        """Whether a worker has ever come to life, be it before the ones that are starting now."""
        return self._lived or self._began.is_set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give a task to the processes."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenProcessPool:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._lived = self.began
            self._start()
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)


def _follow(began: Any = None) -> None:
    """A worker leaves Ctrl-C to the process that started it, and ends when that one does, even if it was killed."""
    if began is not None:
        began.set()
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
    rest, deaths = iter(items), 0
    under_way: deque[tuple[tuple[Any, ...], Future[T]]] = deque()
    try:
        while True:
            room = (ahead or 2 * getattr(pool, "places", cores()) + 1) - len(under_way)
            under_way.extend((item, _sent(pool, task, item)) for item in islice(rest, max(room, 0)))
            if not under_way:
                return
            try:
                out = under_way[0][1].result()
            except BrokenProcessPool as error:
                deaths += 1
                if deaths > DEATHS or not getattr(pool, "began", False):
                    raise RuntimeError(_died(deaths)) from error
                under_way = deque((item, _sent(pool, task, item)) for item, _ in under_way)
                continue
            except Exception as error:
                if said := getattr(pool, "explained", lambda _: None)(error):
                    raise said from error
                raise
            under_way.popleft()
            yield out
    finally:
        for _, future in under_way:
            future.cancel()


def _sent(pool: Executor, task: Callable[..., T], item: tuple[Any, ...]) -> Future[T]:
    with _interrupts_held():
        return pool.submit(task, *item)


def _died(deaths: int) -> str:
    if deaths > 1:
        return (
            f"worker processes died {deaths} times over the same tasks; the memory may be too small, so run again on "
            "threads"
        )
    return (
        "worker processes die before they begin; a script that asks for processes must start under "
        'if __name__ == "__main__":'
    )
