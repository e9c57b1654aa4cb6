"""A table of HS 10-digit codes with made-up values: no figure of it is official.

Only its size is like the official ones: a partner's rows of a year sum to at most its official
exports and imports of that year, as a table must.
"""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from korus_helpers.sources.partners import countries
from korus_helpers.sources.vintages import annual_goods

ROW_GROUP = 122_880
MARK = {"made_up": "values of no meaning, made for tests and benchmarks of korus"}
CHAPTERS = [f"{n:02d}" for n in range(1, 98) if n != 77]


def write_made_up(
    folder: Path, rows: int, years: tuple[int, ...], partners: int = 240, codes: int = 200
) -> list[Path]:
    """One Parquet file a year with `rows` rows in all; `codes` of each chapter; always the same.

    A row has exports, imports or both, as the official codes of the two flows differ.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(20171228)
    named = np.array(countries()[:partners])
    tails = [dice.choice(10**8, codes, replace=False) for _ in CHAPTERS]
    known = np.array([f"{c}{t:08d}" for c, some in zip(CHAPTERS, tails, strict=True) for t in some])
    totals = annual_goods("2024-08").set_index(["partner_code", "year"])
    month = rows // (12 * len(years))
    paths = []
    for year in years:
        # Dollars of a row: less than the official year by far, and the same each month.
        typical = np.array(
            [totals.reindex([(code, year)])[["exports_musd", "imports_musd"]].fillna(0).iloc[0]
             for code in named]
        ) * 1e6 * len(named) / (12 * month)  # fmt: skip
        paths.append(folder / f"{year}.parquet")
        with pq.ParquetWriter(paths[-1], _schema(), compression="zstd") as writer:
            for number in range(1, 13):
                keys = dice.choice(len(named) * len(known), month, replace=False, shuffle=False)
                partner, code = np.divmod(np.sort(keys), len(known))
                flows = dice.integers(0, 3, month)
                exports, imports = (
                    (dice.random(month) * typical[partner, flow]).astype("int64") for flow in (0, 1)
                )
                table = [
                    pa.array(named[partner]), pa.array(known[code]),
                    pa.array(np.full(month, year, "int16")),
                    pa.array(np.full(month, number, "int8")),
                    pa.array(exports, mask=flows == 0), pa.array(imports, mask=flows == 1),
                ]  # fmt: skip
                writer.write_table(pa.table(table, schema=_schema()), row_group_size=ROW_GROUP)
    return paths


def _schema() -> pa.Schema:
    fields = [
        ("partner_code", pa.string()), ("code", pa.string()), ("year", pa.int16()),
        ("month", pa.int8()), ("exports_usd", pa.int64()), ("general_imports_usd", pa.int64()),
    ]  # fmt: skip
    return pa.schema(fields, metadata={"korus": json.dumps(MARK)})
