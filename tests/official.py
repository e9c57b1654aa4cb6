"""Official files made from shipped tables: country.xlsx and the end-use text files."""

import io
import zipfile
from xml.sax.saxutils import escape

import pandas as pd

from korus_helpers.acquire.official import COLUMNS, NAMES
from korus_helpers.figures.partners import partners
from korus_helpers.figures.tables import open_table

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    '.relationships+xml"/><Default Extension="xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>"
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument'
    '/2006/relationships/{kind}" Target="{target}"/></Relationships>'
)
_BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def country_rows(vintage="2024-08", first=1985, last=2100) -> pd.DataFrame:
    """The layout of the country file from a shipped release.

    A release that ships no months gets equal ones.
    """
    annual = open_table("goods_annual")
    annual = annual[(annual.vintage == vintage) & annual.year.between(first, last)]
    monthly = open_table("goods_monthly")
    monthly = monthly[(monthly.vintage == vintage) & monthly.year.between(first, last)]
    keys = ["partner_code", "year"]
    wide = annual.set_index(keys)
    found = {}
    for flow, letter in (("imports_musd", "I"), ("exports_musd", "E")):
        if len(monthly):
            months = monthly.pivot(index=keys, columns="month", values=flow).reindex(wide.index)
        else:
            counts = wide.months.to_numpy()
            months = pd.DataFrame(
                {m: (wide[flow] / counts).where(counts >= m, 0.0) for m in range(1, 13)}
            )
        months = months.fillna(0.0)
        for number, name in enumerate(NAMES, 1):
            found[f"{letter}{name}"] = months[number]
        found[f"{letter}YR"] = wide[flow]
    rows = pd.DataFrame(found).reset_index()
    names = partners().set_index("partner_code").name
    rows = rows.assign(CTYNAME=rows.partner_code.map(names)).rename(
        columns={"partner_code": "CTY_CODE"}
    )
    return rows[COLUMNS].reset_index(drop=True)


def workbook(rows: pd.DataFrame, more: dict[str, bytes] | None = None) -> bytes:
    """A frame as the first sheet of an xlsx file; `more` are further parts of the archive."""
    lines = [[*rows.columns], *rows.itertuples(index=False)]
    sheet = "".join(f"<row>{''.join(map(_cell, line))}</row>" for line in lines)
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "_rels/.rels", _RELS.format(kind="officeDocument", target="xl/workbook.xml")
        )
        archive.writestr("xl/workbook.xml", _BOOK)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _RELS.format(kind="worksheet", target="worksheets/sheet1.xml"),
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
            f'spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>',
        )
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return body.getvalue()


def _cell(value: object) -> str:
    if value is None or value == "" or value != value:
        return "<c/>"
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return (
        f"<c><v>{value!r}</v></c>" if isinstance(value, int) else f"<c><v>{float(value)!r}</v></c>"
    )


def enduse_rows(flow: str, years=None) -> pd.DataFrame:
    """The layout of an end-use file: one row per partner and code, years side by side."""
    rows = open_table("enduse_annual")
    rows = rows[rows.flow == flow]
    if years is not None:
        rows = rows[rows.year.isin(years)]
    wide = rows.pivot(index=["partner_code", "code"], columns="year", values="value_usd")
    wide = wide.fillna(0).astype("int64")
    wide.columns = [f"value_{year % 100:02d}" for year in wide.columns]
    wide = wide.reset_index()
    names = partners().set_index("partner_code").name
    titles = open_table("enduse_codes")
    titles = titles[titles.flow == flow].set_index("code").title
    head = pd.DataFrame(
        {
            "CTY_CODE": wide.partner_code.replace("0015", "0000"),
            "CTY_DESC": wide.partner_code.map(names).replace(names["0015"], "World Total"),
            "END_USE": wide.code,
            "COMM_DESC": wide.code.map(titles).fillna(""),
        }
    )
    return pd.concat([head, wide.drop(columns=["partner_code", "code"])], axis=1)


def enduse_text(rows: pd.DataFrame) -> bytes:
    """An end-use file as text."""
    return rows.to_csv(index=False).encode()
