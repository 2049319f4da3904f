#!/usr/bin/env python3
"""How long peers take for the searches of bench_search: peers.py DATA [--graph NAME]

Needs numpy and faiss-cpu, for their graphs also hnswlib and usearch (all PyPI). Says "ready", then
answers each case on standard input with one JSON line, as bench_search does (search.cc has the
protocol and the layout of DATA). Engines: flat (faiss IndexFlatIP, threshold of BLAS as it comes)
and flat-blas (always BLAS), or the graph that was asked for: faiss-hnsw (IndexHNSWFlat), hnswlib or
usearch (in f16), with 32 links, built by one thread with ef 80 and searched with the smallest ef of
a list that finds 0.99 of the 10 nearest of 256 queries. A graph has its process to itself: hnswlib
hangs where faiss has made threads before. A filter is faiss's IDSelectorBitmap.
"""
import argparse
import json
import resource
import sys
import time

import numpy as np

NEIGHBORS = 10
EFS = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
TUNED_ON = 256  # queries


def read_data(path):
    rows, queries, dim = np.fromfile(path, "<u8", 3).tolist()
    values = np.memmap(path, "<f4", "r", 24, (rows + queries, dim))
    return values[:rows], np.array(values[rows:])


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident_bytes():
    """The memory of this process that is not a file's."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon"))


def measure(body):
    cpu, begin = cpu_seconds(), time.perf_counter()
    out = body()
    return out, {"seconds": time.perf_counter() - begin, "cpu_seconds": cpu_seconds() - cpu}


def say(engine, what, **fields):
    print(json.dumps({"engine": engine, "what": what, **fields}), flush=True)


class Flat:
    """Both ways of faiss over one index."""

    def __init__(self, path, rows):
        import faiss
        self.faiss, self.path, self.masks = faiss, path, {}
        self.index = faiss.IndexFlatIP(rows.shape[1])
        self.index.add(rows)
        self.default = faiss.cvar.distance_compute_blas_threshold

    def selector(self, share):
        if share not in self.masks:
            self.masks[share] = np.fromfile(f"{self.path}.{share}", np.uint8)
        mask = self.masks[share]
        return self.faiss.SearchParameters(sel=self.faiss.IDSelectorBitmap(mask))

    def search(self, queries, threads, share, blas):
        self.faiss.omp_set_num_threads(threads)
        self.faiss.cvar.distance_compute_blas_threshold = 1 if blas else self.default
        params = None if share == "1" else self.selector(share)
        return self.index.search(queries, NEIGHBORS, params=params)[1]


def faiss_search(rows):
    import faiss
    faiss.omp_set_num_threads(1)
    index = faiss.IndexHNSWFlat(rows.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 80
    index.add(rows)

    def search(queries, threads, ef):
        faiss.omp_set_num_threads(threads)
        index.hnsw.efSearch = ef
        return index.search(queries, NEIGHBORS)[1]
    return search


def hnswlib_search(rows):
    import hnswlib
    index = hnswlib.Index("ip", rows.shape[1])
    index.init_index(len(rows), ef_construction=80, M=32)
    index.add_items(rows, num_threads=1)

    def search(queries, threads, ef):
        index.set_ef(ef)
        return index.knn_query(queries, NEIGHBORS, num_threads=threads)[0].astype(np.int64)
    return search


def usearch_search(rows):
    from usearch.index import Index
    index = Index(ndim=rows.shape[1], metric="ip", dtype="f16", connectivity=32, expansion_add=80)
    index.add(np.arange(len(rows)), rows, threads=1)

    def search(queries, threads, ef):
        index.expansion_search = ef
        keys = index.search(queries, NEIGHBORS, threads=threads).keys
        return np.asarray(keys).astype(np.int64).reshape(len(queries), -1)
    return search


MAKERS = {"faiss-hnsw": faiss_search, "hnswlib": hnswlib_search, "usearch": usearch_search}


def nearest(rows, queries, block=65536):
    """The neighbours of each query without any engine: [queries, NEIGHBORS]."""
    best = np.full((len(queries), NEIGHBORS), -np.inf, np.float32)
    found = np.zeros((len(queries), NEIGHBORS), np.int64)
    for start in range(0, len(rows), block):
        scores = queries @ rows[start:start + block].T
        top = np.argpartition(scores, -NEIGHBORS, axis=1)[:, -NEIGHBORS:]
        scores = np.hstack([best, np.take_along_axis(scores, top, 1)])
        keep = np.argsort(-scores, axis=1)[:, :NEIGHBORS]
        best = np.take_along_axis(scores, keep, 1)
        found = np.take_along_axis(np.hstack([found, top + start]), keep, 1)
    return found


def recall(found, truth):
    hits = sum(len(set(a) & set(b)) for a, b in zip(found.tolist(), truth.tolist()))
    return hits / truth.size


def tuned(name, rows, queries):
    """The graph's search with the smallest ef that will do."""
    truth = nearest(rows, queries)
    before = resident_bytes()
    search, times = measure(lambda: MAKERS[name](rows))
    built = {**times, "bytes": resident_bytes() - before}
    for ef in EFS:
        reached = recall(search(queries, 1, ef), truth)
        if reached >= 0.99:
            break
    say(name, "tuned", ef=ef, recall_at_10=reached, **built)
    return lambda part, threads: search(part, threads, ef)


def answer(line, searches, queries):
    _, engine, batch, threads, share, count = line.split()
    batch, threads, count = int(batch), int(threads), int(count)
    found, times = measure(lambda: np.concatenate(
        [searches[engine](queries[q:min(count, q + batch)], threads, share) for q in range(0, count, batch)]))
    say(engine, "search", **times, found=found.tolist())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--graph", choices=MAKERS)
    args = parser.parse_args()
    rows, queries = read_data(args.data)
    if args.graph:
        graph = tuned(args.graph, rows, queries[:TUNED_ON])
        searches = {args.graph: lambda part, threads, share: graph(part, threads)}
    else:
        flat = Flat(args.data, rows)
        searches = {"flat": lambda *case: flat.search(*case, blas=False),
                    "flat-blas": lambda *case: flat.search(*case, blas=True)}
    print("ready", flush=True)
    for line in sys.stdin:
        answer(line, searches, queries)


if __name__ == "__main__":
    main()
