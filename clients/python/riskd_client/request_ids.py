"""Request ids: what makes a write safe to repeat."""

from __future__ import annotations

import secrets
import time
import uuid


def new_request_id(now_millis: int | None = None) -> str:
    """A UUID, version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits.

    Ids made later sort later (by millisecond), which keeps the server's table of them compact.
    """
    millis = time.time_ns() // 1_000_000 if now_millis is None else now_millis
    random_high, random_low = secrets.randbits(12), secrets.randbits(62)
    value = (millis & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | random_high << 64 | 0b10 << 62 | random_low
    return str(uuid.UUID(int=value))
