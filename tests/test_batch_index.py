"""The page over all runs of a batch and its record: figures worked here by plain pandas."""

import base64
import hashlib
import json
import math
import re
from datetime import UTC, datetime

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from korus_helpers.figures.tables import DATA
from korus_helpers.runs.batch_index import NO_RANK, batch_index, rows_of
from korus_helpers.runs.grid import Ended, Setting

NOTEBOOKS = ("00_start_here", "01_goods_deficit")
DAY = datetime(2026, 5, 24, 20, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7*7 }} \u202e한국"


def setting(partner, base=2011, end=2016, name="", **more):
    given = {"partner": partner, "base_year": base, "end_year": end} | more
    called = name or f"{partner.lower()}_{base}-{end}"
    return Setting(called, tuple((key, str(value)) for key, value in given.items()))


def done(*args, **more):
    return Ended(setting(*args, **more), "done", 3.25)


def page(*ended, left_out=(), notebooks=NOTEBOOKS, seconds=12.0):
    text, _ = batch_index(ended, left_out, notebooks, "korus batch --partners X", DAY, seconds)
    return BeautifulSoup(text, "html.parser")


def record(*ended, left_out=()):
    _, text = batch_index(ended, left_out, NOTEBOOKS, "korus batch", DAY, 12.345)
    return json.loads(text)


def cells(soup):
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in soup.select("table.runs tbody tr")
    ]


def deficits(year, vintage):
    """Deficits of all countries in a shipped release, largest first."""
    rows = pd.read_parquet(DATA / "goods_annual.parquet")
    kinds = pd.read_csv(DATA / "partners.csv", dtype=str).set_index("partner_code")
    rows = rows[(rows.vintage == vintage) & (rows.year == year) & (rows.months == 12)]
    rows = rows.set_index("partner_code").join(kinds)
    traded = (rows.exports_musd > 0) | (rows.imports_musd > 0)
    span = (rows.first_year.astype(float) <= year) & (rows.last_year.astype(float) >= year)
    rows = rows[(rows.kind == "country") & (traded | span)]
    return (rows.imports_musd - rows.exports_musd).dropna().sort_values(ascending=False)


@pytest.mark.parametrize("vintage", ["2024-08", "2018-10"])
@pytest.mark.parametrize("base", [2010, 2011])
def test_deficit_change_and_rank_of_every_partner_are_those_of_the_tables(vintage, base):
    first, last = deficits(base, vintage), deficits(2016, vintage)
    codes = [code for code in last.index if code in first.index]
    rows = rows_of([done(code, base, 2016, vintage=vintage) for code in codes])
    assert len(rows) > 200
    for code, row in zip(codes, rows, strict=True):
        change = last[code] - first[code]
        assert row.figures["deficit"] == pytest.approx(last[code], abs=1e-6)
        assert row.figures["change"] == pytest.approx(change, abs=1e-6)
        assert row.figures["rank"] == (last > last[code]).sum() + 1 and row.among == len(last)
        if first[code] > 0 and last[code] >= 0:
            assert row.figures["percent"] == pytest.approx(100 * change / first[code])
        else:
            assert math.isnan(row.figures["percent"])
            assert "has no meaning" in row.reasons["percent"]
        assert row.vintage == vintage


def test_the_figures_of_the_article_are_in_the_table():
    soup = page(done("KOR", name="korea"), done("CHN", name="china"))
    assert cells(soup)[1] == [
        "South Korea", "2011", "2016", "27,624.6", "+14,424.9", "+109.3", "8 of 234", "00 · 01",
    ]  # fmt: skip
    assert "vintage 2026-03;" in soup.caption.get_text()
    links = [a["href"] for a in soup.select("tbody a")][3:]
    assert links == [
        "korea/index.html", "korea/00_start_here.html", "korea/01_goods_deficit.html",
    ]  # fmt: skip
    assert soup.find("a", string="01")["aria-label"] == "01_goods_deficit, China, 2011 to 2016"


def test_rows_are_sorted_by_rank_and_a_surplus_has_a_true_minus_and_no_percent():
    soup = page(done("World"), done("MEX"), done("NLD"), done("CHN"))
    assert [row[0] for row in cells(soup)] == ["China", "Mexico", "Netherlands", "World"]
    assert [row[6] for row in cells(soup)][::3] == ["1 of 234", "–"]
    ranked = soup.select("th[aria-sort]")
    assert [(one.get_text(), one["aria-sort"]) for one in ranked] == [("rank", "ascending")]
    row = cells(soup)[2]
    assert row[3].startswith("−") and row[4].startswith("−") and row[5] == "–"
    keys = [cell["data-sort"] for cell in soup.select("tbody tr")[2].select("td[data-sort]")]
    assert float(keys[2]) == pytest.approx(deficits(2016, "2026-03")["4210"]) and keys[4] == ""


def test_a_figure_that_is_not_there_says_why_and_is_never_zero():
    soup = page(done("South Sudan", 2005), done("Mexico", 2011, 2031), done("KOR", 2011, 2025))
    by_name = {row[0]: row for row in cells(soup)}
    assert by_name["South Sudan"][4] == "– no trade with South Sudan is recorded in 2005"
    assert by_name["Mexico"][3] == "– 2031: figures of vintage 2026-03 go up to January 2026"
    assert by_name["Mexico"][4:7] == ["–", "–", "–"]
    assert soup.select(".runs tbody tr")[2].find(string=re.compile("2026-03"))
    alone, past = rows_of([done("KOR", 2011, 2025, vintage="2026-06"),
                           done("KOR", vintage="as-of:2017-12-28")])  # fmt: skip
    assert alone.reasons["rank"] == NO_RANK
    assert math.isnan(past.figures["deficit"])
    assert past.reasons["deficit"] == "a past day is not one release"
    (level,) = rows_of([Ended(Setting("a", (("partner", "KOR"), ("end_year", "2016"))), "done", 1)])
    assert level.figures["deficit"] > 0 and math.isnan(level.figures["change"])
    assert level.reasons["change"] == "there is no first year"


def test_a_run_without_partner_or_years_is_listed_without_figures():
    mine = Ended(Setting("note-a", (("note", "a"),)), "done", 1.0)
    other = Ended(Setting("note-b", (("note", "b"),)), "done", 1.0)
    soup = page(mine, other, notebooks=["my_own"])
    assert soup.h1.get_text() == "Reports"
    assert [th.get_text() for th in soup.select(".runs thead th")] == ["run", "note", "reports"]
    assert cells(soup) == [["note-a", "a", "my_own"], ["note-b", "b", "my_own"]]
    assert record(mine)["runs"][0]["figures"] == {}
    assert soup.select_one(".finding").get_text() == "2 runs in 12 seconds: all are done."
    beside = page(mine, done("MEX"))
    assert cells(beside)[1][:4] == ["note-a", "–", "–", "a"]
    nobody = Ended(setting("Nobody"), "failed", 1.0, failures=(("", "no such partner", ""),))
    assert cells(page(nobody)) == [["Nobody not complete", "2011", "2016", ""]]


def test_what_varies_beside_partner_and_years_has_a_column_and_the_rest_stands_above():
    soup = page(
        done("KOR", tolerance="0.1", vintage="latest", claims_file="/home/ana/secret/a.csv"),
        done("KOR", tolerance="0.05", vintage="latest", claims_file="/home/ana/secret/a.csv"),
    )
    heads = {th.get_text(): th.get("data-sort") for th in soup.select(".runs thead th")}
    assert heads["tolerance"] == "up" and "vintage" not in heads
    facts = {one.dt.get_text(): one.dd.get_text() for one in soup.select("dl > div")}
    assert facts == {"vintage": "latest", "claims file": "a.csv"}
    assert "secret" not in soup.get_text()


def test_the_head_counts_and_names_the_largest_deficit():
    def head(*ended):
        soup = page(*ended)
        assert soup.title.get_text() == soup.h1.get_text()
        return soup.h1.get_text(), soup.select_one(".finding").get_text()

    assert head(done("KOR")) == (
        "US trade with South Korea, 2011 to 2016",
        "1 run in 12 seconds: it is done. The largest deficit is that with South Korea, "
        "USD 27.6 billion in 2016.",
    )
    failed, kept = Ended(setting("NLD"), "failed", 1.0), Ended(setting("CHN"), "done", 1.0, True)
    assert head(done("MEX", 2005, 2010), done("KOR"), failed, kept) == (
        "US trade with 4 partners, years from 2005 to 2016",
        "4 runs in 12 seconds: 3 are done, 1 of them by an earlier call; 1 is not complete. The "
        "largest deficit is that with China, USD 346.8 billion in 2016.",
    )
    surplus = -deficits(2016, "2026-03")["4210"]
    assert head(done("NLD"))[1] == (
        "1 run in 12 seconds: it is done. None has a deficit; the Netherlands is nearest to one, "
        f"with a surplus of USD {surplus / 1000:.1f} billion."
    )


def test_failures_come_first_with_reason_and_partial_notebook():
    failed = Ended(
        setting("MEX", name="mexico"), "failed", 3.0,
        failures=(("01_goods_deficit", "Cell 7 stopped with KeyError", "01_goods_deficit.ipynb"),),
    )  # fmt: skip
    lost = Ended(setting("JPN", name="japan"), "failed", 3.0, failures=(("", "worker lost", ""),))
    soup = page(done("CHN"), failed, lost)
    said = [one.get_text(" ", strip=True) for one in soup.select(".failure")]
    assert said[0].startswith("Mexico, 2011 to 2016, 01_goods_deficit. Cell 7 stopped with KeyErr")
    assert said[1] == "Japan, 2011 to 2016. worker lost"
    assert soup.select_one(".failure a")["href"] == "mexico/01_goods_deficit.ipynb"
    headings = [one.get_text() for one in soup.main.find_all("h2")]
    assert headings == ["Not complete", "All runs"]
    links = [a["href"] for a in soup.select("tbody a")]
    assert "mexico/00_start_here.html" in links and "mexico/01_goods_deficit.html" not in links
    assert not [link for link in links if link.startswith("japan")]
    assert [row[0] for row in cells(soup)] == [
        "China", "Japan not complete", "Mexico not complete"
    ]  # fmt: skip


def test_many_failures_are_folded():
    one = (("00_start_here", "no space left on device", ""),)
    failed = (Ended(setting("MEX", name=f"m{n}"), "failed", 1, failures=one) for n in range(25))
    soup = page(*failed)
    assert len(soup.select("main > .failures > li")) == 10
    assert soup.summary.get_text() == "15 more" and len(soup.select("details li")) == 15


def test_whatever_strangers_write_is_text():
    failed = Ended(
        setting(HOSTILE, name="own", claim=HOSTILE), "failed", 1.0,
        failures=((HOSTILE, HOSTILE, "00_start_here.ipynb"),),
    )  # fmt: skip
    other = Ended(setting("MEX", claim="b", other=HOSTILE), "done", 1.0)
    soup = page(failed, other, left_out=[HOSTILE], notebooks=[HOSTILE])
    assert len(soup.find_all("script")) == 1 and not soup.find_all("img")
    assert not [key for tag in soup.find_all(True) for key in tag.attrs if key.startswith("on")]
    assert "<script>alert(1)</script>" in soup.get_text() and "\u202e" not in soup.main.get_text()
    assert not [a["href"] for a in soup.find_all("a") if re.match(r"(?i)\s*javascript", a["href"])]


def test_the_foot_says_how_it_was_made_and_on_which_tables_it_rests():
    soup = page(done("MEX"), done("KOR", 2011, 2025), left_out=["3 partners are not run."])
    foot = soup.footer.get_text(" ", strip=True)
    assert "korus batch --partners X" in foot and "24 May 2026, 20:00" in foot
    assert soup.footer.find("a", string="The record of this batch")["href"] == "batch.json"
    package = json.loads((DATA / "datapackage.json").read_text())
    hashes = {one["name"]: one["hash"].removeprefix("sha256:") for one in package["resources"]}
    rows = soup.select("footer tbody tr")
    shown = {row.th.get_text(): row.select_one(".hash").get_text() for row in rows}
    assert shown == {name: hashes[name] for name in ("goods_annual",)}
    assert "US trade with 2 partners, years from 2011 to 2025" in foot
    assert soup.select_one("header .notice").get_text() == "3 partners are not run."


def test_only_the_script_of_the_page_may_run_and_nothing_is_asked_for():
    soup = page(done("MEX"))
    script = soup.script.string
    assert len(script.strip().splitlines()) <= 32 and "http" not in script
    assert not soup.find_all(["img", "iframe"]) and not soup.select("link:not([href='data:,'])")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = soup.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith(f"; script-src 'sha256-{digest}'") and policy.count("script-src") == 1


def test_the_record_holds_parameters_outcome_and_figures_with_unit_and_vintage():
    failed = Ended(
        setting("NLD"), "failed", 3.256, kept=False, failures=(("00", "why", "00.ipynb"),)
    )
    found = record(done("KOR"), failed, left_out=["nothing"])
    assert (found["command"], found["seconds"]) == ("korus batch", 12.35)
    assert found["started"] == "2026-05-24T20:00:00+00:00" and found["left_out"] == ["nothing"]
    assert {"Python", "korus_helpers", "pandas", "papermill"} <= set(found["versions"])
    korea, netherlands = found["runs"]
    assert korea["parameters"] == {"partner": "KOR", "base_year": "2011", "end_year": "2016"}
    assert (korea["status"], korea["kept"], korea["failures"]) == ("done", False, [])
    assert korea["figures"]["deficit"] == {
        "value": pytest.approx(27624.591, abs=5e-4), "unit": "million dollars", "year": 2016,
        "vintage": "2026-03",
    }  # fmt: skip
    assert korea["figures"]["change"] == {
        "value": pytest.approx(27624.591 - 13199.723, abs=2e-3), "unit": "million dollars",
        "first_year": 2011, "year": 2016, "vintage": "2026-03",
    }  # fmt: skip
    assert korea["figures"]["percent"]["value"] == pytest.approx(109.28, abs=5e-3)
    assert (korea["figures"]["rank"]["value"], korea["figures"]["rank"]["of"]) == (8, 234)
    assert netherlands["failures"] == [{"notebook": "00", "reason": "why", "file": "00.ipynb"}]
    assert netherlands["figures"]["percent"]["value"] is None
    assert "has no meaning" in netherlands["figures"]["percent"]["reason"]
