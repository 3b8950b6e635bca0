"""Rolling restarts under load."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.rolling import restart_under_load

RESTARTS = 5
SEED = 20_240_610


def test_a_client_that_retries_sees_no_restart(tmp_path: Path):
    summary = asyncio.run(restart_under_load(tmp_path, RESTARTS, SEED))
    assert summary.restarts == RESTARTS
    assert summary.retries > 0, "the load saw no restart"
