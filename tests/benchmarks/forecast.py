"""A forecast of a long route, against drawing as many random numbers and doing nothing with them.

python -m tests.benchmarks.forecast [--runs 10000] [--steps 20] [--rounds 5]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random
from statistics import median

from routes.spec import Stage
from tests.unit.casebook import PACKS, a_case, a_forum, a_world, day
from workflow.chances import History, chances_of, rates_of
from workflow.clear_days import standard_calendar
from workflow.facts import Pattern
from workflow.simulation import at_risk, simulate
from workflow.timetables import Timetable, Timetabling

FORUMS = 5


def long_route(steps: int) -> Timetable:
    """A route of so many steps one after another, at forums that meet every month, two of them executives."""
    stages = [
        Stage(
            f"s{n}", forum=f"f{n % FORUMS}", ask="agree", after=(f"s{n - 1}",) if n else (), decisive=n >= steps - 2,
            papers_after_outcome=n % 3 == 0, refer_back_to=f"s{n - 2}" if n % 4 == 3 else None,
        )
        for n in range(steps)
    ]  # fmt: skip
    forums = [
        replace(
            a_forum(f"f{n}", "lcc-executive" if n < 2 else "lcc-committee"), meets=Pattern("week", n, None, "10:00")
        )
        for n in range(FORUMS)
    ]
    world = a_world(*forums, meetings=[], packs=PACKS)
    return Timetabling(world, standard_calendar(), day("2023-07-18")).timetable(a_case(*stages))


def seconds(what: Callable[[], object], rounds: int) -> float:
    """The median time of so many rounds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        what()
        times.append(time.perf_counter() - started)
    return median(times)


def main() -> None:
    """Measure both in the same run, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    said = parser.parse_args()
    timetable = long_route(said.steps)
    rates = [rate for forum, whats in at_risk(timetable).items() for rate in rates_of(forum, History(), whats)]
    chances = chances_of(rates)

    def floor() -> None:
        draw = Random(1).random
        for _ in range(said.runs * said.steps):
            draw()

    product = seconds(lambda: simulate(timetable, chances, 1, said.runs), said.rounds)
    drawn = seconds(floor, said.rounds)
    print(f"{said.runs:,} runs of {said.steps} steps: {product:.3f} s")
    print(f"drawing {said.runs * said.steps:,} numbers: {drawn:.3f} s; ratio {product / drawn:.1f}")


if __name__ == "__main__":
    main()
