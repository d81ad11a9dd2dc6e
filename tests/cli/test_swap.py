"""The old output stays whole: full disks, Ctrl-C and SIGKILL at many moments, two runs at once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accord.errors import InputError
from accord.io import folder

Files = Any
posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of this kind are POSIX")
Start = Callable[..., "subprocess.Popen[str]"]
PARTIAL, OLD = ".results.partial", ".results.old"


def appears(path: Path, process: subprocess.Popen[str], seconds: float = 60) -> bool:
    """Wait until a path is there; False where the process ended before."""
    end = time.monotonic() + seconds
    while not path.exists():
        if process.poll() is not None or time.monotonic() > end:
            return path.exists()
        time.sleep(0.001)
    return True


def names(place: Path) -> set[str]:
    return {p.name for p in place.iterdir()} - {"study", ".accord"}


# simulated: what a killed process leaves, and what the next run makes of it


@pytest.fixture
def new(tmp_path: Path, finished: Path, old: Path) -> Path:
    """A complete new folder, told apart from the old one by a file of each."""
    made = tmp_path / PARTIAL
    shutil.copytree(finished, made)
    (made / "new.txt").write_text("new")
    (old / "old.txt").write_text("old")
    return made


def test_killed_before_the_swap(new: Path, old: Path, bytes_of: Callable[[Path], Any]) -> None:
    before = bytes_of(old)
    folder.recover(old)
    assert bytes_of(old) == before


@pytest.mark.parametrize("complete", [True, False])
def test_killed_between_the_renames(complete: bool, new: Path, old: Path, bytes_of: Callable[[Path], Any]) -> None:
    """The new folder is taken if it is complete, the old one comes back otherwise."""
    if not complete:
        (new / "run.json").unlink()
    expected = bytes_of(new) if complete else bytes_of(old)
    old.rename(old.parent / OLD)
    folder.recover(old)
    assert bytes_of(old) == expected
    assert not (old.parent / OLD).exists()


def test_killed_after_the_swap(new: Path, old: Path, bytes_of: Callable[[Path], Any]) -> None:
    old.rename(old.parent / OLD)
    new.rename(old)
    expected = bytes_of(old)
    folder.recover(old)
    assert bytes_of(old) == expected
    assert names(old.parent) == {"results"}


def test_killed_with_the_old_folder_alone(old: Path, bytes_of: Callable[[Path], Any]) -> None:
    before = bytes_of(old)
    old.rename(old.parent / OLD)
    folder.recover(old)
    assert bytes_of(old) == before


def test_next_run_completes_the_swap(new: Path, old: Path, files: Files, door: Callable[..., Any], bare: None) -> None:
    old.rename(old.parent / OLD)
    assert door("run", files.write(), "--out", old).code == 0
    assert (old / "new.txt").read_text() == "new"
    assert names(old.parent) == {"results"}


def test_leftover_partial_is_no_hindrance(old: Path, files: Files, door: Callable[..., Any], bare: None) -> None:
    (old.parent / PARTIAL / "tables").mkdir(parents=True)
    (old.parent / PARTIAL / "tables" / "half.csv").write_text("half")
    assert door("run", files.write(), "--out", old).code == 0
    assert not (old / "tables" / "half.csv").exists()
    assert names(old.parent) == {"results"}


def test_failing_rename(old: Path, monkeypatch: pytest.MonkeyPatch, bytes_of: Callable[[Path], Any]) -> None:
    """Whatever interrupts the second rename, the old folder comes back at once."""
    before, rename = bytes_of(old), Path.rename
    for error in (KeyboardInterrupt(), OSError(16, "busy"), RuntimeError("odd")):

        def broken(self: Path, target: Path, error: BaseException = error) -> Path:
            if self.name == PARTIAL:
                raise error
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", broken)
        with pytest.raises((type(error), InputError)), folder.swapped(old) as fresh:
            (fresh / "run.json").write_text('{"accord": "x"}')
        monkeypatch.undo()
        assert bytes_of(old) == before
        assert names(old.parent) == {"results"}


# interrupted in this process, at every word the run says


def test_interrupted_at_every_word(files: Files, old: Path, bytes_of: Callable[[Path], Any], bare: None) -> None:
    from accord.project import run

    plan, before = files.write(), bytes_of(old)
    for stop in range(0, 100, 3):
        said: list[str] = []

        def tell(text: str, done: int, every: int, stop: int = stop, said: list[str] = said) -> None:
            said.append(text)
            if len(said) > stop:
                raise KeyboardInterrupt

        try:
            run(plan, old, tell=tell)
        except KeyboardInterrupt:
            assert bytes_of(old) == before, said[-1]
            assert names(old.parent) == {"results"}, said[-1]
        else:
            break
    assert stop > 15


def test_report_interrupted(
    old: Path, bytes_of: Callable[[Path], Any], monkeypatch: pytest.MonkeyPatch, bare: None
) -> None:
    """A report that is not finished takes no file's place."""
    import accord.reports.html
    from accord.project import report

    before = bytes_of(old)
    for error in (KeyboardInterrupt(), ZeroDivisionError()):

        def broken(*_: Any, error: BaseException = error, **_more: Any) -> str:
            raise error

        monkeypatch.setattr(accord.reports.html, "page", broken)
        with pytest.raises(type(error)):
            report(old, language="zh")
        assert bytes_of(old) == before
        assert names(old.parent) == {"results"}


# real signals


@pytest.fixture
def full_study(make: Callable[..., Files]) -> Path:
    return make().write()


@posix
@pytest.mark.parametrize("moment", ["", "tables", "figures"])
def test_ctrl_c(moment: str, full_study: Path, old: Path, bytes_of: Callable[[Path], Any], started: Start) -> None:
    before = bytes_of(old)
    process = started("run", full_study, "--out", old)
    assert appears(old.parent / PARTIAL / moment, process)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    if process.returncode == 0:  # it was done before the signal came
        assert names(old.parent) == {"results"}
        return
    assert process.returncode == 1, error
    lines = [line for line in error.splitlines() if line.startswith("accord: ")]
    assert lines == ["accord: interrupted; earlier results are as they were"], error
    assert error.splitlines()[-1] == lines[0]
    assert "Traceback" not in error
    assert bytes_of(old) == before
    assert names(old.parent) == {"results"}


@posix
def test_sigkill_at_many_moments(
    full_study: Path, old: Path, bytes_of: Callable[[Path], Any], door: Callable[..., Any], started: Start, bare: None
) -> None:
    before = bytes_of(old)
    for moment, wait in (("", 0.1), ("figures", 0.1), ("report.html", 0.0)):
        process = started("run", full_study, "--out", old)
        appears(old.parent / PARTIAL / moment, process)
        time.sleep(wait)
        process.kill()
        process.communicate(timeout=60)
        if not old.exists():
            folder.recover(old)
        if process.returncode != 0 and (old.parent / PARTIAL).exists():
            assert bytes_of(old) == before
        else:
            before = bytes_of(old)
        assert folder.our_run(old) is not None
        assert {*folder.our_run(old)["files"]} <= {*bytes_of(old)}  # type: ignore[index]
    assert door("run", full_study, "--out", old).code == 0
    assert names(old.parent) == {"results"}


@posix
def test_two_at_once(full_study: Path, old: Path, door: Callable[..., Any], started: Start) -> None:
    process = started("run", full_study, "--out", old)
    assert appears(old.parent / PARTIAL, process)
    second = door("run", full_study, "--out", old)
    third = door("report", old)
    _out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    for said in (second, third):
        assert said.code == 2
        assert "another run is writing there" in said.message
    assert names(old.parent) == {"results"}


def test_two_threads_at_once(old: Path, bytes_of: Callable[[Path], Any]) -> None:
    """The lock holds within one process too."""
    before, inside, leave = bytes_of(old), threading.Event(), threading.Event()

    def first() -> None:
        with pytest.raises(ZeroDivisionError), folder.swapped(old):
            inside.set()
            leave.wait(30)
            raise ZeroDivisionError

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(30)
    with pytest.raises(InputError, match="another run"), folder.swapped(old):
        raise AssertionError("never here")
    leave.set()
    thread.join()
    assert bytes_of(old) == before


# full disks


@posix
@pytest.mark.parametrize("limit", [100, 40_000, 150_000])
def test_no_room_for_a_file(
    limit: int, full_study: Path, old: Path, bytes_of: Callable[[Path], Any], started: Start
) -> None:
    """A limit on the size of files breaks the first table, a later one, the tree or a picture."""
    import resource

    before = bytes_of(old)
    cap = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # noqa: E731
    _full(started("run", full_study, "--out", old, preexec_fn=cap))
    assert bytes_of(old) == before
    assert names(old.parent) == {"results"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A file system of so many kilobytes, where root can make one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = False

    def mount(size: int) -> Path:
        nonlocal mounted
        try:
            done = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(place)], capture_output=True, check=False
            )
            mounted = done.returncode == 0
        except OSError:
            pass
        if not mounted:
            pytest.skip("a small file system cannot be mounted here")
        return place

    yield mount
    if mounted:
        subprocess.run(["umount", str(place)], check=True)


@posix
@pytest.mark.parametrize("room", [40, 200])
def test_full_disk(
    room: int,
    full_study: Path,
    finished: Path,
    small_disk: Callable[[int], Path],
    bytes_of: Callable[[Path], Any],
    started: Start,
) -> None:
    used = sum(-(-p.stat().st_size // 4096) * 4 for p in finished.rglob("*") if p.is_file())
    place = small_disk(used + room)
    shutil.copytree(finished, place / "results")
    before = bytes_of(place / "results")
    _full(started("run", full_study, "--out", place / "results"))
    assert bytes_of(place / "results") == before
    assert names(place) == {"results"}
    if room == 40:
        _full(started("report", place / "results", "--language", "zh"))
        assert bytes_of(place / "results") == before
        _full(started("run", full_study, "--out", place / "other"))
        assert names(place) == {"results"}


@posix
def test_mounted_place(
    full_study: Path, small_disk: Callable[[int], Path], door: Callable[..., Any], bare: None
) -> None:
    """A mounted folder cannot be renamed: it is said before anything is computed."""
    place = small_disk(4000)
    said = door("run", full_study, "--out", place)
    assert said.code == 2
    assert "mounted" in said.message
    assert door("run", full_study, "--out", place / "results").code == 0


def _full(process: subprocess.Popen[str]) -> None:
    _, error = process.communicate(timeout=120)
    assert process.returncode == 2, error
    lines = error.splitlines()
    assert "the disk is full" in lines[-1]
    assert "make room" in lines[-1]
    assert [line for line in lines if line.startswith("accord: ")] == lines[-1:]
    assert "Traceback" not in error
    assert "Exception ignored" not in error
