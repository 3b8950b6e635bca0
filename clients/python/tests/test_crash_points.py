"""riskd ended at file operations, cut off from power, on a disk that fails and one that is full."""

from __future__ import annotations

import asyncio
import copy
import random
from pathlib import Path

import grpc
import pytest

from demo.book import PRODUCT
from demo.server import DEMO_KEY, Server, ServerError, wait_for
from riskd_client import Client, RiskdError, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from tests.crash_points import (
    LIFE_OPERATIONS,
    CrashPoints,
    build_library,
    copy_directory,
    walk_points,
)
from tests.ledger_book import CrashError
from tests.power_cut import UndoJournal

POINTS = 12
SEED = 20_240_608
# Together more than half a segment of 64 MiB: with less than three batches' room left in it and
# no other segment ready, writes are refused.
FEATURE_COUNT = 400
ROWS_PER_CALL = 400
CALLS_MAX = 40


def test_kills_at_file_operations(tmp_path: Path):
    summary = asyncio.run(walk_points(tmp_path, POINTS, SEED))
    assert summary.points >= POINTS - 1
    assert summary.acknowledged > 0
    assert summary.undoable > 0


def test_a_disk_that_lies_is_found_out(tmp_path: Path):
    """The checks can fail: with syncs that did nothing a power cut loses acknowledged writes."""

    async def lose_synced_writes() -> None:
        points = CrashPoints(tmp_path, SEED)
        start = await points.life_start()
        undo = tmp_path / "undo"
        data, callers = await points.run(start, LIFE_OPERATIONS, kill_at=150, journal=undo)
        UndoJournal(undo, trusts_syncs=False).cut("lost", random.Random(SEED))
        await points.settle(data, start.book, callers)

    with pytest.raises((CrashError, ServerError)):
        asyncio.run(lose_synced_writes())


@pytest.mark.parametrize("which", [1, 60])
def test_a_failed_sync_ends_the_process(tmp_path: Path, which: int):
    async def fail() -> None:
        points = CrashPoints(tmp_path, SEED)
        start = await points.life_start()
        undo = tmp_path / "undo"
        settings = dict(sync_fails=which, journal=undo)
        data, callers = await points.run(start, LIFE_OPERATIONS, ends_with=1, **settings)
        failures = [RiskdError.from_rpc_error(c.failure) for c in callers if c.failure]
        assert len(failures) == len(callers), "nobody is answered after a failed sync"
        assert any(failure.reason == "OUTCOME_UNKNOWN" for failure in failures), failures
        # What was not synced is gone after a power cut: nothing acknowledged may be in it.
        copied = tmp_path / "copied"
        copy_directory(data, copied)
        UndoJournal(undo).cut("lost", random.Random(SEED))
        book = copy.deepcopy(start.book)
        await points.settle(data, book, [points.twin(caller, book) for caller in callers])
        await points.settle(copied, start.book, callers)

    asyncio.run(fail())


def fill(client: Client) -> RiskdError:
    """Writes long records until they are refused."""
    kind = features.FEATURE_TYPE_NUMBER
    names = [f"filler_{number}" for number in range(FEATURE_COUNT)]
    client.register_features(
        features.FeatureDefinition(name=name, type=kind, source="test", owner="test")
        for name in names
    )
    numbers = {entry.name: entry.feature_id for entry in client.list_features()}
    ids = [numbers[name] for name in names]
    values = [1.0 / (1 + number) for number in range(FEATURE_COUNT)]
    packed = common.FeatureColumns(feature_ids=ids, values=values)
    rows = [
        features.FeatureRow(subject_id=f"filler-{number}", columns=packed)
        for number in range(ROWS_PER_CALL)
    ]
    for _ in range(CALLS_MAX):
        try:
            client.put_features(rows)
        except RiskdError as error:
            return error
    raise AssertionError(f"{CALLS_MAX} long records fit")


def test_a_full_disk_refuses_writes_and_resumes(tmp_path: Path):
    data, full = tmp_path / "data", tmp_path / "full"
    with Server(data) as server:
        with Client(server.address, DEMO_KEY) as client:
            line_id = client.open_line("f-subject", PRODUCT, money(1_000)).line.line_id
        server.stop()
    # The segment that was made ahead goes; a new one cannot be made.
    sorted(data.glob("segment-*"))[-1].unlink()
    full.touch()
    library = {"LD_PRELOAD": str(build_library(tmp_path)), "CRASHPOINTS_FULL": str(full)}
    environment = {**library, "CRASHPOINTS_DIRECTORY": str(data)}
    request_id = new_request_id()
    with Server(data, environment=environment) as server:
        with Client(server.address, DEMO_KEY, timeout_seconds=10) as client:
            held = client.reserve(line_id, money(10), request_id=request_id)
            refused = fill(client)
            assert (refused.code, refused.reason) == NO_SPACE
            with pytest.raises(RiskdError) as raised:
                client.reserve(line_id, money(20))
            assert (raised.value.code, raised.value.reason) == NO_SPACE
            assert client.line(line_id).held_minor == 10
            assert client.reserve(line_id, money(10), request_id=request_id) == held
            full.unlink()
            assert wait_for(lambda: takes_writes(client, line_id), 10.0)
            assert client.line(line_id).held_minor == 15
        server.kill()
    with Server(data) as server:
        with Client(server.address, DEMO_KEY) as client:
            assert client.line(line_id).held_minor == 15
        server.stop()


NO_SPACE = (grpc.StatusCode.RESOURCE_EXHAUSTED, "NO_SPACE")


def takes_writes(client: Client, line_id: int) -> bool:
    """Whether a hold of 5 can be placed now; a full disk is the only reason why not."""
    try:
        return client.reserve(line_id, money(5)).outcome == common.LIMIT_OUTCOME_DONE
    except RiskdError as error:
        assert (error.code, error.reason) == NO_SPACE
        return False
