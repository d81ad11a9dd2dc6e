"""Ten thousand tables, and as many damaged files, through the reader of exports: read or refused, never a traceback.

Run: python scripts/fuzz_exports.py [TABLES] [FILES]
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "io"))
from test_odd_input import grids, read

from accord.errors import InputError
from accord.io.exports import read_exports


def tables(count: int) -> None:
    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(grids(), min_size=1, max_size=2))
    def one(found: list) -> None:
        read(found)

    one()


def files(count: int) -> tuple[int, float]:
    """Workbooks and text files with bytes changed, cut or doubled; how many were read, and the slowest in seconds."""
    rng = random.Random(1)
    book = Workbook()
    for row in [["地区", "2019年", "2020年"], ["北京", 1, 2], ["河北", 3.5, "—"], ["山西", "1,234", 4]]:
        book.active.append(row)
    read_, slowest = 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        book.save(Path(folder) / "t.xlsx")
        whole = {"t.xlsx": (Path(folder) / "t.xlsx").read_bytes()}
        whole["t.csv"] = "地区,2019年,2020年\n北京,1,2\n河北,3,4\n".encode("gb18030")
        real = Path(__file__).parents[2] / "shared" / "data" / "china" / "nbs_exports" / "年末常住人口.xls"
        whole |= {"t.xls": real.read_bytes()} if real.is_file() else {}
        (Path(folder) / "t.xlsx").unlink()
        for _ in range(count):
            name, raw = rng.choice(list(whole.items()))
            data = bytearray(raw)
            for _ in range(rng.randint(1, 8)):
                at = rng.randrange(len(data))
                match rng.randrange(4):
                    case 0:
                        data[at] = rng.randrange(256)
                    case 1:
                        del data[at : at + rng.randint(1, 40)]
                    case 2:
                        data[at:at] = data[at : at + rng.randint(1, 40)]
                    case _:
                        data[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f"])
                data = data or bytearray(b"x")
            path = Path(folder) / name
            path.write_bytes(data)
            start = time.perf_counter()
            try:
                read_exports(folder)
                read_ += 1
            except InputError as error:
                assert "\n" not in str(error), error
            except BaseException:
                Path("fuzz_failed_" + name).write_bytes(data)
                raise
            slowest = max(slowest, time.perf_counter() - start)
            path.unlink()
    return read_, slowest


if __name__ == "__main__":
    wanted = [int(a) for a in sys.argv[1:]] or [10_000, 10_000]
    start = time.process_time()
    tables(wanted[0])
    print(f"{wanted[0]} tables: {time.process_time() - start:.0f} CPU-s")
    found, slowest = files(wanted[-1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{wanted[-1]} damaged files: {found} read, slowest {slowest:.2f} s, peak {peak:.2f} GB")
