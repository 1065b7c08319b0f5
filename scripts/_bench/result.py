"""One line of the benchmark's report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Result:
    """A value in its unit and how it compares; or why there is none."""

    name: str
    value: float | None = None
    unit: str = ""
    ratios: Mapping[str, float] = field(default_factory=dict[str, float])
    not_run: str | None = None

    def line(self) -> str:
        if self.not_run is not None:
            return f"{self.name:<44} not run: {self.not_run}"
        value = "" if self.value is None else f"{self.value:10.2f} {self.unit}"
        ratios = "  ".join(f"{ratio:.2f} x {what}" for what, ratio in self.ratios.items())
        return f"{self.name:<44} {value:<22} {ratios}".rstrip()
