"""What a bench answers: a rate, its reference, both latencies, at two sizes."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: events per second, and latencies where there are any."""

    rate: float
    p50_ms: float | None = None
    p99_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A path and its reference at one size; ``more`` are figures of this bench alone."""

    size: int
    path: Measured
    limit: Measured
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.path.rate / self.limit.rate if self.limit.rate else 0.0

    def document(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "rate": _rounded(self.path.rate),
            "limit": _rounded(self.limit.rate),
            "ratio": round(self.ratio, 3),
            "p50_ms": _rounded(self.path.p50_ms),
            "p99_ms": _rounded(self.path.p99_ms),
            "limit_p50_ms": _rounded(self.limit.p50_ms),
            "limit_p99_ms": _rounded(self.limit.p99_ms),
            **self.more,
        }


def answer(name: str, comparisons: Sequence[Comparison], **more: Any) -> dict[str, Any]:
    """The JSON object of `assidu bench NAME`: the largest size counts."""
    main = max(comparisons, key=lambda one: one.size)
    document = main.document()
    document.pop("size")
    return {
        "name": name,
        **document,
        **more,
        "sizes": [one.document() for one in sorted(comparisons, key=lambda one: one.size)],
        "machine": machine(),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """``values`` are sorted."""
    return values[min(int(len(values) * share), len(values) - 1)] if values else 0.0


def machine() -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 (no file, a window on the kernel)
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
