#!/usr/bin/env python3
"""Proves the ladder of ARCHITECTURE.md: reads every #include of the tree and fails on
an include that points up, on a cycle between files, and on a heavy library's header
outside the files that may have it.

usage: ladder.py [ROOT]      (without ROOT: the tree this file lies in, after a test of itself)
"""
import pathlib
import re
import sys
import tempfile

LADDER = ["kernels", "storage", "embed", "generate", "index", "query", "web", "tools"]
# Header prefix -> pattern of the files that may include it (tests may include any).
HEAVY = {
    r"(immintrin|x86intrin|amxintrin)\.h": r"kernels/kernels_\w+\.(cc|h)",
    r"cuda": r"((kernels|index)/cuda|index/faiss_gpu)/\w+\.(cu|h|cc)",
    r"rocksdb/": r"storage/rocks_\w+\.cc",
    r"(opencv2|jpeglib|turbojpeg|png\.h|webp|gif_lib|tiffio|jerror)": r"embed/(decode_\w+|contact_sheet|world_draw)\.(cc|h)",
    r"zip\.h": r"embed/zip_archive\.cc",
    r"lib(av|sw)\w+/": r"embed/decode_video\.cc",
    r"(torch|ATen|c10)/": r"(embed|generate)/torch/\w+\.(cc|h)",
    r"sentencepiece": r"embed/sentencepiece_(model|train)\.cc",
    r"mpi\.h": r"embed/torch/collective_mpi\.cc",
    r"unicode/": r"embed/\w+\.cc",
    r"faiss/": r"index/(faiss_|(without_)?faiss_gpu/)\w+\.cc",
    r"httplib": r"(web/(server\w*|hub_http)|tools/bench/serve)\.(cc|h)",
    r"nlohmann/json\.hpp": r"\w+/((torch|bench)/)?\w+\.cc",
    r"CLI/": r"tools/(bench/)?\w+\.cc",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)


def files_of(root):
    for folder in LADDER:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cc", ".cu", ".cuh"):
                yield path.relative_to(root).as_posix()


def includes_of(root, name):
    text = (root / name).read_text(encoding="utf-8")
    return [quoted or angled for quoted, angled in INCLUDE.findall(text)]


def check_direction(name, target, problems):
    folder, other = name.split("/")[0], target.split("/")[0]
    if other in LADDER and LADDER.index(other) > LADDER.index(folder):
        problems.append(f"{name} includes {target}: {folder} may not use {other}")
    if other == "tests":
        problems.append(f"{name} includes {target}: only tests use tests")


def check_heavy(name, target, own, problems):
    if target in own:
        return
    for prefix, allowed in HEAVY.items():
        if re.match(prefix, target) and not re.fullmatch(allowed, name):
            problems.append(f"{name} includes {target}, which belongs in {allowed}")


def find_cycle(graph):
    """A list of files that include each other in a circle, or None."""
    state = {}

    def visit(node, trail):
        state[node] = "open"
        for target in graph[node]:
            if state.get(target) == "open":
                return trail[trail.index(target):] + [target] if target in trail else [node, target]
            if target not in state:
                found = visit(target, trail + [target])
                if found:
                    return found
        state[node] = "done"
        return None

    for node in graph:
        if node not in state:
            found = visit(node, [node])
            if found:
                return found
    return None


def check(root):
    problems = []
    own = set(files_of(root))
    graph = {}
    for name in sorted(own):
        targets = includes_of(root, name)
        graph[name] = [target for target in targets if target in own]
        for target in targets:
            check_direction(name, target, problems)
            check_heavy(name, target, own, problems)
    cycle = find_cycle(graph)
    if cycle:
        problems.append("cycle: " + " -> ".join(cycle))
    return problems, len(own)


def self_test():
    """The check must be able to fail: a tree with one fault of each kind."""
    faults = {
        "kernels/a.cc": '#include "query/q.h"\n',
        "storage/a.h": '#include "storage/b.h"\n',
        "storage/b.h": '#include "storage/a.h"\n',
        "index/a.cc": "#include <torch/torch.h>\n",
        "web/a.cc": '#include "tests/support/data.h"\n',
        "query/q.h": "",
    }
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in faults.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        problems, _ = check(root)
    for word in ("may not use query", "cycle:", "torch/torch.h", "only tests use tests"):
        if not any(word in problem for problem in problems):
            sys.exit(f"ladder: self-test: the fault '{word}' was not found in {problems}")


def main():
    if len(sys.argv) < 2:
        self_test()
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    problems, count = check(root)
    for problem in problems:
        print(f"ladder: {problem}")
    print(f"ladder: {count} files, {len(problems)} problems")
    sys.exit(1 if problems or count == 0 else 0)


main()
