# SPDX-License-Identifier: MIT
"""Autobahn's cases against an echo server: cases.py ECHO. Speaks TAP, a line a case."""
import asyncio
import subprocess
import sys

from kosoku import FailureError, run_fuzzingclient

CASES, LIMIT_S, PARALLEL = 301, 110, 8
COMPRESSION = ["12.*", "13.*"]  # not offered, hence not a case
GOOD = ("OK", "INFORMATIONAL")


async def run(address):
    try:
        work = run_fuzzingclient(address, None, COMPRESSION, concurrency=PARALLEL)
        return await asyncio.wait_for(work, LIMIT_S)
    except FailureError as failure:
        return failure.results


def main():
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as echo:
        address = echo.stdout.readline().rpartition("//")[2].strip().rstrip("/")
        try:
            results = asyncio.run(run(address))
        finally:
            echo.stdin.close()
        ended_well = echo.wait(timeout=10) == 0
    print(f"1..{CASES + 1}")
    failed = CASES - len(results)
    for number, case in enumerate(results, 1):
        behavior, close = case.behavior.value, case.behavior_close.value
        well = behavior in GOOD and close in GOOD
        if not well:
            print(f"# {behavior}, closed {close}: {case.result} {case.result_close}")
        print(f"{'ok' if well else 'not ok'} {number} - case {case.case_id}")
        failed += not well
    print(f"{'ok' if ended_well else 'not ok'} {CASES + 1} - the server ends in order")
    return 1 if failed or not ended_well else 0


if __name__ == "__main__":
    sys.exit(main())
