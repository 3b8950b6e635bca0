"""Writes riskd_client/generated from Protos/creditrisk/v1, and for the tests the stubs of the
interop and conformance services.

Usage: python clients/python/generate.py [--check]

Needs the extra `dev` (grpcio-tools, pinned, so that the same protos give the same bytes). With
--check nothing is written; the exit code is 1 when the checked-in files are not what the protos
give.
"""

from __future__ import annotations

import argparse
import dataclasses
import filecmp
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CLIENT = Path(__file__).resolve().parent
PROTOS = CLIENT.parents[1] / "Protos"
TOOLS_VERSION = "1.76.0"


@dataclasses.dataclass(frozen=True)
class Stubs:
    """One folder of generated files: where it lies and which folders of Protos/ it is made from."""

    package: str
    sources: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where the checked-in files lie."""
        return CLIENT.joinpath(*self.package.split("."))

    def protos(self) -> list[str]:
        """The protos, in order of name."""
        paths = (path for source in self.sources for path in (PROTOS / source).rglob("*.proto"))
        return sorted(str(path) for path in paths)

    def roots(self) -> set[str]:
        """How imports of these protos begin in what protoc writes."""
        return {source.replace("/", ".") for source in self.sources}


ALL_STUBS = (
    Stubs("riskd_client.generated", ("creditrisk/v1",)),
    Stubs("tests.interop_messages", ("connectrpc", "google/rpc", "grpc/testing", "xds")),
)


def check_tools() -> None:
    """Refuses any other version of grpcio-tools: its output would differ."""
    try:
        found = importlib.metadata.version("grpcio-tools")
    except importlib.metadata.PackageNotFoundError:
        found = "none"
    if found != TOOLS_VERSION:
        sys.exit(
            f"generate.py: grpcio-tools is {found}, must be {TOOLS_VERSION}: "
            "pip install -e 'clients/python[dev]'"
        )


def run_protoc(stubs: Stubs, target: Path) -> None:
    """Runs protoc over every proto of one folder of stubs."""
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}"]
    command += [f"--python_out={target}", f"--pyi_out={target}", f"--grpc_python_out={target}"]
    subprocess.run(command + stubs.protos(), check=True)


def move_into_package(stubs: Stubs, target: Path) -> None:
    """Makes imports absolute within the package, and every folder a package."""
    roots = "|".join(re.escape(root) for root in sorted(stubs.roots()))
    own_import = re.compile(rf"^from (?=(?:{roots})[. ])", re.MULTILINE)
    for path in sorted(target.rglob("*.py*")):
        text = path.read_text(encoding="utf-8")
        if path.name.endswith("_pb2_grpc.py") and "\nclass " not in text:
            path.unlink()  # The proto has no service: the file holds version checks only.
            continue
        path.write_text(own_import.sub(f"from {stubs.package}.", text), encoding="utf-8")
    note = '"""Written by generate.py; never edited."""\n'
    folders = [path for path in target.rglob("*") if path.is_dir()]
    for folder in [target, *folders]:
        (folder / "__init__.py").write_text(note, encoding="utf-8")


def files_below(folder: Path) -> list[str]:
    """Relative paths of the files that count, in order of name."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sorted(str(path.relative_to(folder)) for path in paths)


def differing(fresh: Path, kept: Path) -> list[str]:
    """Files that are missing, left over or different in the checked-in folder."""
    left, right = files_below(fresh), files_below(kept)
    both = sorted(set(left) & set(right))
    uneven = sorted(set(left) ^ set(right))
    return uneven + [
        name for name in both if not filecmp.cmp(fresh / name, kept / name, shallow=False)
    ]


def main() -> int:
    """Generates into fresh folders, then compares or replaces."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    arguments = parser.parse_args()
    check_tools()
    drifted: list[str] = []
    for stubs in ALL_STUBS:
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / "generated"
            fresh.mkdir()
            run_protoc(stubs, fresh)
            move_into_package(stubs, fresh)
            if arguments.check:
                drifted += [f"{stubs.package}: {name}" for name in differing(fresh, stubs.folder)]
            else:
                shutil.rmtree(stubs.folder, ignore_errors=True)
                shutil.copytree(fresh, stubs.folder)
    for name in drifted:
        print(f"generate.py: not what the protos give: {name}", file=sys.stderr)
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main())
