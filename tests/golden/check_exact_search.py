#!/usr/bin/env python3
"""Checks exact search against numpy: check_exact_search.py CASES

CASES holds cases one after the other, little-endian: i32 rows, dim, queries, k, whole (1: all values
are small whole numbers, so that products are exact and order must agree to the last tie); f32
rows[rows * dim]; f32 queries[queries * dim]; u8 kept[rows]; then for each query i32 count, i32
row[count], f32 score[count]. Prints how many cases agree; exit code 1 at the first that does not.
"""
import sys

import numpy as np


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, dtype, count):
        out = np.frombuffer(self.data, dtype, count, self.at)
        self.at += out.nbytes
        return out


def fault(found, scores, truth, kept, k, whole):
    """What is wrong with the neighbours found for one query, or None."""
    candidates = np.flatnonzero(kept)
    best = candidates[np.lexsort((candidates, -truth[candidates]))][:k]
    if len(found) != len(best):
        return f"{len(found)} results instead of {len(best)}"
    if len(set(found.tolist())) != len(found) or not kept[found].all():
        return "a row twice, or one that was not kept"
    if whole:
        if not np.array_equal(found, best) or not np.array_equal(scores, truth[best]):
            return f"rows {found.tolist()} instead of {best.tolist()}"
        return None
    if not np.allclose(scores, truth[found], rtol=0, atol=2e-5):
        return "a wrong score"
    if not np.allclose(truth[found], truth[best], rtol=0, atol=2e-5):
        return f"rows {found.tolist()} instead of {best.tolist()}"
    order = np.lexsort((found, -scores))
    return None if np.array_equal(order, np.arange(len(found))) else "not best first"


def main():
    with open(sys.argv[1], "rb") as file:
        reader = Reader(file.read())
    cases = 0
    while reader.at < len(reader.data):
        rows, dim, queries, k, whole = reader.take("<i4", 5).tolist()
        data = reader.take("<f4", rows * dim).reshape(rows, dim)
        data = data.astype(np.float16).astype(np.float64)  # rows are kept as f16
        asked = reader.take("<f4", queries * dim).reshape(queries, dim).astype(np.float64)
        kept = reader.take("u1", rows).astype(bool)
        for query in asked:
            count = int(reader.take("<i4", 1)[0])
            found, scores = reader.take("<i4", count), reader.take("<f4", count)
            wrong = fault(found, scores, data @ query, kept, k, whole)
            if wrong:
                print(f"case {cases} ({rows} x {dim}, k {k}): {wrong}")
                return 1
        cases += 1
    print(f"{cases} cases agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
