"""Workbooks (xlsx) from outside, read cell by cell as they are unpacked.

Nothing in a workbook is run, and nothing that it claims about itself is believed: what is counted
is what is really unpacked and met, so that a file of any kind costs no more than these limits.
"""

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterator
from xml.parsers.expat import ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED

from korus_helpers.errors import Refused

# The largest genuine workbook so far unpacks to 11 MB, in 22,070 rows and 1,260,000 tags.
MOST_BYTES = 60_000_000  # unpacked, of all that is read
MOST_ROWS, MOST_COLUMNS, MOST_TAGS = 100_000, 200, 2_500_000
DENSEST = 30  # times that a part may grow when it is unpacked, beyond a megabyte; 5 so far
MOST_PARTS = 2_000  # files in the archive; a workbook of nine sheets has 40
MOST_TEXTS = 300_000  # that cells share; 770 so far
MOST_NAMES, DEEPEST = 10_000, 100  # of tags and attributes, and of tags in each other
LONGEST = 300  # characters kept of a cell; the longest title of a code has 80
_CHUNK, _LONGEST_TAG = 1 << 16, 1 << 20  # bytes; a tag that does not end is read again and again
_ACTIVE = ("vbaproject.bin", "externallinks/", "activex/", "embeddings/")
_TOO_LARGE = "the workbook holds more than any table of official figures"
Row = tuple[int, list]  # its number in the sheet, and its cells


def sheets(content: bytes) -> Iterator[tuple[str, Iterator[Row]]]:
    """The sheets of a workbook in order, each with its rows, which are read as they are asked for.

    Cells are text, numbers, or "" where empty; rows without any are left out, and so are columns
    beyond the 200th. Raises `Refused`, also while rows are read, for what is no plain workbook:
    macros, links to other files, document types, more than the limits, damage of any kind.
    """
    with _refusing():
        book = _Book(content)
    for name, part in book.listed:
        yield name, book.rows(part)


class _refusing:
    """Whatever a damaged archive or its XML raises, as `Refused` with a sentence."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, _: object) -> None:
        if error is None or not isinstance(error, Exception) or isinstance(error, Refused):
            return
        if isinstance(error, zipfile.BadZipFile):
            raise Refused("the file is not a workbook (xlsx), or it is damaged") from None
        reason = (str(error).splitlines() or ["it is damaged"])[0]
        raise Refused(f"the workbook cannot be read ({reason[:120]})") from None


class _Book:
    def __init__(self, content: bytes) -> None:
        self.unpacked = self.tags = 0
        if content.count(b"PK\x01\x02") > MOST_PARTS:
            raise Refused(_TOO_LARGE)
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        if any(
            one.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for one in self.archive.filelist
        ):
            raise Refused("the workbook is packed in a way that no spreadsheet uses")
        self.parts = {name.lower(): name for name in self.archive.namelist()}
        for name in self.parts:
            if any(word in name for word in _ACTIVE):
                raise Refused(f"the workbook holds more than a table ({name[:80]})")
        book = self._linked("_rels/.rels").get("officeDocument", ["xl/workbook.xml"])[0]
        folder, _, last = book.rpartition("/")
        links = f"{folder}/_rels/{last}.rels".lstrip("/")
        parts = self._linked(links, by="Id")
        kinds = self._linked(links)
        self.listed = [
            (one.get("name", ""), parts[ref][0])
            for tag, one in self._tags(book)
            if tag == "sheet"
            for name, ref in one.items()
            if name.rpartition(":")[2] == "id" and ref in parts
            if parts[ref][0] in kinds.get("worksheet", ())
        ]
        if not self.listed:
            raise Refused("the workbook has no sheet")
        self.strings_part = kinds.get("sharedStrings", [""])[0]
        self.strings: list[str] | None = None

    def _linked(self, part: str, by: str = "Type") -> dict[str, list[str]]:
        """The parts that one part is linked to, by the last word of their type or by their id."""
        base = posixpath.dirname(posixpath.dirname(part))
        found: dict[str, list[str]] = {}
        for tag, one in self._tags(part):
            if tag == "Relationship" and one.get("TargetMode") != "External":
                place = posixpath.normpath(posixpath.join("/", base, one.get("Target", "")))
                found.setdefault(one.get(by, "").rpartition("/")[2], []).append(place[1:])
        return found

    def _tags(self, part: str) -> list[tuple[str, dict]]:
        found: list[tuple[str, dict]] = []

        def start(name: str, one: dict) -> None:
            found.append((local[name], one))
            if len(found) > MOST_NAMES:
                raise Refused(_TOO_LARGE)

        local = _Local()
        for _ in self._parse(part, start, _nothing, _nothing):
            pass
        return found

    def _parse(self, part: str, start: Callable, end: Callable, text: Callable) -> Iterator[None]:
        """Read a part piece by piece; the functions are called with names and pieces of text."""
        names: dict[str, str] = {}
        parser = ParserCreate(intern=names)
        parser.buffer_text = True

        def declared(*_: object) -> None:
            raise Refused(f"the workbook defines entities ({part[:80]})")

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = declared
        fed, info = 0, self.archive.getinfo(self._named(part))
        if info.file_size > DENSEST * info.compress_size + 1_000_000:
            raise Refused(_TOO_LARGE)
        with _refusing(), self.archive.open(info) as file:
            while chunk := file.read(_CHUNK):
                fed += len(chunk)
                self.unpacked += len(chunk)
                self.tags += chunk.count(b"<")
                if self.unpacked > MOST_BYTES or self.tags > MOST_TAGS:
                    raise Refused(_TOO_LARGE)
                if len(names) > MOST_NAMES:
                    raise Refused(_TOO_LARGE)
                parser.Parse(chunk, False)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise Refused("the workbook cannot be read (it has a tag without an end)")
                yield
            parser.Parse(b"", True)
        yield

    def _named(self, part: str) -> str:
        if part.lower() not in self.parts:
            raise Refused(f"the workbook is damaged: it lacks its part {part[:80]}")
        return self.parts[part.lower()]

    def _shared(self) -> list[str]:
        """The texts that cells refer to by number."""
        if self.strings is None:
            self.strings, pieces = [], []
            local, depth = _Local(), 0
            inside, spoken = False, False  # in <t>; in <rPh>, which says how to read it aloud

            def start(name: str, _: dict) -> None:
                nonlocal inside, spoken, depth
                tag = local[name]
                depth += 1
                if depth > DEEPEST or len(self.strings) > MOST_TEXTS:
                    raise Refused(_TOO_LARGE)
                inside, spoken = tag == "t" and not spoken, spoken or tag == "rPh"

            def end(name: str) -> None:
                nonlocal inside, spoken, depth
                tag = local[name]
                depth -= 1
                inside, spoken = False, spoken and tag != "rPh"
                if tag == "si":
                    self.strings.append("".join(pieces)[:LONGEST])
                    pieces.clear()

            def text(data: str) -> None:
                if inside:
                    pieces.append(data)

            if self.strings_part:
                for _ in self._parse(self.strings_part, start, end, text):
                    pass
        return self.strings

    def rows(self, part: str) -> Iterator[Row]:
        """The rows of one sheet that hold anything."""
        ready: list[Row] = []
        cells: list = []
        pieces: list[str] = []
        row = column = count = depth = 0
        kind, inside, strings = "", False, self._shared()
        local, columns = _Local(), _Columns()

        def start(name: str, attributes: dict) -> None:
            nonlocal row, column, kind, inside, depth
            tag = local[name]
            depth += 1
            if depth > DEEPEST:
                raise Refused(_TOO_LARGE)
            if tag == "c":
                place = attributes.get("r", "").rstrip("0123456789")
                column = columns[place] or column + 1
                kind = attributes.get("t", "n")
            elif tag in ("v", "t"):
                inside = True
            elif tag == "row":
                number = attributes.get("r", "").strip()
                row = int(number) if number.isascii() and number.isdigit() else row + 1
                column = 0

        def end(name: str) -> None:
            nonlocal inside, cells, count, depth
            tag = local[name]
            depth -= 1
            if tag in ("v", "t"):
                inside = False
            elif tag == "c":
                if pieces:
                    if column <= MOST_COLUMNS:
                        value = _value(kind, "".join(pieces), strings)
                        if column > len(cells):
                            cells.extend([""] * (column - len(cells)))
                        cells[column - 1] = value
                    pieces.clear()
            elif tag == "row" and cells:
                count += 1
                if count > MOST_ROWS:
                    raise Refused(_TOO_LARGE)
                ready.append((row, cells))
                cells = []

        def text(data: str) -> None:
            if inside:
                pieces.append(data)

        for _ in self._parse(part, start, end, text):
            yield from ready
            ready.clear()


def _nothing(*_: object) -> None:
    pass


class _Local(dict):
    """Names of tags without their prefix."""

    def __missing__(self, name: str) -> str:
        return self.setdefault(name, name.rpartition(":")[2])


class _Columns(dict):
    """Numbers of columns by their letters, 0 where a cell does not say its place."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters.strip().upper()[:4]:
            number = 26 * number + ord(letter) - 64 if "A" <= letter <= "Z" else 0
        if len(self) > MOST_NAMES:
            raise Refused(_TOO_LARGE)
        return self.setdefault(letters, number)


def _value(kind: str, text: str, strings: list[str]) -> str | float:
    if kind == "s":
        return strings[int(text)]
    if kind == "n":
        try:
            return float(text)
        except ValueError:
            return text[:LONGEST]
    return text[:LONGEST]
