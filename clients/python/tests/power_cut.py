"""What a disk may hold after a power cut, made of what a killed process left behind.

A killed process loses nothing that it wrote: the kernel has it. A power cut loses what was not
synced, in any mixture: whole writes, single sectors of 512 bytes, names of files that were made or
renamed in a directory that was not synced since. The library of Tests/CrashPoints writes down what
is needed to take such writes back; this reads it and takes a seeded choice of them back.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path

SECTOR_BYTES = 512
#: Nothing that was not synced survives; the first writes survive; any mixture of sectors does.
KINDS = ("lost", "prefix", "torn")


@dataclass
class Change:
    """One write or truncation: where, how long, the file's size before, the bytes before."""

    offset: int
    count: int
    size_before: int
    before: bytes

    @property
    def end(self) -> int:
        """First byte behind what it touched."""
        return self.offset + max(self.count, len(self.before))


@dataclass
class File:
    """A file by itself, whatever its name: the changes since its last sync."""

    changes: list[Change] = field(default_factory=list)


@dataclass
class Naming:
    """A change of a directory that was not synced since."""

    kind: str
    path: str
    to: str = ""
    saved: str = "-"

    @property
    def folder(self) -> str:
        """The directory that must be synced to make it last."""
        return os.path.dirname(self.to or self.path)


class UndoJournal:
    """The unsynced changes at the end of a run, by file and by directory.

    Without `trusts_syncs` the disk is one that lies: it says that it synced and did not.
    """

    def __init__(self, journal: Path, *, trusts_syncs: bool = True) -> None:
        self.trusts_syncs = trusts_syncs
        self.files: dict[str, File] = {}
        self.namings: list[Naming] = []
        data = journal.read_bytes() if journal.exists() else b""
        place = 0
        while place < len(data):
            # A kill in the middle of a line cuts no line: each is one write of the library.
            end = data.index(b"\n", place)
            fields = data[place:end].decode().split("\t")
            place = end + 1
            if fields[0] in "WT":
                count, size, kept = (int(text) for text in fields[3:6])
                change = Change(int(fields[2]), count, size, data[place : place + kept])
                self._file(fields[1]).changes.append(change)
                place += kept
            else:
                self._note(*fields)

    def _file(self, path: str) -> File:
        return self.files.setdefault(path, File())

    def _note(self, kind: str, path: str, *rest: str) -> None:
        if kind in "SD" and not self.trusts_syncs:
            return
        if kind == "S":
            self._file(path).changes.clear()
        elif kind == "D":
            self.namings = [naming for naming in self.namings if naming.folder != path]
        elif kind == "R":
            self.files[rest[0]] = self.files.pop(path, File())
            self.namings.append(Naming(kind, path, to=rest[0], saved=rest[1]))
        elif kind == "U":
            self.files.pop(path, None)
            self.namings.append(Naming(kind, path, saved=rest[0]))
        else:
            self.files[path] = File()
            self.namings.append(Naming(kind, path))

    def cut(self, kind: str, generator: random.Random) -> int:
        """Takes unsynced changes back on the disk; returns how many there were to choose from."""
        for path, file in self.files.items():
            if file.changes and os.path.exists(path):
                undo_changes(path, file.changes, kind, generator)
        for folder in {naming.folder for naming in self.namings}:
            # A directory is journaled: of its changes the first ones survive, in their order.
            of_folder = [naming for naming in self.namings if naming.folder == folder]
            kept = 0 if kind == "lost" else generator.randint(0, len(of_folder))
            for naming in reversed(of_folder[kept:]):
                undo_naming(naming)
        return len(self.namings) + sum(len(file.changes) for file in self.files.values())


def undo_naming(naming: Naming) -> None:
    """Makes one directory change not have happened."""
    if naming.kind == "N" and os.path.exists(naming.path):
        os.unlink(naming.path)
    elif naming.kind == "R":
        os.rename(naming.to, naming.path)
        if naming.saved != "-":
            os.link(naming.saved, naming.to)
    elif naming.kind == "U" and naming.saved != "-":
        os.link(naming.saved, naming.path)


def undo_changes(
    path: str, changes: list[Change], kind: str, generator: random.Random
) -> None:
    """Gives every sector of the file the bytes that it had after one of the changes."""
    whole = {"lost": 0, "prefix": generator.randint(0, len(changes))}.get(kind)
    chosen: dict[int, int] = {}
    sizes = [change.size_before for change in changes] + [os.path.getsize(path)]
    with open(path, "r+b") as file:
        for index in reversed(range(len(changes))):
            change = changes[index]
            before = change.before + bytes(change.end - change.offset - len(change.before))
            if whole is not None:
                if index >= whole:
                    file.seek(change.offset)
                    file.write(before)
                continue
            first, last = change.offset // SECTOR_BYTES, (change.end - 1) // SECTOR_BYTES
            for sector in range(first, last + 1):
                version = chosen.setdefault(sector, generator.randint(0, len(changes)))
                if index < version:
                    continue
                start = max(change.offset, sector * SECTOR_BYTES)
                end = min(change.end, (sector + 1) * SECTOR_BYTES)
                file.seek(start)
                file.write(before[start - change.offset : end - change.offset])
        # Without an order of sectors any of the sizes may have reached the disk.
        file.truncate(sizes[whole] if whole is not None else generator.choice(sizes))
