"""What a mediator for many wallets takes, and where its design bends.

    python tests/benches/scale.py --count 1000000 [--online 0.05] [--messages 20] ...
    python tests/benches/scale.py --table

From the costs of one message, which `make bench-mediator`, `bench-mediator-live` and `bench-mediator-queue`
measure, and a model of the wallets: processes, sockets, memory, commits and the size of the database.
"""

import argparse
import dataclasses
import math
import random
from collections import deque
from dataclasses import dataclass
from typing import Any

DAY = 86_400.0
ARRIVALS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What was measured. Times are in seconds of a processor, sizes in bytes."""

    forward: float = 480e-6
    """A forward: HTTP, its envelope opened, the answer; the database apart."""
    delivery: float = 2.3e-3
    """A delivery over a socket, and its acknowledgment."""
    session: float = 4.4e-3
    """A wallet that connects: the socket, its status, live mode."""
    socket: float = 57e3
    """A socket in live mode."""
    process: float = 35e6
    """A process without sockets."""
    row: float = 2_600.0
    """An envelope of the usual size, with its rows and indexes."""
    written: float = 4.0
    """How many bytes go to the disk for one of a row: the log, the row, its removal."""
    statement: float = 120e-6
    """What the database takes for one message of a group: its rows are written, and deleted later."""
    commit: float = 2e-3
    """A commit: the disk has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallets:
    """Who uses the mediator, and how."""

    count: int = 1_000_000
    online: float = 0.05
    """The share that has a socket open at the busiest time."""
    messages: float = 20.0
    """Messages that arrive for a wallet in a day."""
    sessions: float = 6.0
    """How often a wallet connects in a day."""
    waiting: float = 6.0 * 3600
    """Seconds that a message waits where its wallet is not connected."""
    peak: float = 3.0
    """The busiest hour as a multiple of the mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one part can do."""

    busy: float = 0.6
    """How busy a processor may be, so that queues stay short."""
    sockets: int = 10_000
    """Sockets of one process."""
    group: int = 64
    """The most messages of one transaction."""
    processors: int = 16
    """Processors of the machine of a database."""
    disk: float = 300e6
    """Bytes a second that the disk of a database takes."""
    database: float = 2e12
    """Bytes of a database whose backup and vacuum still fit in a night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What it takes at the busiest time."""

    forwards: float
    processes: int
    sockets: int
    memory: float
    commits: float
    notifications: float
    rows: float
    database: float
    written: float
    databases: int
    bends: str


def plan(wallets: Wallets, costs: Costs, limits: Limits) -> Plan:
    """What the wallets take."""
    forwards = wallets.count * wallets.messages / DAY * wallets.peak
    sessions = wallets.count * wallets.sessions / DAY * wallets.peak
    sockets = int(wallets.count * wallets.online)
    seconds = forwards * (costs.forward + costs.delivery) + sessions * costs.session
    by_work, by_sockets = seconds / limits.busy, sockets / limits.sockets
    processes = max(2, math.ceil(by_work), math.ceil(by_sockets))
    rows = wallets.count * wallets.messages / DAY * (1 - wallets.online) * wallets.waiting
    size, written = rows * costs.row, forwards * costs.row * costs.written
    # each process commits its own groups, one after the other
    commits = min(forwards, processes / costs.commit)
    parts = {
        "statements of the database": forwards * costs.statement / (limits.processors * limits.busy),
        "bytes that its disk writes": written / limits.disk,
        "size of the queue": size / limits.database,
    }
    nearest = max(parts, key=lambda name: parts[name])
    databases = max(1, math.ceil(parts[nearest]))
    bends = nearest if databases > 1 else ("sockets" if by_sockets > by_work else "work of the processes")
    return Plan(
        forwards=forwards,
        processes=processes,
        sockets=sockets,
        memory=processes * costs.process + sockets * costs.socket,
        commits=commits,
        # one for each group and process that may hold a socket of its recipients
        notifications=commits,
        rows=rows,
        database=size,
        written=written,
        databases=databases,
        bends=bends,
    )


def simulated(rate: float, processes: int, costs: Costs, limits: Limits) -> tuple[float, float]:
    """Forwards that arrive at random at so many processes with a processor each, on one database.

    A process opens one after the other; what is open when a commit has ended is the next group.

    Returns:
        How many are answered in a second, and the milliseconds that 99 of 100 stay below.
    """
    chance = random.Random(7)  # noqa: S311, for a simulation
    # when each was open, and when it arrived
    ready: list[deque[tuple[float, float]]] = [deque() for _ in range(processes)]
    work = [0.0] * processes
    clock = end = 0.0
    for number in range(ARRIVALS):
        clock += chance.expovariate(rate)
        place = number % processes
        work[place] = max(work[place], clock) + costs.forward
        ready[place].append((work[place], clock))
    late: list[float] = []
    for queue in ready:
        free = 0.0
        while queue:
            begun = max(free, queue[0][0])
            group: list[float] = []
            while queue and queue[0][0] <= begun and len(group) < limits.group:
                group.append(queue.popleft()[1])
            free = begun + costs.commit + len(group) * costs.statement
            late.extend(free - arrived for arrived in group)
        end = max(end, free)
    late.sort()
    return ARRIVALS / end, late[ARRIVALS * 99 // 100] * 1e3


def number(value: float) -> str:
    """Two digits that count, with a word for the rest."""
    for size, name in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.2g}{name}" if value < 100 * size else f"{value / size:.0f}{name}"
    return f"{value:.2g}" if value < 100 else f"{value:.0f}"


def table(costs: Costs, limits: Limits) -> list[str]:
    """The plans of a million to a thousand million wallets, as Markdown."""
    names = [
        "wallets",
        "forwards/s",
        "processes",
        "sockets",
        "memory, bytes",
        "commits/s",
        "messages that wait",
        "database, bytes",
        "written, bytes/s",
        "databases",
        "bends first",
    ]
    lines = ["| " + " | ".join(names) + " |", "|" + " ---: |" * (len(names) - 1) + " --- |"]
    for power in range(6, 10):
        wallets = Wallets(count=10**power)
        made = plan(wallets, costs, limits)
        values = [
            made.forwards,
            made.processes,
            made.sockets,
            made.memory,
            made.commits,
            made.rows,
            made.database,
            made.written,
            made.databases,
        ]
        lines.append(f"| 10^{power} | " + " | ".join(map(number, values)) + f" | {made.bends} |")
    return lines


def options(parser: argparse.ArgumentParser, kind: type[Any]) -> None:
    """An option for each field."""
    for field in dataclasses.fields(kind):
        name = field.name if kind is not Limits else f"limit-{field.name}"
        default: Any = field.default
        parser.add_argument(f"--{name}", type=int if isinstance(default, int) else float, default=default)


def read(arguments: Any, kind: type[Any]) -> Any:  # noqa: ANN401, of argparse
    """The fields that were given."""
    prefix = "limit_" if kind is Limits else ""
    return kind(**{field.name: getattr(arguments, prefix + field.name) for field in dataclasses.fields(kind)})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--table", action="store_true", help="the plans of 10^6 to 10^9 wallets")
    parser.add_argument("--processes", type=int, default=0, help="simulate forwards at so many processes")
    parser.add_argument("--rate", type=float, default=1_000.0, help="forwards a second for the simulation")
    for kind in (Wallets, Costs, Limits):
        options(parser, kind)
    arguments: Any = parser.parse_args()
    costs, limits = read(arguments, Costs), read(arguments, Limits)
    if arguments.table:
        print("\n".join(table(costs, limits)))
    elif arguments.processes:
        rate, late = simulated(arguments.rate, arguments.processes, costs, limits)
        print(f"{rate:.0f} forwards a second, 99 of 100 within {late:.1f} ms")
    else:
        made = plan(read(arguments, Wallets), costs, limits)
        for field in dataclasses.fields(made):
            value = getattr(made, field.name)
            print(f"{field.name:14} {value if isinstance(value, str) else number(value)}")


if __name__ == "__main__":
    main()
