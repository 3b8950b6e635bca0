"""Bits flipped in a stopped data directory: refused, or exactly what was there."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.corruption import flip_bits

FLIPS = 100
SEED = 20_240_609


def test_flipped_bits_are_refused_or_harmless(tmp_path: Path):
    summary = asyncio.run(flip_bits(tmp_path, FLIPS, SEED))
    assert summary.refused.total() + summary.exact.total() == FLIPS
    # Records are refused, but for the zeros that fill a sector, and so is another secret.
    assert summary.refused["records"] > summary.exact["records"]
    assert summary.refused["root.secret"] > 0 and summary.exact["root.secret"] == 0
    assert summary.exact["zeros"] > 0
