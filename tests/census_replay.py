"""The Census trade API as a function of its query, with figures of its own making."""

import json
from urllib.parse import urlsplit

from replay import Answer

KEY = "s3cret0123456789abcdef"
PREFIX = "/data/timeseries/intltrade"
NO_KEY = {"X-DataWebAPI-KeyError": "1"}
NAMES = {"5800": "KOREA, SOUTH", "2010": "MEXICO"}
MONTHS = [(y, m) for y in range(2010, 2027) for m in range(1, 13)]
LAST = (2026, 9)  # published
CHAPTERS = [f"{n:02d}" for n in range(1, 100) if n != 77]


def value(variable, code, year, month):
    """Whole dollars that differ in every cell; domestic exports are nine tenths of the total."""
    size = {"ALL_VAL_MO": 100, "GEN_VAL_MO": 1000, "CON_VAL_MO": 900, "CAL_DUT_MO": 20}[variable]
    return size * (int(code) % 97 + 1) * 1000 + (year - 2010) * 12 + month


def table(path, query):
    """The rows of a good answer: header first, predicates as further columns."""
    flow, classification = path.removeprefix(PREFIX).strip("/").split("/")
    get = query["get"][0].split(",")
    letter = flow[0].upper()
    variable = {"hs": f"{letter}_COMMODITY", "naics": "NAICS", "enduse": f"{letter}_ENDUSE"}
    variable = variable[classification]
    first, last = (
        tuple(map(int, part.split("-")))
        for part in query["time"][0].removeprefix("from ").split(" to ")
    )
    domestic = query.get("DF") == ["1"]
    rows = []
    for year, month in MONTHS:
        if not first <= (year, month) <= min(last, LAST):
            continue
        for partner in query["CTY_CODE"]:
            for code in query.get(variable, ["total"]):
                cells = {"CTY_CODE": partner, "CTY_NAME": NAMES[partner], variable: code,
                         "time": f"{year}-{month:02d}",
                         "COMM_LVL": "".join(query.get("COMM_LVL", [])),
                         "SUMMARY_LVL": "DET", "DF": "1"}  # fmt: skip
                for name in get:
                    if name.endswith("_MO"):
                        codes = CHAPTERS if code == "total" else [code]
                        amounts = [value(name, one, year, month) for one in codes]
                        parts = [one * 9 // 10 if domestic else one for one in amounts]
                        cells[name] = str(sum(parts))
                rows.append(cells)
    predicates = [name for name in query if name not in ("get", "key")]
    header = [*get, *predicates]  # a variable in both comes twice
    return [header, *([row[name] for name in header] for row in rows)]


def api(query, path, key=KEY):
    """One answer of a healthy API."""
    given = query.get("key", [""])[0]
    if given != key:
        page = "invalid_key.html" if given else "missing_key.html"
        return Answer(status=302, headers={"Location": f"/{page}", **NO_KEY})
    rows = table(path, query)
    if len(rows) == 1:
        return Answer(status=204)
    return Answer(json.dumps(rows).encode(), headers={"Content-Type": "application/json"})


def routes(change=lambda answer, query, path: answer):
    """Routes of every data set; `change` may replace a good answer."""
    found = {}
    for flow in ("imports", "exports"):
        for classification in ("hs", "naics", "enduse"):
            path = f"{PREFIX}/{flow}/{classification}"
            found[path] = lambda query, path=path: change(api(query, path), query, path)
    for name in ("missing_key.html", "invalid_key.html"):
        found[f"/{name}"] = Answer(b"<html><body>A valid key must be included</body></html>")
    return found


def times(asked):
    """The spans that were asked for, in order."""
    from urllib.parse import parse_qs

    return [parse_qs(urlsplit(one).query)["time"][0] for one in asked]
