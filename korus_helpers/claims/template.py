"""The claims file that `korus audit --template` prints."""

TEMPLATE = """\
# Claims about the trade of the United States with a partner, for `korus audit FILE`.
#
# Each entry under `claims` is one printed figure. What stands here, above `claims`, holds for every
# entry that does not say otherwise. Put text that has a colon, a # or a sign in front in quotes.
# The same fields may be the columns of a CSV file (UTF-8, commas). At most 1,000 entries, 1 MB,
# 500 characters a field. Lines that begin with # are comments.

partner: South Korea  # name, ISO code or Census code; Korea, South where none is given
speaker: US Trade Representative  # who said it
publisher: American Shipper  # who carried it
date: 2017-12-28  # the day it was printed, or 2017-12 or 2017: figures of that day are looked up
url: https://www.freightwaves.com/news/u-s-south-korea-to-begin-korus-amendment-negotiations-jan-5
reporter: USA  # whose statistics: USA, or KOR for Korea's own

claims:
  - id: exports_2016  # letters, digits, dots, hyphens, underscores; claim-1, claim-2 ... without
    printed: $42.3 billion  # the figure as printed, with its hedge and its unit
    measure: exports  # exports, imports, deficit (imports minus exports), balance, two-way or other
    period: 2016  # a year, or months such as 2011-04/2012-03

  - id: imports_change
    printed: nearly $20 billion
    measure: imports
    as: change  # level (without this line), change, percent-change, ratio, share or contribution
    base: 2011  # a change has two periods: from base ...
    end: 2016  # ... to end

  - id: auto_share
    printed: about 90 percent
    measure: deficit
    as: share
    sector: autos  # total (without this line), autos, passenger_cars, services, unspecified ...
    period: 2016
    what: Auto sector's share of the goods deficit  # in your words; written for you without
    inferred: sector  # fields that the source leaves open, ; between them
    note: The article does not define the auto sector.  # shown beside the verdict

  - id: deficit  # two levels: they become deficit.from and deficit.to
    printed: from $13.2 billion to $27.6 billion
    measure: deficit
    base: 2011
    end: 2016
    basis: general  # general, consumption, bop ...; that of the sector without this line

  - id: jobs
    printed: more than 95,000 jobs
    measure: other  # what no trade figure can check
    note: It takes the model that turns a deficit into jobs.  # say what is missing
    date: 2016-05-05
    speaker: Economic Policy Institute
    publisher: Coalition for a Prosperous America
    url: http://www.prosperousamerica.org/u_s_korea_trade_deal_resulted_in_growing_trade_deficits_and_more_than_95_000_lost_u_s_jobs
"""
