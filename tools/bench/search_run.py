"""Asks bench_search and peers.py in turn, so that both meet the same machine, and makes the rows of
the report: for tools/bench/run.

A ratio is the peer's time over Imago's, both of one round; of several rounds the report has the
median and, in brackets, the least and the largest. With one thread times are CPU time, which leaves
out what other programs took; with more, wall-clock time.
"""
import json
import statistics
import subprocess
import sys

BATCHES = ((1, 16), (8, 32), (64, 64))  # queries at once, queries in all
SHARES = ("0.5", "0.1", "0.01", "0.001")
GRAPHS = ("faiss-hnsw", "hnswlib", "usearch")


class Program:
    """A benchmark that answers one line for each line it is given."""

    def __init__(self, command, env):
        self.process = subprocess.Popen([str(part) for part in command], env=env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.told = []
        while (line := self.process.stdout.readline()) != "ready\n":
            if not line:
                sys.exit(f"bench: {command[0]} ended with {self.process.wait()}")
            self.told.append(json.loads(line))

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def case(engine, batch, threads, share, count):
    return f"search {engine} {batch} {threads} {share} {count}"


def seconds(answer, threads):
    return answer["cpu_seconds" if threads == 1 else "seconds"]


def spread(ratios):
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def same(ours, theirs):
    equal = sum(set(a) == set(b) for a, b in zip(ours["found"], theirs["found"]))
    return f"same neighbours for {equal} of {len(ours['found'])} queries"


def compare(ours, peers, what, engine, names, setting, rounds):
    """One row for each peer named."""
    batch, threads, share, count = setting
    mine, ratios = [], {name: [] for name in names}
    for _ in range(rounds):
        answer = ours.ask(case(engine, batch, threads, share, count))
        mine.append(seconds(answer, threads))
        for name in names:
            theirs = (peers if name != "plain" else ours).ask(case(name, *setting))
            ratios[name].append((seconds(theirs, threads) / mine[-1], same(answer, theirs)))
    rate = count / statistics.median(mine)
    for name in names:
        yield (f"{what}, {threads} threads", rate, "queries per second",
               spread([ratio for ratio, _ in ratios[name]]), f"{name}, {ratios[name][0][1]}")


def bandwidth(ours, threads, rounds):
    """The bytes of the rough rows that one query reads, beside a plain sum over memory."""
    rates, shares = [], []
    for _ in range(rounds):
        read = ours.ask(f"read {threads}")
        rates.append(read["bytes"] / seconds(read, threads) / 1e9)
        scan = ours.ask(case("exact", 1, threads, "1", 16))
        told = next(line for line in ours.told if line["what"] == "quantize")
        shares.append(told["coarse_bytes"] * 16 / seconds(scan, threads) / 1e9 / rates[-1])
    return (f"memory read by a plain sum, {threads} threads", statistics.median(rates), "GB per second",
            spread(shares), "the part of it that one query's scan reads at")


def speedup(ours, batch, count, rounds):
    ratios = []
    for _ in range(rounds):
        one, two = (ours.ask(case("exact", batch, n, "1", count))["seconds"] for n in (1, 2))
        ratios.append(one / two)
    return f"exact, batch {batch}, 2 threads", None, "", spread(ratios), "exact, 1 thread"


def filter_cost(ours, share, rounds):
    ratios = []
    for _ in range(rounds):
        whole, part = (ours.ask(case("exact", 1, 1, s, 16))["cpu_seconds"] for s in ("1", share))
        ratios.append(whole / part)
    return (f"exact, batch 1, filter keeps {share}, 1 threads", None, "", spread(ratios),
            "exact without a filter")


def searches(ours, peers, threads, rounds):
    rows = []
    for batch, count in BATCHES:
        rows += compare(ours, peers, f"exact, batch {batch}", "exact",
                        ("flat", "flat-blas", "plain"), (batch, threads, "1", count), rounds)
    for share in SHARES:
        rows += compare(ours, peers, f"exact, batch 1, filter keeps {share}", "exact", ("flat",),
                        (1, threads, share, 16), rounds)
    rows.append(bandwidth(ours, threads, rounds))
    if threads == 1:
        rows += [filter_cost(ours, share, rounds) for share in SHARES]
        rows += [speedup(ours, batch, count, rounds) for batch, count in BATCHES]
    return rows


def many_queries(ours, peers, count):
    """Whether the neighbours of many queries are those of faiss: one row, asked once."""
    return list(compare(ours, peers, f"exact, batch 64, {count} queries", "exact", ("flat-blas",),
                        (64, 1, "1", count), 1))


def milliseconds(program, engine, batch, count, rounds):
    """A query's time with one thread: the median of the rounds."""
    times = [program.ask(case(engine, batch, 1, "1", count))["cpu_seconds"] for _ in range(rounds)]
    return 1000 * statistics.median(times) / count


def exact_costs(ours, row_count, rounds):
    """What exact search costs: name, milliseconds of a query alone and in a batch of 64, recall of the
    10 nearest, seconds to build, bytes a row."""
    told = next(line for line in ours.told if line["what"] == "quantize")
    return ("Imago exact", milliseconds(ours, "exact", 1, 16, rounds), milliseconds(ours, "exact", 64, 64, rounds), 1,
            told["cpu_seconds"], told["bytes"] / row_count)


def graph_costs(peer, name, row_count, rounds):
    """The same of a peer's graph."""
    tuned = next(line for line in peer.told if line["what"] == "tuned")
    return (f"{name}, ef {tuned['ef']}", milliseconds(peer, name, 1, 64, rounds),
            milliseconds(peer, name, 64, 64, rounds), tuned["recall_at_10"], tuned["cpu_seconds"],
            tuned["bytes"] / row_count)
