"""h2spec's group "hpack": header blocks that cannot be decoded end the connection."""

from __future__ import annotations

from tests.transport.frames import COMPRESSION_ERROR, HEADER_TABLE_SIZE, Connection
from tests.transport.rules import Rule, block, connection_error

BROKEN = connection_error(COMPRESSION_ERROR)
#: The name x-test, Huffman-coded, not indexed.
NAME = b"\x00\x85\xf2\xb2\x4a\x84\xff"


def table_too_large(connection: Connection) -> None:
    """A size update one byte over what the server allows."""
    rest = connection.settings.get(HEADER_TABLE_SIZE, 4_096) + 1 - 31
    update = bytearray([0x3F])
    while rest >= 128:
        update.append(0x80 | rest & 0x7F)
        rest >>= 7
    update.append(rest)
    usual = connection.request_fields()
    connection.send(connection.pack_headers(1, usual, before=bytes(update)))


RULES = [
    Rule("hpack/2.3.3/1", "an index beyond the tables", block(after=b"\xfe"), BROKEN),
    Rule("hpack/2.3.3/2", "a name's index beyond the tables",
         block(after=b"\x7f\x3f\x05empty"), BROKEN),
    Rule("hpack/4.2/1", "a size update behind fields", block(after=b"\x21"), BROKEN),
    Rule("hpack/5.2/1", "Huffman padding of a whole byte",
         block(after=NAME + b"\x84\x49\x50\x9f\xff"), BROKEN),
    Rule("hpack/5.2/2", "Huffman padding with zeros",
         block(after=NAME + b"\x83\x49\x50\x90"), BROKEN),
    Rule("hpack/5.2/3", "Huffman text with the end symbol inside",
         block(after=b"\x00\x85\xf2\xb2\x4a\x87\xff\xff\xff\xfd\x25\x42\x7f"), BROKEN),
    Rule("hpack/6.1/1", "index 0", block(after=b"\x80"), BROKEN),
    Rule("hpack/6.3/1", "a table larger than allowed", table_too_large, BROKEN),
]
