"""The channel and the way that calls are tried again."""

from __future__ import annotations

import random
import time
from typing import Any, Callable, Iterator

import grpc

from riskd_client.errors import RiskdError

# The server takes requests up to this size; larger replies would be refused by it as well.
MESSAGE_BYTES_MAX = 4 * 1024 * 1024
BACKOFF_FIRST_SECONDS = 0.02
BACKOFF_MAX_SECONDS = 1.0


def open_channel(address: str) -> grpc.Channel:
    """A cleartext channel of its own connection, which comes back quickly after a restart."""
    return grpc.insecure_channel(
        address,
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.initial_reconnect_backoff_ms", 50),
            # How long one attempt may take; a refused one is repeated after the first backoff.
            ("grpc.min_reconnect_backoff_ms", 5_000),
            ("grpc.max_reconnect_backoff_ms", 1_000),
        ],
    )


def call_with_retries(
    method: Callable[..., Any],
    request: Any,
    metadata: tuple[tuple[str, str], ...],
    timeout_seconds: float,
) -> Any:
    """Calls until there is an answer, an error that a repeat cannot mend, or no time left.

    Only UNAVAILABLE is tried again, with the very same request: reads change nothing, and a write
    repeats its request_id, so that the server answers it once and gives the same reply after.
    The pauses double, are jittered, and are never shorter than the server asks for.
    """
    deadline = time.monotonic() + timeout_seconds
    pause_seconds = BACKOFF_FIRST_SECONDS
    attempts = 0
    while True:
        attempts += 1
        remaining = max(deadline - time.monotonic(), 0.001)
        try:
            return method(request, timeout=remaining, metadata=metadata)
        except grpc.RpcError as raised:
            error = RiskdError.from_rpc_error(raised)
            error.attempts = attempts
        wanted = pause_seconds * random.uniform(0.5, 1.0)
        wanted = max(wanted, error.retry_delay_seconds or 0.0)
        if error.code is not grpc.StatusCode.UNAVAILABLE:
            raise error
        if time.monotonic() + wanted >= deadline:
            raise error
        time.sleep(wanted)
        pause_seconds = min(pause_seconds * 2, BACKOFF_MAX_SECONDS)


def stream(
    method: Callable[..., Any], request: Any, metadata: tuple[tuple[str, str], ...]
) -> Iterator[Any]:
    """The replies of a server stream; closing the iterator ends the call.

    Nothing is tried again: who follows a stream knows where to resume.
    """
    call = method(request, metadata=metadata)
    try:
        yield from call
    except grpc.RpcError as raised:
        raise RiskdError.from_rpc_error(raised) from None
    finally:
        call.cancel()
