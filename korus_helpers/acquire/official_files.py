"""Official files from outside, told apart by their header."""

from korus_helpers.acquire import country_file, enduse_files
from korus_helpers.acquire.country_file import CountryFile
from korus_helpers.acquire.enduse_files import EnduseFile
from korus_helpers.acquire.official_sheets import find_sheet


def read_official(content: bytes) -> CountryFile | EnduseFile:
    """The figures of a country or an end-use file: xlsx, csv, tsv or bars, whatever its name.

    Raises `Refused` with one sentence for everything else.
    """
    sheet = find_sheet(content, [country_file.LAYOUT, enduse_files.LAYOUT])
    if sheet.layout is country_file.LAYOUT:
        return country_file.country_file(sheet)
    return enduse_files.enduse_file(sheet)
