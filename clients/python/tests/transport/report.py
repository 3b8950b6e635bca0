"""The table of the attacks with the bound of each as measured."""

from __future__ import annotations

from tests.transport.attacker import Outcome
from tests.transport.attacks import Attack
from tests.transport.prober import Seen

_ROWS: list[str] = []
HEAD = (
    f"{'attack':<30} {'end':<28} {'frames':>8} {'after s':>8} {'CPU s':>6} {'MiB':>5} "
    f"{'probe p99 ms':>12}"
)


def add(attack: Attack, outcome: Outcome, seen: Seen, cpu_seconds: float) -> None:
    """Notes one measured attack."""
    end = "lives on"
    if outcome.goaway_code is not None:
        end = f"GOAWAY {outcome.goaway_code} {outcome.goaway_debug}".strip()[:28]
    elif outcome.closed:
        end = "closed"
    _ROWS.append(
        f"{attack.name:<30} {end:<28} {outcome.frames:>8} {outcome.seconds:>8.2f} "
        f"{cpu_seconds:>6.2f} {seen.growth_bytes / (1 << 20):>5.1f} {seen.p99_millis:>12.1f}"
    )


def lines() -> list[str]:
    """The table, or nothing when no attack was run."""
    return [HEAD, *_ROWS] if _ROWS else []
