"""The results of `benchmarks/bench_runs.py` in words and a table, as Markdown."""

from collections.abc import Mapping


def markdown(result: Mapping) -> str:
    """What outputs/bench.json says, for the README."""
    return "\n".join([_where(result), "", *_table(result["rows"]), "", *_findings(result)])


def _where(result: Mapping) -> str:
    machine, software = result["machine"], result["software"]
    times = "once" if result["rounds"] == 1 else f"{result['rounds']} times"
    return (
        f"{result['date']}, {machine['cores']} cores ({machine['cpu']}), "
        f"{machine['memory_gb']:.0f} GB, {machine['system']}, load {machine['load_before']:.1f} at "
        f"the start; Python {software['python']}, papermill {software['papermill']}, nbclient "
        f"{software['nbclient']}, pandas {software['pandas']}. Notebook "
        f"{', '.join(result['notebooks'])} for {len(result['partners'])} partners, {times} in turn."
    )


def _table(rows: list[Mapping]) -> list[str]:
    """Seconds are apart from start-up, except where that is a dash."""
    return [
        "| approach | workers | runs | seconds | start-up, apart | processor seconds | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {row['approach']} | {row['workers']} | {row['runs']} | {row['seconds']:.1f} | "
            f"{'–' if row['start_up'] is None else format(row['start_up'], '.1f')} | "
            f"{row['cpu']:.1f} | {row['peak_mb']:.0f} |"
            for row in rows
        ),
    ]


def _findings(result: Mapping) -> list[str]:
    batch, leak = result["batch"], result["leak"]
    largest = list(batch["per_run"])[-1]
    each = ", ".join(
        f"{seconds:.2f} ({batch['per_run_with_start_up'][size]:.2f}) over {size} partners"
        for size, seconds in batch["per_run"].items()
    )
    held = " and ".join(
        f"the {who} holds {after['rss_mb'] - leak['before'][who]['rss_mb']:+.1f} MB and "
        f"{after['descriptors'] - leak['before'][who]['descriptors']:+d} descriptors"
        for who, after in leak["after"].items()
    )
    return [
        f"- Two workers of the engine execute {result['ratio_to_papermill_cli']:.1f} times as many "
        "notebooks a minute as the papermill command line; with start-up "
        f"{result['ratio_to_papermill_cli_with_start_up']:.1f} times in "
        f"{result['runs_of_a_round']} runs, and {batch['ratio_to_papermill_cli']:.1f} times in a "
        f"`korus batch` over {largest} partners, reports and index included.",
        f"- They take {result['ratio_to_floor']:.2f} times as long as the floor (with start-up "
        f"{result['ratio_to_floor_with_start_up']:.2f}), and one worker "
        f"{result['ratio_to_floor_one_worker']:.2f} times. The floor is the code of the same "
        "notebooks as plain scripts in forks of the same warm process, all drawn and nothing kept.",
        f"- `korus run`, all notebooks with HTML, is {result['ratio_of_korus_run']:.1f} times as "
        "fast as `papermill` and `jupyter nbconvert` for one after the other.",
        f"- `korus batch` takes for each run, in seconds after the first runs (and all in all): "
        f"{each}. The dearest is {100 * batch['spread']:.0f} percent above the cheapest; the "
        f"whole batch never held more than {batch['peak_mb']:,.0f} MB.",
        f"- After {leak['runs']} more runs of a tiny notebook {held}.",
    ]
