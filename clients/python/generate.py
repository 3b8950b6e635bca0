"""Writes riskd_client/generated from Protos/creditrisk/v1.

Usage: python clients/python/generate.py [--check]

Needs the extra `dev` (grpcio-tools, pinned, so that the same protos give the same bytes). With
--check nothing is written; the exit code is 1 when the checked-in files are not what the protos
give.
"""

from __future__ import annotations

import argparse
import filecmp
import importlib.metadata
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CLIENT = Path(__file__).resolve().parent
PROTOS = CLIENT.parents[1] / "Protos"
GENERATED = CLIENT / "riskd_client" / "generated"
PACKAGE = "riskd_client.generated"
TOOLS_VERSION = "1.76.0"


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


def run_protoc(target: Path) -> None:
    """Runs protoc over every proto of creditrisk.v1, in order of name."""
    names = sorted(str(path) for path in (PROTOS / "creditrisk" / "v1").glob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}"]
    command += [f"--python_out={target}", f"--pyi_out={target}", f"--grpc_python_out={target}"]
    subprocess.run(command + names, check=True)


def move_into_package(target: Path) -> None:
    """Makes imports absolute within riskd_client, and every folder a package."""
    for path in sorted(target.rglob("*.py*")):
        text = path.read_text(encoding="utf-8")
        if path.name.endswith("_pb2_grpc.py") and "\nclass " not in text:
            path.unlink()  # The proto has no service: the file holds version checks only.
            continue
        moved = text.replace("\nfrom creditrisk.", f"\nfrom {PACKAGE}.creditrisk.")
        if moved.startswith("from creditrisk."):
            moved = f"from {PACKAGE}.{moved.removeprefix('from ')}"
        path.write_text(moved, encoding="utf-8")
    note = '"""Written by generate.py; never edited."""\n'
    for folder in [target, target / "creditrisk", target / "creditrisk" / "v1"]:
        (folder / "__init__.py").write_text(note, encoding="utf-8")


def files_below(folder: Path) -> list[str]:
    """Relative paths of the files that count, in order of name."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sorted(str(path.relative_to(folder)) for path in paths)


def differing(fresh: Path) -> list[str]:
    """Files that are missing, left over or different in the checked-in folder."""
    left, right = files_below(fresh), files_below(GENERATED)
    both = sorted(set(left) & set(right))
    uneven = sorted(set(left) ^ set(right))
    return uneven + [
        name for name in both if not filecmp.cmp(fresh / name, GENERATED / name, shallow=False)
    ]


def main() -> int:
    """Generates into a fresh folder, then compares or replaces."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    arguments = parser.parse_args()
    check_tools()
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "generated"
        fresh.mkdir()
        run_protoc(fresh)
        move_into_package(fresh)
        if arguments.check:
            names = differing(fresh)
            for name in names:
                print(f"generate.py: not what the protos give: {name}", file=sys.stderr)
            return 1 if names else 0
        shutil.rmtree(GENERATED, ignore_errors=True)
        shutil.copytree(fresh, GENERATED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
