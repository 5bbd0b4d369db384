"""One route run: create and twelve durable moves, against the same rows and commits written without the product.

python -m tests.benchmarks.journey [--runs 40] [--rounds 3] [--only sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from tests.benchmarks.floors import FLOORS, Move, renamed, specimen
from tests.benchmarks.matter import COMMITS, Desk
from tests.benchmarks.stores import fresh, servers

SPECIMEN = "specimen"
CLIENTS = 8
PRODUCT = "Decision Routes"
_numbers = count(1)


@dataclass
class Times:
    """Seconds of each run: by the clock, and of this process's CPU."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


class Contenders:
    """The product and the floors, each with its own connection to one database."""

    def __init__(self, url: str, moves: list[Move]) -> None:
        self.moves = moves
        self.desk = Desk(url)
        self.floors = {name: kind(url) for name, kind in FLOORS.items()}

    def ready(self, who: str, item: str) -> Callable[[], None]:
        """One run, with everything prepared that does not belong to it."""
        if who == PRODUCT:
            return lambda: self.desk.run(item)
        floor: Any = self.floors[who]
        prepared = floor.prepare(renamed(self.moves, SPECIMEN, item))
        return lambda: floor.run(item, prepared)

    def close(self) -> None:
        """Let go of the database."""
        self.desk.close()
        for floor in self.floors.values():
            floor.close()


def one_client(url: str, moves: list[Move], runs: int) -> dict[str, Times]:
    """Run after run, each contender in turn, so that a noisy machine is noisy for all of them."""
    contenders = Contenders(url, moves)
    times: dict[str, Times] = defaultdict(Times)
    for number in range(runs + 3):
        for who in (*FLOORS, PRODUCT):
            run = contenders.ready(who, f"alone-{next(_numbers)}")
            started, cpu = time.perf_counter(), time.process_time()
            run()
            if number >= 3:  # the first ones fill caches
                times[who].wall.append(time.perf_counter() - started)
                times[who].cpu.append(time.process_time() - cpu)
    contenders.close()
    return times


def several_clients(url: str, moves: list[Move], runs: int, rounds: int) -> dict[str, float]:
    """Moves per second of eight processes at once, the floors and the product in turn."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(CLIENTS)
    clients = []
    for number in range(CLIENTS):
        ours, theirs = context.Pipe()
        process = context.Process(target=_client, args=(number, url, moves, runs, theirs, barrier))
        process.start()
        clients.append((process, ours))
    rates: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        for who in ("raw SQL", "Core", PRODUCT):
            for _process, pipe in clients:
                pipe.send((who, number))
            spans = [pipe.recv() for _process, pipe in clients]
            seconds = max(end for _start, end in spans) - min(start for start, _end in spans)
            if number:
                rates[who].append(CLIENTS * runs * COMMITS / seconds)
    for process, pipe in clients:
        pipe.send(None)
        process.join()
    return {who: median(of) for who, of in rates.items()}


def _client(number: int, url: str, moves: list[Move], runs: int, pipe: Connection, barrier: Any) -> None:
    contenders = Contenders(url, moves)
    while told := pipe.recv():
        who, turn = told
        name = who.lower().replace(" ", "-")
        prepared = [contenders.ready(who, f"client-{number}-{turn}-{name}-{run}") for run in range(runs)]
        barrier.wait()
        started = time.perf_counter()
        for run in prepared:
            run()
        pipe.send((started, time.perf_counter()))
    contenders.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    asked = parser.parse_args()
    with servers() as addresses:
        for kind, address in addresses.items():
            if asked.only in (None, kind):
                _measure(kind, address, asked.runs, asked.rounds)


def _measure(kind: str, address: str, runs: int, rounds: int) -> None:
    url = fresh(kind, address)
    desk = Desk(url)
    moves = specimen(desk, SPECIMEN)
    desk.close()
    print(f"\n{kind}, one client, {runs} runs of {COMMITS} commits")
    print(f"  {'':16}{'moves/s':>9}{'CPU ms/move':>13}{'time/raw':>10}")
    times = one_client(url, moves, runs)
    floor = median(times["raw SQL"].wall)
    for who, of in times.items():
        wall, cpu = median(of.wall), median(of.cpu)
        print(f"  {who:16}{COMMITS / wall:9.0f}{1000 * cpu / COMMITS:13.2f}{wall / floor:10.2f}")
    if rounds:
        rates = several_clients(url, moves, max(4, runs // 4), rounds)
        print(f"{kind}, {CLIENTS} clients")
        for who, rate in rates.items():
            print(f"  {who:16}{rate:9.0f} moves/s, {rate / rates['raw SQL']:.2f} of the floor's")


if __name__ == "__main__":
    main()
