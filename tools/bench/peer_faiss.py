#!/usr/bin/env python3
"""Queries a second of faiss-cpu on the data of bench_search: peer_faiss.py DATA [--threads N]

Needs numpy and faiss-cpu (PyPI). Prints the same JSON lines as bench_search; see search.cc for the
layout of DATA.
"""
import argparse
import json
import resource
import time

import faiss
import numpy as np

NEIGHBORS = 10
ROUNDS = 3


def read_data(path):
    rows, queries, dim = np.fromfile(path, "<u8", 3).tolist()
    values = np.memmap(path, "<f4", "r", 24, (rows + queries, dim))
    return np.array(values[:rows]), np.array(values[rows:])


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(body):
    cpu, begin = cpu_seconds(), time.perf_counter()
    out = body()
    return out, time.perf_counter() - begin, cpu_seconds() - cpu


def show(what, threads, seconds, cpu, **fields):
    line = {"engine": f"faiss-cpu {faiss.__version__}", "what": what, "threads": threads, **fields}
    print(json.dumps({**line, "seconds": round(seconds, 4), "cpu_seconds": round(cpu, 4)}),
          flush=True)


def search(index, queries, batch):
    found = [index.search(queries[q:q + batch], NEIGHBORS)[1]
             for q in range(0, len(queries), batch)]
    return np.concatenate(found)


def search_all(index, what, threads, queries, truth, batch):
    asked = queries[:max(1, len(queries) // 4)] if batch == 1 else queries
    rounds = [measure(lambda: search(index, asked, batch)) for _ in range(ROUNDS)]
    seconds, cpu = min(r[1] for r in rounds), min(r[2] for r in rounds)
    hits = sum(len(set(a) & set(b)) for a, b in zip(rounds[0][0].tolist(), truth.tolist()))
    show(what, threads, seconds, cpu, batch=batch, queries=len(asked),
         recall_at_10=round(hits / (len(asked) * NEIGHBORS), 4),
         per_second=round(len(asked) / seconds, 1), per_cpu_second=round(len(asked) / cpu, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    faiss.omp_set_num_threads(args.threads)
    rows, queries = read_data(args.data)

    flat = faiss.IndexFlatIP(rows.shape[1])
    _, seconds, cpu = measure(lambda: flat.add(rows))
    show("exact build", args.threads, seconds, cpu, rows=len(rows))
    truth = flat.search(queries, NEIGHBORS)[1]
    default = faiss.cvar.distance_compute_blas_threshold
    for threshold in (default, 1):
        faiss.cvar.distance_compute_blas_threshold = threshold
        for batch in (1, 64):
            search_all(flat, f"exact f32, blas threshold {threshold}", args.threads, queries,
                       truth, batch)
    faiss.cvar.distance_compute_blas_threshold = default

    hnsw = faiss.IndexHNSWFlat(rows.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    hnsw.hnsw.efConstruction, hnsw.hnsw.efSearch = 80, 128
    _, seconds, cpu = measure(lambda: hnsw.add(rows))
    show("hnsw build", args.threads, seconds, cpu, rows=len(rows))
    for batch in (1, 64):
        search_all(hnsw, "hnsw", args.threads, queries, truth, batch)


if __name__ == "__main__":
    main()
