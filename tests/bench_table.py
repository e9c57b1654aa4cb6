"""The results of `bench_runs.py` in words and a table, as Markdown."""

from collections.abc import Mapping


def markdown(result: Mapping) -> str:
    """What outputs/bench.json says, for the README."""
    machine, software, batch = result["machine"], result["software"], result["batch"]
    sizes = list(batch["per_run"])
    leak = result["leak"]
    grown = {
        who: (after["rss_mb"] - leak["before"][who]["rss_mb"],
              after["descriptors"] - leak["before"][who]["descriptors"])
        for who, after in leak["after"].items()
    }  # fmt: skip
    return "\n".join([
        f"{machine['cores']} cores ({machine['cpu']}), {machine['memory_gb']:.0f} GB, "
        f"{machine['system']}, Python {software['python']}, papermill {software['papermill']}, "
        f"nbclient {software['nbclient']}, {result['date']}. "
        f"{result['rounds']} rounds in turn, notebooks {', '.join(result['notebooks'])}; "
        "seconds without start-up, processor time and memory of all processes.",
        "",
        "| approach | workers | runs | seconds | start-up | processor seconds | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {row['approach']} | {row['workers']} | {row['runs']} | {row['seconds']:.1f} | "
            f"{row['start_up']:.1f} | {row['cpu']:.1f} | {row['peak_mb']:.0f} |"
            for row in result["rows"]
        ),
        "",
        f"- Two workers of the engine make {result['ratio_to_papermill_cli']:.1f} times as many "
        "notebooks a minute as the papermill command line (with start-up, in "
        f"{result['runs_of_a_round']} runs: {result['ratio_to_papermill_cli_with_start_up']:.1f}; "
        f"`korus batch` over {sizes[-1]} partners, reports, start-up and index included: "
        f"{batch['ratio_to_papermill_cli']:.1f}).",
        f"- They take {result['ratio_to_floor']:.2f} times as long as the floor, one takes "
        f"{result['ratio_to_floor_one_worker']:.2f} times as long (with start-up: "
        f"{result['ratio_to_floor_with_start_up']:.2f}). The floor is the code of the same "
        "notebooks as plain scripts, forked from the same warm process, with everything drawn and "
        "nothing kept.",
        f"- `korus run`, all notebooks with HTML, is {result['ratio_of_korus_run']:.1f} times as "
        "fast as `papermill` and `jupyter nbconvert` for one after the other.",
        "- `korus batch`, seconds a run after the first runs (all in all): "
        + "; ".join(
            f"{size} partners {batch['per_run'][size]:.2f} "
            f"({batch['per_run_with_start_up'][size]:.2f})"
            for size in sizes
        )
        + f". The largest is {100 * batch['spread']:.0f} percent above the smallest.",
        f"- {leak['runs']} runs of a tiny notebook: "
        + "; ".join(
            f"the {who} holds {memory:+.1f} MB and {descriptors:+d} descriptors"
            for who, (memory, descriptors) in grown.items()
        )
        + ".",
    ])  # fmt: skip
