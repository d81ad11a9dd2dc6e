"""A Dask cluster that is there already, as an executor: found, held to our versions, watched, and let go.

A task travels as one pickled piece, so that the scheduler looks into nothing. A lost worker's tasks are done again by
the scheduler; where the scheduler itself is lost, or every worker, what is under way is cancelled and `lost` says why.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

from accord.core import lstm_cache
from accord.errors import EngineLost, InputError, brief

ADDRESS = re.compile(r"(tcp|tls)://(\[[^\]\s]+\]|[^:/\s\[\]]+):(\d{1,5})")
SAME = ("accord", "distributed", "numpy", "scipy", "xarray", "jax")
"""Libraries that must have one version everywhere: digits depend on them, or tasks do not travel."""
PATIENCE = 10.0
"""Seconds that a scheduler has to answer, and to have a worker."""
GRACE = 30.0
"""Seconds without any worker, or without an answer of the scheduler, after which a run ends."""
LOOK = 1.0
"""Seconds between two looks at the cluster."""
LOGGERS = (
    "distributed",
    "distributed.client",
    "distributed.core",
    "distributed.comm",
    "tornado.application",
    "asyncio",
)


class Cluster(Executor):
    """The executor of a connected client, with the number of its `places` and, once it is `lost`, the reason."""

    def __init__(self, client: Any, address: str, workers: Mapping[str, Any]) -> None:
        self.address, self._client = address, client
        self.lost = ""
        self._inner = client.get_executor(pure=False)
        self._under_way: WeakSet[Future[Any]] = WeakSet()
        self._ended = threading.Event()
        self.places = _places(workers)
        threading.Thread(target=self._watch, daemon=True, name="accord-cluster").start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a task; its future is cancelled where the cluster is lost."""
        import cloudpickle

        parcel = cloudpickle.dumps((fn, args, kwargs))
        if self.lost:
            raise EngineLost(self.lost)
        try:
            future: Future[Any] = self._inner.submit(opened, parcel)
        except Exception as error:
            raise EngineLost(self.lost or _gone(self.address)) from error
        self._under_way.add(future)
        return future

    def explained(self, error: Exception) -> Exception | None:
        """What an error says that comes from the cluster, not from the task itself."""
        if isinstance(error, CancelledError):
            return EngineLost(self.lost or _gone(self.address))
        if type(error).__name__ == "KilledWorker":
            return RuntimeError(
                f"workers of {self.address} died one after the other over the same task; their memory may be too small"
            )
        return None

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Cancel what is under way and stop watching; the cluster goes on without us."""
        self._ended.set()
        self._cancel()

    def _watch(self) -> None:
        """Look for the scheduler and its workers until the end, or until they are missed for too long."""
        seen = time.monotonic()
        while not self._ended.wait(LOOK):
            found = None
            with suppress(Exception):
                found = self._client.sync(self._client.scheduler.identity, n_workers=-1, callback_timeout=PATIENCE)
            if found and found["workers"]:
                seen, self.places = time.monotonic(), _places(found["workers"])
            elif time.monotonic() - seen > GRACE and not self._ended.is_set():
                self.lost = (
                    _gone(self.address)
                    if found is None
                    else f"every worker of the scheduler at {self.address} was lost, and none came back in {GRACE:.0f} s"
                )
                self._cancel()
                return

    def _cancel(self) -> None:
        for future in list(self._under_way):
            with suppress(Exception):
                future.cancel()


def opened(parcel: bytes) -> Any:
    """Do a task on a worker; where it fails, look whether a file was there that one of its arguments names as `path`."""
    import cloudpickle

    task, args, kwargs = cloudpickle.loads(parcel)
    try:
        return task(*args, **kwargs)
    except Exception as error:
        needed = (getattr(one, "path", None) for one in args)
        if unseen := next((path for path in needed if path is not None and not os.path.exists(path)), None):
            raise InputError(
                f"a worker on {socket.gethostname()} does not see {unseen}; every worker needs the files of the study and "
                "the folder of its results on a shared disk, under the same path as here"
            ) from error
        raise


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The executor of the cluster whose scheduler is at `address`, as tcp://HOST:PORT or tls://HOST:PORT.

    Raises
    ------
    InputError
        If the address has another form, nobody answers there, there is no worker, or versions differ.
    """
    match = ADDRESS.fullmatch(address)
    if match is None or not 0 < int(match[3]) < 65536:
        raise InputError(f'engine "{brief(address)}" is not the address of a scheduler; write tcp://HOST:PORT')
    try:
        import dask
        import distributed
    except ImportError as error:
        raise InputError(
            f'engine "{address}": a Dask cluster needs the extra "scale": pip install "accord[scale]"'
        ) from error
    with _hushed(), dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):
        client = _client(distributed, address)
        try:
            cluster = Cluster(client, address, _checked(client, address))
            try:
                yield cluster
            finally:
                cluster.shutdown()
        finally:
            _close(client)


def _client(distributed: Any, address: str) -> Any:
    try:
        with ThreadPoolExecutor(1) as apart:  # a notebook has a loop of its own running here
            found = apart.submit(asyncio.run, _identity(distributed, address)).result()
        if found.get("type") != "Scheduler":
            raise InputError(
                f'engine "{address}": there is a {str(found.get("type")).lower()}; give the address of the scheduler'
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared below, in one sentence
            return distributed.Client(address, timeout=PATIENCE, set_as_default=False, name="accord")
    except InputError:
        raise
    except Exception as error:
        if address.startswith("tls") and isinstance(error, TypeError):
            raise InputError(
                f'engine "{address}": no certificates; name them in Dask\'s settings, distributed.comm.tls'
            ) from error
        raise InputError(
            f'engine "{address}": no Dask scheduler answers there; start one with "dask scheduler", or mend the address'
        ) from error


async def _identity(distributed: Any, address: str) -> dict[str, Any]:
    """What stands at an address says it is; a client alone would wait for ever for a port that keeps silent."""
    given = distributed.Security().get_connection_args("client")

    async def ask() -> dict[str, Any]:
        comm = await distributed.comm.connect(address, timeout=PATIENCE, **given)
        try:
            await comm.write({"op": "identity", "reply": True})
            return dict(await comm.read())
        finally:
            comm.abort()

    return await asyncio.wait_for(ask(), 2 * PATIENCE)


def _checked(client: Any, address: str) -> Mapping[str, Any]:
    """The workers, once there is one and all have our versions."""
    try:
        with suppress(TimeoutError):  # a worker may just be starting
            client.wait_for_workers(1, timeout=PATIENCE)
        found = client.get_versions(packages=list(SAME))
        workers: Mapping[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
        if "JAX_COMPILATION_CACHE_DIR" in os.environ:
            client.run(lstm_cache.keep, on_error="ignore")
    except Exception as error:
        raise InputError(
            f'engine "{address}": the scheduler does not answer ({brief(error)}); start it again'
        ) from error
    if not found["workers"]:
        raise InputError(f'engine "{address}": the scheduler has no worker; start some with "dask worker {address}"')
    if said := difference(found):
        raise InputError(f'engine "{address}": {said}; results need the same versions everywhere')
    return workers


def difference(found: Mapping[str, Any]) -> str:
    """The first library whose version differs between here and the scheduler or a worker, and where; or nothing.

    Examples
    --------
    >>> one, two = ({"packages": {"python": p, "numpy": n}} for p, n in (("3.12.1.final.0", "2.4.0"), ("3.12.4.final.0", "2.3.1")))
    >>> difference({"client": one, "scheduler": one, "workers": {"tcp://a:1": two}})
    'numpy is 2.4.0 here and 2.3.1 on the worker tcp://a:1'
    >>> difference({"client": one, "scheduler": two, "workers": {"tcp://a:1": one}})
    ''
    """
    here = _versions(found["client"])
    for where, told in found["workers"].items():
        there = _versions(told if isinstance(told, Mapping) else {})
        for name in ("python", *SAME):
            if here.get(name) and here[name] != there.get(name):
                return f"{name} is {here[name]} here and {there.get(name) or 'absent'} on the worker {where}"
    there = _versions(found["scheduler"])
    for name in ("python", "distributed"):
        if here.get(name) and here[name] != there.get(name):
            return f"{name} is {here[name]} here and {there.get(name) or 'absent'} on the scheduler"
    return ""


def _versions(told: Mapping[str, Any]) -> dict[str, str | None]:
    packages = dict(told.get("packages") or {})
    return packages | {"python": ".".join(str(packages.get("python", "")).split(".")[:2])}


def _places(workers: Mapping[str, Any]) -> int:
    """Tasks that the cluster can do at a time."""
    return max(1, sum(int(worker["nthreads"]) for worker in workers.values()))


def _gone(address: str) -> str:
    return f"the scheduler at {address} was lost"


def _close(client: Any) -> None:
    """Let the client go without waiting for a scheduler that is no more."""
    with suppress(Exception):
        client._timeout = 0  # or it looks for a lost scheduler again before it closes
        client.close(timeout=5)


@contextmanager
def _hushed() -> Iterator[None]:
    """What the client's threads would log of a lost cluster is said once, by us."""
    before = {name: logging.getLogger(name).level for name in LOGGERS}
    try:
        for name in LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
