"""Adds up JUnit reports and prints the closing line: N passed, N failed.

count_tests.py FOLDER PARTS [BROKEN-PART...]

PARTS are the parts that ran, with commas: their reports are FOLDER/PART*.xml. A part that ended
badly without one failed test in its report (it crashed) counts as one failure, and so does a part
that ran no test. The exit status is 0 only when nothing failed.
"""

import sys
import xml.etree.ElementTree
from pathlib import Path


def count(report: Path) -> tuple[int, int, int]:
    """Tests that passed, failed and were skipped in one report."""
    passed = failed = skipped = 0
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        outcomes = {child.tag for child in case}
        if outcomes & {"failure", "error"}:
            failed += 1
        elif "skipped" in outcomes:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count_part(folder: Path, part: str, is_broken: bool) -> tuple[int, int]:
    """Tests of one part that passed and failed; says what no report can say."""
    passed = failed = skipped = 0
    for report in sorted(folder.glob(f"{part}*.xml")):
        counts = count(report)
        passed, failed, skipped = (
            passed + counts[0],
            failed + counts[1],
            skipped + counts[2],
        )
    if skipped:
        print(f"{part}: {skipped} skipped")
    if is_broken and failed == 0:
        print(f"{part}: ended badly before it could say which test failed")
        failed = 1
    elif passed + failed == 0:
        print(f"{part}: no test was run")
        failed = 1
    return passed, failed


def main(arguments: list[str]) -> int:
    folder, parts, broken = Path(arguments[0]), arguments[1].split(","), arguments[2:]
    passed = failed = 0
    for part in parts:
        counts = count_part(folder, part, part in broken)
        passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
