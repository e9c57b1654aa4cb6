"""Sectors: named definitions, codes, and which of them may be netted."""

import pytest

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import BASES
from korus_helpers.trade.sectors import GROUPS, NAMED, require_netted, sector


@pytest.mark.parametrize(
    ("name", "classification", "codes", "basis"),
    [
        ("total", "all goods", (), "general"),
        ("autos", "end-use", ("3",), "general"),
        ("passenger_cars", "end-use", ("30000",), "general"),
        ("trucks", "end-use", ("30100",), "general"),
        ("parts", "end-use", ("30200", "30210", "30220", "30230"), "general"),
        ("foods", "end-use", ("0",), "general"),
        ("industrial_supplies", "end-use", ("1",), "general"),
        ("capital_goods", "end-use", ("2",), "general"),
        ("consumer_goods", "end-use", ("4",), "general"),
        ("other", "end-use", ("5", "6"), "general"),
        ("hs87", "HS", ("87",), "consumption"),
        ("enduse:30000", "end-use", ("30000",), "general"),
        ("hs:01", "HS", ("01",), "consumption"),
    ],
)
def test_a_name_is_a_definition(name, classification, codes, basis):
    item = sector(name)
    assert item.name == name
    assert (item.classification, item.codes, item.basis) == (classification, codes, basis)
    assert item.basis in BASES
    assert item.source_id in set(open_table("sources").source_id)


def test_every_named_sector_has_a_title_and_may_be_netted():
    for name, item in NAMED.items():
        assert item.title, name
        assert item.netted, name
        require_netted(item)


def test_the_codes_of_named_sectors_mean_the_same_goods_in_both_flows():
    codes = open_table("enduse_codes").drop_duplicates("code").set_index("code").netted
    for name in ("passenger_cars", "trucks", "parts"):
        assert codes[list(NAMED[name].codes)].all(), name


def test_the_groups_hold_every_code_once():
    codes = open_table("enduse_codes").code.unique()
    for code in codes:
        inside = [name for name in GROUPS if code.startswith(NAMED[name].codes)]
        assert len(inside) == 1, code


def test_words_name_title_and_codes():
    assert sector("total").words == "all goods"
    assert sector("all_enduse").words == "all end-use codes together"
    assert sector("autos").words == "automotive vehicles, parts and engines (end-use 3)"
    assert sector("other").words == "military, special and other goods (end-use 5, 6)"
    assert sector("hs87").words == "vehicles other than railway, and parts (HS 87)"
    assert sector("hs:01").words == "live animals (HS 01)"


def test_a_share_divides_by_all_goods_of_the_same_table():
    assert sector("autos").whole.name == "all_enduse"
    assert sector("enduse:30000").whole.name == "all_enduse"
    assert sector("hs87").whole.name == "total"
    assert sector("total").whole.name == "total"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "cars",
        "Autos",
        "enduse:3",
        "enduse:99999",
        "enduse:30000x",
        "enduse:٣٠٠٠٠",
        "hs:8703",
        "hs:00",
        "hs:",
        "hs:87\n",
    ],
)
def test_an_unknown_sector_is_refused_with_the_names(name):
    with pytest.raises(InputError) as error:
        sector(name)
    message = str(error.value)
    assert message.startswith(f'sector "{name}" is not known; type one of total, autos, ')
    assert all(known in message for known in NAMED)
    assert message.endswith("such as enduse:30000 or hs:87")


@pytest.mark.parametrize("code", ["30000", "30100", "22200", "41210"])
def test_codes_of_the_same_goods_are_netted(code):
    item = sector(f"enduse:{code}")
    assert item.netted
    require_netted(item)
    assert "/" not in item.title


def test_a_code_of_other_goods_in_each_flow_is_never_netted():
    item = sector("enduse:00000")
    assert not item.netted
    with pytest.raises(NoFigure) as error:
        require_netted(item)
    assert str(error.value) == (
        "end-use 00000 is Wheat in exports and Green coffee in imports: "
        "a balance of the two has no meaning; ask for exports or for imports"
    )


def test_a_code_of_one_flow_is_never_netted():
    with pytest.raises(NoFigure, match=r"end-use 30110 is Bodies and chassis .* one flow only"):
        require_netted(sector("enduse:30110"))


def test_every_code_that_ships_is_a_sector():
    for code in open_table("enduse_codes").code.unique():
        assert sector(f"enduse:{code}").codes == (code,)
    for code in open_table("hs_chapters").code.unique():
        assert sector(f"hs:{code}").codes == (code,)
