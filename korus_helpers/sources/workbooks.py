"""The first sheet of a workbook from outside, read without anything in it being run or expanded."""

import io
import re
import zipfile

from korus_helpers.errors import Refused

LARGEST = 300_000_000  # bytes unpacked; the country file has about 30 million
_FAR = re.compile(rb"<(?:c|row|dimension)\b[^>]*?\b(?:r|ref)=\"[^\"]*?(?:[A-Z]{3}|\d{6})")
_ACTIVE = ("vbaproject.bin", "externallinks/", "activex/", "embeddings/")


def first_sheet(content: bytes) -> list[list]:
    """The cells of the first sheet, row by row: text, numbers, "" for empty ones.

    Raises `Refused` for what is not a plain workbook: macros, links to other files, document types
    with entities, sheets or archives of a size that no table of ours has.
    """
    from python_calamine import CalamineWorkbook

    _plain(content)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    except BaseException as error:  # a panic of the reader is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        reason = (str(error).splitlines() or ["it is damaged"])[0]
        raise Refused(f"the workbook cannot be read ({reason[:200]})") from None


def _plain(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST:
                raise Refused("the workbook unpacks to more than any table of ours")
            for part in parts:
                if any(word in part.filename.lower() for word in _ACTIVE):
                    raise Refused(f"the workbook holds more than a table ({part.filename[:80]})")
            for part in parts:
                with archive.open(part) as file:
                    text = file.read(LARGEST)
                if b"<!DOCTYPE" in text[:4096] or b"<!ENTITY" in text[:4096]:
                    raise Refused(f"the workbook defines entities ({part.filename[:80]})")
                if "worksheets/" in part.filename and _FAR.search(text):
                    raise Refused("the sheet claims cells further out than any table of ours")
    except Refused:
        raise
    except Exception:  # zipfile and zlib raise many kinds for a damaged archive
        raise Refused("the file is not a workbook (xlsx), or it is damaged") from None
