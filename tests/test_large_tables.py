"""Tables larger than memory: DuckDB and pandas give the same figures, and unknown is not zero."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from made_up_table import write_made_up
from typed import environment, korus

from korus_helpers import Definition, evaluate, grid
from korus_helpers.errors import DamagedData, InputError, NoFigure
from korus_helpers.sources.stored import forget, located
from korus_helpers.sources.storing import problem_of
from korus_helpers.sources.sums import DUCKDB, LARGE, PANDAS, SETTING, backend
from korus_helpers.sources.table_rows import rows_at
from korus_helpers.sources.tables import open_table, resource
from korus_helpers.trade.definition import MEASURES, UNITS
from korus_helpers.trade.flows import series
from korus_helpers.trade.rows import figure_rows

pytest.importorskip("duckdb", reason="pip install 'korus-helpers[tables]'")
KOREA, MEXICO, CANADA = "5800", "2010", "1220"
YEARS = (2015, 2016)
SHIPPED = ["autos", "passenger_cars", "parts", "other", "all_enduse", "hs87", "hs:01", "hs:87"]


@pytest.fixture
def use(monkeypatch):
    """See a data folder ("" for the shipped figures) through a backend."""

    def chosen(folder, name):
        monkeypatch.setenv("KORUS_DATA", str(folder))
        monkeypatch.setenv(SETTING, name)
        forget()
        series.cache_clear()

    yield chosen
    monkeypatch.setenv("KORUS_DATA", "")
    monkeypatch.delenv(SETTING, raising=False)
    forget()


def added(folder, place, *arguments):
    done = korus(folder, "data", "--add", place, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    """A data folder with a table of made-up values, and the rows of it."""
    folder = tmp_path_factory.mktemp("large")
    paths = write_made_up(folder / "own", 24_000, YEARS, partners=12, codes=3)
    added(folder / "data", folder / "own")
    return folder / "data", pd.concat(map(pd.read_parquet, paths), ignore_index=True)


# Hand-made: cars and parts with two partners in 2016; the exports of Mexico lack June.
ROWS = [
    (partner, code, 2016, month, exports, imports)
    for month in range(1, 13)
    for partner, code, exports, imports in [
        (KOREA, "8703230100", 1_000_000, None),
        (KOREA, "8703240000", None, 5_000_000),
        (KOREA, "8708000000", 2_000_000, 3_000_000),
        (KOREA, "0101000000", None, 7_000_000),
        (MEXICO, "8703230100", None if month == 6 else 4_000_000, 6_000_000),
    ]
]
COLUMNS = ["partner_code", "code", "year", "month", "exports_usd", "general_imports_usd"]


def small(folder, rows=ROWS, columns=COLUMNS, name="own"):
    """A Parquet file of these rows in a folder of its own."""
    frame = pd.DataFrame(rows, columns=columns)
    types = {one: "str" if one in ("partner_code", "code") else "Int64" for one in columns}
    (folder / name).mkdir(exist_ok=True)
    frame.astype(types).to_parquet(folder / name / "rows.parquet", index=False)
    return folder / name


@pytest.fixture
def by_hand(tmp_path):
    added(tmp_path / "data", small(tmp_path))
    return tmp_path / "data"


def both(use, folder, measure, rows):
    """The answers of pandas and DuckDB, which must be the same to the last bit."""
    answers = []
    for name in (PANDAS, DUCKDB):
        use(folder, name)
        answers.append(evaluate(measure, rows))
    pd.testing.assert_frame_equal(*answers, check_exact=True)
    return answers[1]


@pytest.mark.parametrize("measure", MEASURES)
def test_shipped_sectors_are_the_same_by_both(use, measure):
    known = 0
    for way in UNITS:
        compared = {"base": [2013, 2014]} if way not in ("level", "share") else {}
        sectors = [name for name in SHIPPED if (name, way) != ("all_enduse", "contribution")]
        rows = grid(partner=[KOREA, MEXICO, CANADA, "0015", "4280"], sector=sectors,
                    end=range(2014, 2024), as_=way, **compared)  # fmt: skip
        known += both(use, "", measure, rows).value.notna().sum()
    assert known > 400


def test_shipped_months_are_the_same_by_both(use):
    rows = grid(partner=[KOREA, MEXICO], sector="hs87", end=["2013-04/2014-03", "2016-01/2016-06"])
    assert both(use, "", "deficit", rows).value.notna().sum() == 2


@pytest.mark.parametrize("measure", MEASURES)
def test_a_table_is_the_same_by_both(use, made_up, measure):
    rows = grid(partner=sorted(set(made_up[1].partner_code)),
                sector=["census-hs:87", "census-hs:01", "census-hs:all", "census-hs:84+85"],
                end=[*YEARS, "2015-04/2016-03", 2017])  # fmt: skip
    found = both(use, made_up[0], measure, rows)
    assert found.value[found.end != "2017"].notna().all()
    assert found.value[found.end == "2017"].isna().all()


def test_a_chapter_is_the_sum_of_its_codes(use, made_up):
    folder, rows = made_up
    for name in (PANDAS, DUCKDB):
        use(folder, name)
        for chapter in ("01", "87"):
            mine = rows[rows.code.str.startswith(chapter)]
            sums = mine.groupby(["partner_code", "year"])[COLUMNS[4:]].sum() / 1e6
            asked = grid(partner=sorted(set(rows.partner_code)), sector=f"census-hs:{chapter}",
                         end=YEARS)  # fmt: skip
            found = evaluate("deficit", asked)
            keys = pd.MultiIndex.from_arrays([found.partner.astype(str), found.end.astype(int)])
            wanted = sums.reindex(keys).fillna(0)
            np.testing.assert_allclose(found.value, wanted.iloc[:, 1] - wanted.iloc[:, 0])


@pytest.mark.parametrize("name", [PANDAS, DUCKDB])
def test_figures_worked_by_hand(use, by_hand, name):
    use(by_hand, name)

    def value(measure, sector, end="2016", partner=KOREA):
        return evaluate(measure, Definition(partner, f"census-hs:{sector}", end=end)).value

    assert value("exports", "8703") == 12.0 and value("imports", "8703") == 60.0
    assert value("deficit", "87") == 12 * (8.0 - 3.0)
    assert value("deficit", "8703+8708", "2016-02/2016-04") == 3 * (8.0 - 3.0)
    assert value("deficit", "all") == 12 * (15.0 - 3.0)
    # Mexico has no row of chapter 01: zero, as it has other imports in each month.
    assert value("imports", "01", partner=MEXICO) == 0.0
    found = evaluate("deficit", Definition(KOREA, "census-hs:87", end="2016", as_="share"))
    assert 0 < found.value < 100


@pytest.mark.parametrize("name", [PANDAS, DUCKDB])
def test_a_month_without_a_row_of_a_flow_is_unknown(use, by_hand, name):
    use(by_hand, name)
    for sector in ("87", "01", "all"):
        with pytest.raises(NoFigure, match="Mexico is recorded in 2016"):
            evaluate("exports", Definition(MEXICO, f"census-hs:{sector}", end="2016"))
    with pytest.raises(NoFigure):
        evaluate("deficit", Definition(MEXICO, "census-hs:87", end="2016-05/2016-07"))
    spring = Definition(MEXICO, "census-hs:87", end="2016-01/2016-05")
    assert evaluate("deficit", spring).value == 5 * 2.0
    assert evaluate("imports", Definition(MEXICO, "census-hs:87", end="2016")).value == 72.0


@pytest.mark.parametrize(("sector", "end", "basis", "words"), [
    ("census-hs:87", "2017", "", "go up to December 2016"),
    ("census-hs:87", "2015", "", "begin in January 2016"),
    ("census-hs:87", "2016", "consumption", "type --basis general"),
])  # fmt: skip
def test_why_there_is_no_figure(use, by_hand, sector, end, basis, words):
    use(by_hand, DUCKDB)
    with pytest.raises(NoFigure, match=words):
        evaluate("deficit", Definition(KOREA, sector, basis, end=end))
    with pytest.raises(NoFigure, match="do not ship for Canada"):
        evaluate("deficit", Definition(CANADA, "census-hs:87", end="2016"))


@pytest.mark.parametrize("codes", ["02", "8703230100", "87+8703", "8708+8703", "870"])
def test_what_is_no_sector_of_the_table(use, by_hand, codes):
    use(by_hand, DUCKDB)
    with pytest.raises(InputError, match="was not fetched"):
        evaluate("deficit", Definition(KOREA, f"census-hs:{codes}", end="2016"))


def test_a_figure_names_the_table(use, by_hand):
    use(by_hand, DUCKDB)
    found = evaluate("deficit", Definition(KOREA, "census-hs:87", end="2016"))
    assert found.vintage.startswith("own table, added 20") and "Own table" in found.source


def test_the_rows_behind_a_figure(use, made_up):
    folder, rows = made_up
    number = 12 * rows.year.astype(int) + rows.month - 1
    wanted = rows[(rows.partner_code == CANADA) & rows.code.str.startswith(("84", "87"))
                  & number.between(12 * 2015 + 10, 12 * 2016 + 1)]  # fmt: skip
    assert len(wanted) > 5 and len(set(wanted.year)) == 2  # of both files
    for name in (PANDAS, DUCKDB):
        use(folder, name)
        asked = Definition(CANADA, "census-hs:84+87", end="2015-11/2016-02")
        ((table, numbers),) = figure_rows("deficit", asked).items()
        found = rows_at(*located(table), numbers)
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False)


def test_what_was_fetched_for_a_partner_counts_before_the_table(use, by_hand):
    from korus_helpers.sources.partners import find_partner
    from korus_helpers.sources.sector_store import keep_sector

    use(by_hand, DUCKDB)
    table = pd.DataFrame({
        "partner_code": KOREA, "code": "87", "year": 2016, "month": range(1, 13),
        "exports_usd": 1_000_000, "domestic_exports_usd": 0, "general_imports_usd": 9_000_000,
        "consumption_imports_usd": 0, "duty_usd": 0,
    })  # fmt: skip
    keep_sector("https://api", "hs", ("87",), find_partner(KOREA), table,
                pd.Timestamp("2026-10-01").to_pydatetime())  # fmt: skip
    korea, mexico = (Definition(code, "census-hs:87", end="2016") for code in (KOREA, MEXICO))
    assert evaluate("deficit", korea).value == 12 * 8.0
    assert evaluate("deficit", korea).vintage == "Census API, got 2026-10"
    assert evaluate("imports", mexico).value == 72.0
    assert evaluate("imports", mexico).vintage.startswith("own table")


def test_the_size_decides_unless_it_is_set(use, by_hand, monkeypatch):
    use(by_hand, "")
    folder = next((by_hand / "sectors").iterdir())
    assert backend("sector_monthly", folder) == PANDAS
    monkeypatch.setitem(resource("sector_monthly", folder), "rows", LARGE)
    assert backend("sector_monthly", folder) == DUCKDB


def test_a_setting_that_is_none(use):
    use("", "polars")
    with pytest.raises(InputError, match=r'KORUS_BACKEND is "polars".* pandas or duckdb'):
        evaluate("deficit", Definition(KOREA, "autos", end="2016"))


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "duckdb":
            raise ModuleNotFoundError("No module named 'duckdb'", name=name)
sys.meta_path.insert(0, Absent())
from korus_helpers.cli import main
main()
"""


def without_duckdb(folder, *arguments, **more):
    line = [sys.executable, "-c", WITHOUT, *map(str, arguments)]
    env = environment(folder, **more)
    return subprocess.run(line, env=env, capture_output=True, text=True, check=False)


def test_without_duckdb_a_sentence_says_what_to_install(by_hand, tmp_path):
    value = ("value", "deficit", "--sector", "census-hs:87", "--year", "2016")
    for arguments, more in ((value, {SETTING: DUCKDB}), (("data", "--add", tmp_path / "own"), {})):
        done = without_duckdb(by_hand, *arguments, **more)
        assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
        assert "pip install 'korus-helpers[tables]'" in done.stderr
    assert "USD 60.0 million" in without_duckdb(by_hand, *value).stdout
    shipped = without_duckdb("", "value", "deficit", "--sector", "autos", "--year", "2016")
    assert shipped.returncode == 0, shipped.stderr


@pytest.mark.parametrize("name", [PANDAS, DUCKDB])
@pytest.mark.parametrize("cut", [True, False])
def test_a_damaged_file_is_named_and_repaired(use, by_hand, name, cut):
    (folder,) = (by_hand / "sectors").iterdir()
    part = folder / "part-0001.parquet"
    content = part.read_bytes()
    part.unlink()
    part.write_bytes(content[:500] if cut else content[:500] + b"x" + content[501:])
    use(by_hand, name)
    with pytest.raises(DamagedData, match="truncated" if cut else "was altered") as error:
        evaluate("deficit", Definition(KOREA, "census-hs:87", end="2016"))
    assert "korus data --add" in str(error.value)
    assert "NOT VERIFIED" in korus(by_hand, "data").stdout
    assert "Removed sectors/census-hs_table_0001" in korus(by_hand, "data", "--repair").stdout


def test_a_file_that_was_only_touched_is_hashed_again_and_answers(use, by_hand):
    (folder,) = (by_hand / "sectors").iterdir()
    os.utime(folder / "part-0001.parquet", (1, 1))
    use(by_hand, DUCKDB)
    assert evaluate("exports", Definition(KOREA, "census-hs:87", end="2016")).value == 36.0
    assert problem_of(folder) == ""


def test_a_file_that_goes_while_it_is_used(use, by_hand):
    use(by_hand, DUCKDB)
    asked = Definition(KOREA, "census-hs:87", end="2016")
    assert evaluate("exports", asked).value == 36.0
    next((by_hand / "sectors").iterdir()).joinpath("part-0001.parquet").unlink()
    with pytest.raises(DamagedData, match="missing or cannot be read"):
        evaluate("exports", asked)


def test_a_new_table_takes_the_place_of_the_last_and_shares_its_disk(by_hand, tmp_path):
    place = small(tmp_path, [row for row in ROWS if row[0] == KOREA], name="newer")
    said = added(by_hand, place)
    (folder,) = (by_hand / "sectors").iterdir()
    assert folder.name == "census-hs_table_0002" and said["partners"] == 1 and said["rows"] == 48
    assert os.path.samefile(folder / "part-0001.parquet", place / "rows.parquet")
    table = open_table("sector_monthly", folder)
    assert len(table) == 48 and list(table.columns) == COLUMNS


def changed(**cells):
    return [(*(cells.get(name, old) for name, old in zip(COLUMNS, row, strict=True)),)
            for row in ROWS[:1]] + ROWS[1:]  # fmt: skip


@pytest.mark.parametrize(("rows", "columns", "words"), [
    (ROWS + ROWS[:1], COLUMNS, "a row twice: 5800 8703230100 2016 1"),
    (changed(code="87"), COLUMNS, "2, 10 digits"),
    (changed(code="87A3230100"), COLUMNS, "is not a code"),
    (changed(code=None), COLUMNS, "is not a code"),
    (changed(partner_code="9999"), COLUMNS, "is not a code of a partner"),
    (changed(month=13), COLUMNS, "impossible cell"),
    (changed(exports_usd=-1), COLUMNS, "impossible cell"),
    (changed(year=None), COLUMNS, "impossible cell"),
    (changed(exports_usd=10**12), COLUMNS, "a part exceeds all goods"),
    (ROWS, [*COLUMNS[:4], "exports_usd", "imports"], "general_imports_usd"),
    (ROWS, ["partner_code", "code", "year", "period", *COLUMNS[4:]], "month"),
    ([], COLUMNS, "it has no rows"),
])  # fmt: skip
def test_a_table_that_is_refused(tmp_path, rows, columns, words):
    place = small(tmp_path, rows, columns)
    done = korus(tmp_path / "data", "data", "--add", place)
    assert done.returncode == 2 and words in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "data" / "sectors").exists()


@pytest.mark.parametrize(
    ("rows", "columns", "command", "says"),
    [
        (ROWS, COLUMNS, "deficit --partner 5800 --sector census-hs:all --year 2016", "144.0"),
        (
            ROWS[4:54:5],
            COLUMNS,
            "deficit --partner 2010 --sector census-hs:all --period 2016-10/2016-10",
            "2.0",
        ),
        (
            [row for row in ROWS if row[5] is None],
            COLUMNS,
            "exports --partner 5800 --sector census-hs:all --year 2016",
            "12.0",
        ),
        (
            [row for row in ROWS if row[4] is None],
            [*COLUMNS[:5], "consumption_imports_usd"],
            "imports --basis consumption --partner 5800 --sector census-hs:all --year 2016",
            "144.0",
        ),
    ],
    ids=["Korea", "another partner, no full year", "no imports", "no exports"],
)
def test_what_was_added_is_said_with_a_command_that_works(tmp_path, rows, columns, command, says):
    done = korus(tmp_path / "data", "data", "--add", small(tmp_path, rows, columns))
    first, second = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert first.startswith(f"Added {len(rows)} rows (0 MB) with ")
    assert second == f"Type: korus value {command}"
    told = korus(tmp_path / "data", "value", *command.split())
    assert (told.returncode, told.stderr) == (0, "") and f"USD {says} million" in told.stdout, told


def test_what_is_no_table(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.parquet").write_text("x")
    for place, words in (("empty", "holds no Parquet file"), ("none", "holds no Parquet file"),
                         ("text.parquet", "DuckDB cannot read it")):  # fmt: skip
        done = korus(tmp_path / "data", "data", "--add", tmp_path / place)
        assert done.returncode == 2 and words in done.stderr, done.stderr
        assert done.stderr.count("\n") == 1
    done = korus(tmp_path / "data", "data", "--add", tmp_path, "--classification", "sitc")
    assert done.returncode == 2 and "is not a classification" in done.stderr
