#!/usr/bin/env python3
"""How fast PyTorch runs the towers of a starter bundle: encode_peer.py BUNDLE ROWS [THREADS] [BATCH] [SECONDS]

The same networks as embed/torch/, in f32, eager and without gradients, on the pictures and texts of
bench_encode, whose rows it wrote to ROWS (encode.cc). Memory as torch's eager mode is fastest
with: channels last or not, whichever takes less time. Prints one JSON line for pictures, one for
short texts, one for long ones, with the least cosine of a row with Imago's. Events are not read.
Needs torch, numpy and safetensors (PyPI).
"""
import json
import pathlib
import resource
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

WORDS = ["dog", "beach", "red", "old", "train", "woman", "sky"]
HEADS, LAYERS, EPSILON = 12, 6, 1e-12
SIDE = 4  # of the relations' grid of parts


def same_conv(x, weight, bias, stride, groups):
    """Pads as TensorFlow does: after the picture more than before it."""
    kernel = weight.shape[2]
    pads = [max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in x.shape[2:]]
    both = 0
    if pads[0] == pads[1] and pads[0] % 2 == 0:
        both = pads[0] // 2
    else:
        x = F.pad(x, (pads[1] // 2, pads[1] - pads[1] // 2, pads[0] // 2, pads[0] - pads[0] // 2))
    return F.conv2d(x, weight, bias, stride, both, 1, groups)


class ImageTower:
    def __init__(self, weights, relations, channels_last):
        memory = torch.channels_last if channels_last else torch.contiguous_format
        self.memory = memory
        self.w = {k[len("image."):]: v.contiguous(memory_format=memory) if v.dim() == 4 else v
                  for k, v in weights.items() if k.startswith("image.")}
        self.r = {k[len("relations."):]: v for k, v in relations.items()}
        self.blocks = 1 + max(int(k.split(".")[2]) for k in self.w if k.startswith("trunk.blocks."))
        self.share = 0.8  # detail_percent

    def conv(self, name, x, stride=1, groups=1):
        return same_conv(x, self.w[name + ".weight"], self.w[name + ".bias"], stride, groups)

    def trunk(self, x):
        x = self.conv("trunk.conv_stem", x, 2).clamp_(0, 6)
        # The first blocks of the stages that halve a map.
        halving = {1, 4, 7, 15}
        for i in range(self.blocks):
            name, y = f"trunk.blocks.{i}.", x
            if name + "expand_conv.weight" in self.w:
                y = self.conv(name + "expand_conv", y).clamp_(0, 6)
            y = self.conv(name + "depthwise_conv", y, 2 if i in halving else 1, y.shape[1]).clamp_(0, 6)
            y = self.conv(name + "project_conv", y)
            x = y.add_(x) if i not in halving and y.shape == x.shape else y
        return x, self.conv("trunk.conv_head", x).clamp_(0, 6)

    def semantic(self, f):
        w = self.w
        learned = F.linear(F.relu(F.linear(f, w["head.hidden_weight"], w["head.hidden_bias"])),
                           w["head.out_weight"], w["head.out_bias"])
        logits = F.linear(f, w["head.class_weight"], w["head.class_bias"]) * w["head.inverse_temperature"]
        estimate = F.normalize(logits.softmax(-1) @ w["head.class_texts"])
        gate = torch.sigmoid(w["head.gate"])
        return F.normalize(gate * estimate + (1 - gate) * F.normalize(learned))

    def __call__(self, pixels):
        w, r = self.w, self.r
        maps, places = self.trunk(pixels.contiguous(memory_format=self.memory))
        side = places.shape[2]
        window = torch.exp(-((torch.arange(side) - (side - 1) / 2) / (2.5 / 7 * side)).square() / 2)
        window = torch.outer(window, window)
        central = (places * (window / window.sum())).sum((2, 3))
        shared = self.semantic(places.mean((2, 3)))
        detail = F.normalize(F.linear(central - w["head.detail_mean"], w["head.detail_weight"]))
        if r:
            shared = F.normalize(shared + r["strength"] * self.bound(maps, places) @ r["basis"])
        return torch.cat([shared * (1 - self.share) ** 0.5, detail * self.share ** 0.5], 1)

    def bound(self, maps, places):
        r, n = self.r, maps.shape[0]
        grid = F.adaptive_avg_pool2d(places, SIDE).permute(0, 2, 3, 1).flatten(0, 2)
        parts = self.semantic(grid).view(n, SIDE * SIDE, -1)
        seen = F.gelu(F.conv2d(F.adaptive_avg_pool2d(maps, 2 * SIDE), r["seen_weight"], r["seen_bias"], 1, 1))
        seen = F.gelu(F.conv2d(seen, r["part_weight"], r["part_bias"], 2)).flatten(2).transpose(1, 2)
        channels = torch.tanh(F.linear(seen, r["channel_weight"], r["channel_bias"])) * r["gains"]
        along = torch.arange(SIDE) - (SIDE - 1) / 2
        xy = torch.stack([along.repeat(SIDE), along.repeat_interleave(SIDE)]).expand(n, 2, SIDE * SIDE)
        how = torch.cat([xy, channels.transpose(1, 2)], 1)
        return F.normalize((how @ (parts @ r["picture_words"].t())).flatten(1))


class TextTower:
    def __init__(self, weights):
        self.w = {k[len("text."):]: v for k, v in weights.items() if k.startswith("text.")}

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"], EPSILON)

    def linear(self, name, x):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def __call__(self, ids, lengths):
        w, (n, length) = self.w, ids.shape
        places = w["bert.embeddings.position_embeddings.weight"][:length]
        places = places + w["bert.embeddings.token_type_embeddings.weight"][0]
        x = self.norm("bert.embeddings.LayerNorm",
                      F.embedding(ids, w["bert.embeddings.word_embeddings.weight"]) + places)
        keep = torch.arange(length) < lengths[:, None]
        mask = None if keep.all() else keep[:, None, None]  # without padding torch is faster
        for i in range(LAYERS):
            name = f"bert.encoder.layer.{i}."
            q, k, v = (self.linear(name + "attention.self." + part, x).view(n, length, HEADS, -1).transpose(1, 2)
                       for part in ("query", "key", "value"))
            mixed = F.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).reshape(x.shape)
            x = self.norm(name + "attention.output.LayerNorm", x + self.linear(name + "attention.output.dense", mixed))
            inner = F.gelu(self.linear(name + "intermediate.dense", x))
            x = self.norm(name + "output.LayerNorm", x + self.linear(name + "output.dense", inner))
        mean = (x * keep[..., None]).sum(1) / lengths[:, None]
        return F.normalize(F.normalize(mean) - w["centre.mean"])


def raw_numbers(seed):
    """What std::mt19937 gives."""
    return np.random.RandomState(seed)._bit_generator.random_raw


def pictures(count, size):
    values = raw_numbers(1)(count * size * size * 3).astype(np.uint8).reshape(count, size, size, 3)
    return torch.from_numpy((values.transpose(0, 3, 1, 2).astype(np.float32) - 127) / 128)


def texts(count, words, vocabulary):
    draw = raw_numbers(2)
    rows = [["[CLS]", "a", "photo", "of", "a"] + [WORDS[draw() % 7] for _ in range(words)] + ["[SEP]"]
            for _ in range(count)]
    return torch.tensor([[vocabulary[word] for word in row] for row in rows])


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(what, count, body, ours, seconds):
    rows = body()
    rows = F.pad(rows, (0, ours.shape[1] - rows.shape[1]))
    cosine = F.cosine_similarity(rows, ours).min().item()
    begin, cpu, done = time.perf_counter(), cpu_seconds(), 0
    while time.perf_counter() - begin < seconds:
        body()
        done += count
    wall = time.perf_counter() - begin
    return {"what": what, "engine": f"torch {torch.__version__}, f32", "batch": count, "cosine": cosine,
            "per_second": done / wall, "per_cpu_second": done / (cpu_seconds() - cpu)}


def main():
    bundle, rows = pathlib.Path(sys.argv[1]), sys.argv[2]
    threads, count = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((3, 1), (4, 32)))
    seconds = float(sys.argv[5]) if len(sys.argv) > 5 else 5.0
    torch.set_num_threads(threads)
    weights = {k: v.float() for k, v in load_file(bundle / "weights.safetensors").items()}
    more = bundle / "relations.safetensors"
    relations = {k: v.float() for k, v in load_file(more).items()} if more.exists() else {}
    config = json.loads((bundle / "model.json").read_text())
    ours = torch.from_numpy(np.fromfile(rows, "<f4").reshape(3, count, config["dim"]))
    vocabulary = {word: i for i, word in enumerate((bundle / "vocab.txt").read_text().split("\n"))}
    with torch.inference_mode():
        pixels = pictures(count, config["preprocess"]["size"])
        towers = [ImageTower(weights, relations, last) for last in (False, True)]
        lines = [measure("images", count, lambda t=tower: t(pixels), ours[0], seconds) for tower in towers]
        print(json.dumps(max(lines, key=lambda line: line["per_cpu_second"])), flush=True)
        tower = TextTower(weights)
        for i, (what, words) in enumerate((("short texts", 3), ("long texts", 30))):
            ids = texts(count, words, vocabulary)
            lengths = torch.full((count,), ids.shape[1])
            print(json.dumps(measure(what, count, lambda: tower(ids, lengths), ours[1 + i], seconds)), flush=True)


main()
