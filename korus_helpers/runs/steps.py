"""How long each step of a run took, and how large what it made is."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field


@dataclass
class Steps:
    """Step ("execute", "HTML", "PDF") → notebook → seconds and bytes, as they come in."""

    taken: dict[str, dict[str, tuple[float, int]]] = field(default_factory=dict)

    def add(self, step: str, notebook: str, seconds: float, size: int) -> None:
        self.taken.setdefault(step, {})[notebook] = (seconds, size)

    @classmethod
    def together(cls, several: Iterable["Steps"]) -> "Steps":
        """Those of several notebooks as one."""
        steps = cls()
        for one in several:
            for step, of in one.taken.items():
                steps.taken.setdefault(step, {}).update(of)
        return steps

    def timed(self, step: str, notebook: str, make: Callable[[], bytes]) -> bytes:
        """What `make` makes, its time and size kept."""
        started = time.perf_counter()
        content = make()
        self.add(step, notebook, time.perf_counter() - started, len(content))
        return content

    def of(self, notebook: str) -> dict[str, dict[str, float]]:
        """Step → seconds and bytes, for one notebook."""
        return {
            step: {"seconds": round(of[notebook][0], 2), "bytes": of[notebook][1]}
            for step, of in self.taken.items()
            if notebook in of
        }

    def total(self) -> dict[str, dict[str, float]]:
        """Step → seconds and bytes of all notebooks; several execute at a time."""
        return {
            step: {
                "seconds": round(sum(seconds for seconds, _ in of.values()), 2),
                "bytes": sum(size for _, size in of.values()),
            }
            for step, of in self.taken.items()
        }

    def rows(self, notebooks: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
        """For the index: notebook and its cells, heading → text; the sum last."""
        named = [*((name, self.of(name)) for name in notebooks), ("together", self.total())]
        return [
            (
                name,
                {
                    heading: text
                    for step, one in steps.items()
                    for heading, text in (
                        (f"{step}, s", f"{one['seconds']:.1f}"),
                        (f"{step}, kB", f"{one['bytes'] / 1000:,.0f}"),
                    )
                },
            )
            for name, steps in named
        ]

    def sentence(self) -> str:
        """As "execute 11.2 s (1.9 MB), HTML 1.4 s (2.0 MB)", for the terminal."""
        return ", ".join(
            f"{step} {one['seconds']:.1f} s ({one['bytes'] / 1e6:.1f} MB)"
            for step, one in self.total().items()
        )
