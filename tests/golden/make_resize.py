#!/usr/bin/env python3
"""Writes resize.json: small random pictures and what Pillow's bicubic resize makes of them.

Pictures are named by their size and seed, and made by the same generator in the test, so the file
holds only results. usage: make_resize.py > resize.json
"""
import json

import numpy as np
from PIL import Image

SIZES = [  # width, height -> width, height
    (1, 1, 5, 3), (3, 2, 7, 9), (16, 16, 16, 16), (16, 16, 16, 5), (16, 16, 5, 16), (31, 17, 8, 8),
    (17, 31, 20, 11), (64, 48, 9, 7), (97, 13, 10, 4), (13, 97, 4, 10), (128, 96, 29, 23),
    (40, 30, 39, 31), (200, 1, 7, 2), (1, 200, 2, 7), (9, 9, 27, 27),
]


def noise(width, height, seed):
    """Bytes of the linear congruential generator that the test also runs."""
    state = seed
    out = bytearray()
    for _ in range(width * height * 3):
        state = (state * 1664525 + 1013904223) % 2**32
        out.append(state >> 24)
    return np.frombuffer(bytes(out), np.uint8).reshape(height, width, 3)


def main():
    cases = []
    for seed, (width, height, to_width, to_height) in enumerate(SIZES, 1):
        picture = Image.fromarray(noise(width, height, seed))
        resized = picture.resize((to_width, to_height), Image.BICUBIC)
        cases.append({"from": [width, height], "to": [to_width, to_height], "seed": seed,
                      "rgb": resized.tobytes().hex()})
    print(json.dumps(cases, separators=(",", ":")).replace("},{", "},\n{"))


main()
