"""A workbook of the old binary kinds to JSON, in a process of its own: `python child.py PATH CELLS BYTES`.

Run by `accord.sheets.apart`. Stands alone, so that the process starts quickly.
"""

import json
import sys


def main() -> int:
    """Print the sheets; the exit status is 3 with a reason where there is one."""
    path, most, memory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    from python_calamine import CalamineError, CalamineWorkbook

    sheets, total = [], 0
    try:
        with open(path, "rb") as file:
            book = CalamineWorkbook.from_filelike(file)
        for name in book.sheet_names:
            read = book.get_sheet_by_name(name)
            total += read.total_height * read.total_width
            if total > most:
                print(json.dumps({"cells": total}))
                return 0
            merged = getattr(read, "merged_cell_ranges", None) or []
            sheets.append({"name": name, "rows": read.to_python(skip_empty_area=False), "merged": merged})
    except CalamineError as error:
        print(json.dumps({"error": str(error), "kind": type(error).__name__}))
        return 0
    json.dump({"sheets": sheets}, sys.stdout, default=str)
    return 0


if __name__ == "__main__":
    sys.exit(main())
