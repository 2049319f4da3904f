#!/usr/bin/env python3
"""How long peers take for the searches of bench_search: peers.py DATA [--graphs]

Needs numpy and faiss-cpu, with --graphs also hnswlib and usearch (all PyPI). Says "ready", then
answers each case on standard input with one JSON line, as bench_search does (search.cc has the
protocol and the layout of DATA). Engines: flat (faiss IndexFlatIP, threshold of BLAS as it comes),
flat-blas (always BLAS), and where asked for the graphs faiss-hnsw (IndexHNSWFlat), hnswlib and
usearch (in f16), each with 32 links, built by one thread with ef 80 and searched with the smallest
ef of a list that finds 0.99 of the 10 nearest of 256 queries. A filter is faiss's IDSelectorBitmap.
"""
import argparse
import json
import resource
import sys
import time

import faiss
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
        self.path, self.masks = path, {}
        self.index = faiss.IndexFlatIP(rows.shape[1])
        self.index.add(rows)
        self.default = faiss.cvar.distance_compute_blas_threshold

    def selector(self, share):
        if share not in self.masks:
            self.masks[share] = np.fromfile(f"{self.path}.{share}", np.uint8)
        mask = self.masks[share]
        return faiss.SearchParameters(sel=faiss.IDSelectorBitmap(mask))

    def search(self, queries, threads, share, blas):
        faiss.omp_set_num_threads(threads)
        faiss.cvar.distance_compute_blas_threshold = 1 if blas else self.default
        params = None if share == "1" else self.selector(share)
        return self.index.search(queries, NEIGHBORS, params=params)[1]


def faiss_search(rows):
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


def recall(found, truth):
    hits = sum(len(set(a) & set(b)) for a, b in zip(found.tolist(), truth.tolist()))
    return hits / truth.size


def tuned(name, make, rows, queries, truth):
    before = resident_bytes()
    search, times = measure(lambda: make(rows))
    built = {**times, "bytes": resident_bytes() - before}
    for ef in EFS:
        reached = recall(search(queries, 1, ef), truth)
        if reached >= 0.99:
            break
    say(name, "tuned", ef=ef, recall_at_10=reached, **built)
    return lambda part, threads: search(part, threads, ef)


def answer(line, flat, graphs, queries):
    _, engine, batch, threads, share, count = line.split()
    batch, threads, count = int(batch), int(threads), int(count)

    def search(part):
        if engine in graphs:
            return graphs[engine](part, threads)
        return flat.search(part, threads, share, engine == "flat-blas")

    found, times = measure(lambda: np.concatenate(
        [search(queries[q:min(count, q + batch)]) for q in range(0, count, batch)]))
    say(engine, "search", **times, found=found.tolist())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--graphs", action="store_true")
    args = parser.parse_args()
    faiss.omp_set_num_threads(1)
    rows, queries = read_data(args.data)
    flat, graphs = Flat(args.data, rows), {}
    if args.graphs:
        some = queries[:TUNED_ON]
        truth = flat.search(some, 1, "1", True)
        for name, make in (("faiss-hnsw", faiss_search), ("hnswlib", hnswlib_search),
                           ("usearch", usearch_search)):
            graphs[name] = tuned(name, make, rows, some, truth)
    print("ready", flush=True)
    for line in sys.stdin:
        answer(line, flat, graphs, queries)


if __name__ == "__main__":
    main()
