#!/usr/bin/env python3
"""Contrast against the prediction of captions, at equal steps (CLIP's figure 2, arXiv 2103.00020).

usage: compare_objectives.py PHOTOS.tsv DRAWINGS.tsv --out PATH [--steps N] [--seeds N] [--run DIR]

Trains the towers of tools/scratch.json three times over, as tools/scratch.json says but without
scenes: a text transformer and a bag of tokens, both by contrast, and a bag of tokens whose picture
predicts the tokens. Writes PATH.svg, recall of held-out pictures over the steps, and PATH.json. Run
again, it goes on where it was. Needs Open MPI and `imago` in build/release.
"""
import argparse
import json
import os
import statistics
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMAGO = os.path.join(ROOT, "build/release/imago")
BAG = {"kind": "bag-of-tokens"}
OBJECTIVES = {  # name: (text tower or None, loss, colour)
    "contrast, text transformer": (None, "softmax", "#1f6feb"),
    "contrast, bag of tokens": (BAG, "softmax", "#2da44e"),
    "prediction, bag of tokens": (BAG, "tokens", "#cf222e"),
}


def config_of(objective, steps):
    with open(os.path.join(ROOT, "tools/scratch.json")) as file:
        config = json.load(file)
    tower, config["loss"], _ = OBJECTIVES[objective]
    if tower:
        config["model"]["text_tower"] = tower
    del config["scenes"]
    config["steps"] = steps
    config["warmup"] = steps // 10
    config["held_out"]["every"] = max(1, steps // 10)
    return config


def train(objective, seed, args):
    """The last report of the run, and its points (step, percent)."""
    run = os.path.join(args.run, f"{objective.replace(', ', '-').replace(' ', '-')}-seed{seed}")
    os.makedirs(run, exist_ok=True)
    path = os.path.join(run, "config.json")
    with open(path, "w") as file:
        json.dump(config_of(objective, args.steps), file, indent=1)
    command = ["mpirun", "--allow-run-as-root", "--bind-to", "none", "-n", str(args.processes), IMAGO,
               "--json", "--threads", "1", "train", "pair", path, args.photos, args.drawings,
               "--seed", str(seed), "--run", run, "--out", os.path.join(run, "bundle")]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    with open(os.path.join(run, "held_out.tsv")) as file:
        points = [tuple(map(float, line.split("\t"))) for line in file.read().splitlines()[1:]]
    return json.loads(printed), points


def curve(runs):
    """Of several seeds: step, mean, least and largest percent."""
    return [{"step": int(points[0][0]), "mean": statistics.mean(p[1] for p in points),
             "least": min(p[1] for p in points), "most": max(p[1] for p in points)}
            for points in zip(*(points for _, points in runs))]


def chart(curves, chance, title):
    width, height, left, top, bottom = 720, 400, 60, 50, 60
    last = max(point["step"] for points in curves.values() for point in points)
    most = max(point["most"] for points in curves.values() for point in points) * 1.1

    def at(step, percent):
        x = left + (width - left - 20) * step / last
        return f"{x:.1f},{top + (height - top - bottom) * (1 - percent / most):.1f}"

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif" font-size="13">', '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="{left}" y="24" font-size="15">{title}</text>']
    for i in range(5):
        value = most * i / 4
        x, y = at(0, value).split(",")
        parts.append(f'<text x="{left - 8}" y="{float(y) + 4:.1f}" text-anchor="end">{value:.1f} %</text>'
                     f'<path d="M{x},{y}H{width - 20}" stroke="#ddd"/>')
    for name, points in curves.items():
        colour = OBJECTIVES[name][2]
        band = [at(p["step"], p["most"]) for p in points] + [at(p["step"], p["least"]) for p in points[::-1]]
        line = " ".join(at(p["step"], p["mean"]) for p in points)
        parts.append(f'<polygon points="{" ".join(band)}" fill="{colour}" opacity="0.15"/>'
                     f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
    for i, name in enumerate(curves):
        y = top + 14 + 18 * i
        parts.append(f'<rect x="{left + 12}" y="{y - 9}" width="14" height="4" fill="{OBJECTIVES[name][2]}"/>'
                     f'<text x="{left + 32}" y="{y - 2}">{name}</text>')
    parts.append(f'<text x="{left}" y="{height - 34}">0</text>'
                 f'<text x="{width - 20}" y="{height - 34}" text-anchor="end">{last} steps</text>'
                 f'<text x="{left}" y="{height - 12}" fill="#555">recall@1 of held-out pictures among all '
                 f'their labels, mean and range of the seeds; chance {chance:.2f} %</text></svg>')
    return "\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos")
    parser.add_argument("drawings")
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--run", default=os.path.expanduser("~/.cache/imago/train/objectives"))
    args = parser.parse_args()
    result = {"steps": args.steps, "seeds": args.seeds, "objectives": {}}
    for objective in OBJECTIVES:
        runs = [train(objective, seed, args) for seed in range(1, args.seeds + 1)]
        result["held_out"] = runs[0][0]["held_out"] | {"recall_at_1": None}
        result["objectives"][objective] = {
            "recall_at_1": [report["held_out"]["recall_at_1"] for report, _ in runs],
            "pairs_per_second": [report["pairs_per_second"] for report, _ in runs], "curve": curve(runs)}
    del result["held_out"]["recall_at_1"]
    curves = {name: objective["curve"] for name, objective in result["objectives"].items()}
    title = f"{result['held_out']['pictures']} pictures, {result['held_out']['labels']} labels, " \
            f"batch 256, {args.seeds} seeds"
    with open(args.out + ".json", "w") as file:
        json.dump(result, file, indent=1)
    with open(args.out + ".svg", "w") as file:
        file.write(chart(curves, 100 / result["held_out"]["labels"], title))


if __name__ == "__main__":
    main()
