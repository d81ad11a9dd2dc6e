"""Cut the Chinese font that accord's figures use out of Noto Sans SC Regular.

The sources are two npm packages, unpacked: ``@expo-google-fonts/noto-sans-sc`` for nearly all characters,
and ``@expo-google-fonts/source-sans-3`` for the accented Latin and Greek letters, superscripts and
subscripts that the first one lacks. Its Latin letters are Source Sans enlarged by 1.117, so the two match.
Both hold static TrueType files (glyf outlines) under the Open Font License. The result has no hinting and
no layout features, and carries a name of its own.

fontTools is needed to run this script, not to use accord. Run::

    python scripts/make_font.py NOTO_SANS_SC_FOLDER SOURCE_SANS_3_FOLDER [OUTPUT_FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.pens.recordingPen import DecomposingRecordingPen  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.ttLib.scaleUpem import scale_upem  # type: ignore[import-untyped]

OUTPUT = Path(__file__).resolve().parents[1] / "src" / "accord" / "plot" / "fonts"
MAIN = "400Regular/NotoSansSC_400Regular.ttf"
EXTRA = "400Regular/SourceSans3_400Regular.ttf"
LICENCE = "LICENSE_FONT"
SCALE = 1.117

FAMILY = "Accord Sans SC"
POSTSCRIPT = "AccordSansSC-Regular"

BLOCKS = (
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x00FF),  # Latin-1
    (0x0100, 0x017F),  # Latin Extended-A
    (0x0370, 0x03FF),  # Greek
    (0x2000, 0x206F),  # general punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x2190, 0x21FF),  # arrows
    (0x25A0, 0x25FF),  # geometric shapes
    (0x3000, 0x303F),  # CJK punctuation
    (0xFF01, 0xFF5E),  # full-width forms
    (0xFFE0, 0xFFE6),  # full-width signs
)
OPERATORS = "−×÷≤≥≠±√∑∏∞≈∂∆∇∈∉∩∪∫∝≡≪≫∀∃∅∧∨∠∥⊥⊂⊃⊆⊇⊕⊗"
SIGNS = "€℃℉№™Ω℮Å"


def gb2312() -> set[int]:
    """Return every character of GB2312: both levels of hanzi and the symbol rows."""
    found: set[int] = set()
    for high in range(0xA1, 0xFF):
        for low in range(0xA1, 0xFF):
            text = bytes([high, low]).decode("gb2312", errors="ignore")
            if text:
                found.add(ord(text))
    return found


def wanted() -> set[int]:
    """Return the code points asked of the sources; of the blocks they need not have them all."""
    points = gb2312() | {ord(char) for char in OPERATORS + SIGNS}
    for first, last in BLOCKS:
        points.update(range(first, last + 1))
    return points


def cut(path: Path, points: set[int]) -> TTFont:
    """Open a static TrueType font and keep the given code points only."""
    font = TTFont(path, recalcTimestamp=False)
    if "glyf" not in font or "fvar" in font:
        raise SystemExit(f"{path}: not a static TrueType font")
    options = subset.Options(
        hinting=False,
        layout_features=[],
        layout_closure=False,
        glyph_names=False,
        legacy_cmap=False,
        notdef_outline=True,
        name_IDs=["*"],
        drop_tables=["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "STAT", "gasp", "vhea", "vmtx"],
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    return font


def add(font: TTFont, extra: TTFont) -> None:
    """Copy the characters of a second font into the first, enlarged and without components."""
    units = font["head"].unitsPerEm
    if extra["head"].unitsPerEm != units:
        raise SystemExit("the two fonts differ in units per em")
    scale_upem(extra, round(SCALE * units))
    outlines = extra.getGlyphSet()
    order = list(font.getGlyphOrder())
    tables = [table for table in font["cmap"].tables if table.isUnicode()]
    copies: dict[str, str] = {}
    for point, source in sorted(extra.getBestCmap().items()):
        name = copies.setdefault(source, f"extra{point:04X}")
        if name not in order:
            recording = DecomposingRecordingPen(outlines)
            outlines[source].draw(recording)
            pen = TTGlyphPen(None)
            recording.replay(pen)
            order.append(name)
            font.setGlyphOrder(order)
            font["glyf"][name] = pen.glyph()
            font["hmtx"][name] = extra["hmtx"][source]
        for table in tables:
            table.cmap[point] = name


def rename(font: TTFont, extra: TTFont) -> None:
    """Give the font its own name and keep the copyright, credit and licence entries."""
    names = font["name"]
    names.names = [name for name in names.names if name.nameID <= 14]
    version = str(names.getDebugName(5)).split(";")[0]
    for number, text in {
        0: f"{names.getDebugName(0)} {extra['name'].getDebugName(0)}.",
        1: FAMILY,
        2: "Regular",
        3: f"{version.removeprefix('Version ')};{POSTSCRIPT}",
        4: f"{FAMILY} Regular",
        5: f"{version}; subset",
        6: POSTSCRIPT,
        10: f"Subset of Noto Sans SC Regular with letters of Source Sans 3. {names.getDebugName(10)}",
        16: FAMILY,
        17: "Regular",
    }.items():
        names.setName(text, number, 3, 1, 0x409)


def licence(main: Path, extra: Path) -> str:
    """Return the main source's licence with the other's copyright line put after its own."""
    first, rest = main.read_text(encoding="utf-8").split("\n", 1)
    second, other = extra.read_text(encoding="utf-8").split("\n", 1)
    if "SIL OPEN FONT LICENSE Version 1.1" not in rest or "SIL OPEN FONT LICENSE Version 1.1" not in other:
        raise SystemExit("a source is not under the Open Font License 1.1")
    return f"{first.strip()}\n{second.strip()}\n{rest}"


def main(noto: Path, source_sans: Path, output: Path = OUTPUT) -> None:
    """Write the font and its licence to the output folder."""
    font = cut(noto / MAIN, wanted())
    extra = cut(source_sans / EXTRA, wanted() - set(font.getBestCmap()))
    add(font, extra)
    rename(font, extra)
    required = gb2312() | {ord(char) for char in OPERATORS + SIGNS} | set(range(0x100, 0x180))
    if missing := required - set(font.getBestCmap()):
        raise SystemExit("not in the sources: " + "".join(map(chr, sorted(missing))))
    output.mkdir(parents=True, exist_ok=True)
    target = output / f"{POSTSCRIPT}.ttf"
    font.save(target)
    (output / "OFL.txt").write_text(licence(noto / LICENCE, source_sans / LICENCE), encoding="utf-8", newline="\n")
    print(f"{target}: {len(font.getGlyphOrder())} glyphs, {target.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
