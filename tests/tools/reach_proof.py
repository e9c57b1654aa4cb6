"""How often claims of a first release are called wrong once that release is hidden.

    python tests/tools/reach_proof.py [2022-03 2023-03 2025-04]

For each release that is the first with a year, and every partner above one billion dollars in it:
exports, imports and the deficit to 0.1 billion, dated in the February of the release. Judged with
the release at hand; without it, in the product and in the sample of the reach; and without it, but
moved by three times the reach. Prints a row a release and what is called "not reproduced".
"""

import sys
from collections import Counter

import pandas as pd

from korus_helpers.claims.claim import Claim
from korus_helpers.claims.verdicts import judge
from korus_helpers.figures.partners import countries
from korus_helpers.figures.releases import annual_goods, releases
from korus_helpers.figures.tables import forget
from korus_helpers.trade.evaluate import evaluate

LEAST = 1_000  # million dollars of exports and imports together


def claims_of(release: str) -> list[Claim]:
    """Three claims a partner, as a text of that February prints them."""
    year = releases()[release].last_full_year
    rows = annual_goods(release)
    rows = rows[(rows.year == year) & rows.partner_code.isin(countries())]
    rows = rows[rows.exports_musd + rows.imports_musd > LEAST]
    rows = rows.assign(deficit=rows.imports_musd - rows.exports_musd)
    found = []
    for row in rows.itertuples():
        sizes = {"exports": row.exports_musd, "imports": row.imports_musd, "deficit": row.deficit}
        for measure, size in sizes.items():
            found.append(_claim(row.partner_code, measure, year, size))
    return [one for one in found if one]


def _claim(partner: str, measure: str, year: int, size: float) -> Claim | None:
    text = f"{abs(size) / 1000:.1f}"
    if text == "0.0":
        return None
    return Claim(
        id=f"{partner}_{measure}", printed=f"{'-' if size < 0 else ''}${text} billion",
        measure=measure, as_="level", partner=partner, end=str(year), date=f"{year + 1}-02-20",
    )  # fmt: skip


def moved(claim: Claim) -> list[Claim]:
    """The claim three times the reach above and below today's figure."""
    day = f"{claim.date}"
    found = evaluate(claim.measure, claim.definition(), printed_on=day)
    three = 3 * max(found.high - found.value, found.value - found.low)
    both = (found.value + three, found.value - three)
    return [
        one
        for one in (_claim(claim.partner, claim.measure, claim.end.last_year, x) for x in both)
        if one and three > 100 and (claim.measure == "deficit" or "-" not in one.printed)
    ]


def verdicts(claims: list[Claim]) -> tuple[Counter, list[str]]:
    found = [judge(one) for one in claims]
    wrong = [f"{v.claim.id} {v.claim.printed} ({v.now.value / 1000:.3f})"
             for v in found if v.verdict == "not reproduced"]  # fmt: skip
    return Counter(one.verdict for one in found), wrong


def main() -> None:
    rows = []
    for release in sys.argv[1:] or ["2022-03", "2023-03", "2025-04"]:
        claims = claims_of(release)
        print(release, "at hand", *verdicts(claims))
        forget()
        del releases()[release]  # of the one dictionary that every module sees
        found, wrong = verdicts(claims)
        far, _ = verdicts([one for claim in claims for one in moved(claim)])
        print(release, "hidden", found, wrong)
        print(release, "moved by three times the reach", far)
        rows.append((release, len(claims), found["not reproduced"] / len(claims),
                     far["not reproduced"] / max(far.total(), 1)))  # fmt: skip
        forget()
        sys.stdout.flush()
    heads = ["release", "claims", "hidden, not reproduced", "moved, not reproduced"]
    print(pd.DataFrame(rows, columns=heads).to_string(index=False))


if __name__ == "__main__":
    main()
