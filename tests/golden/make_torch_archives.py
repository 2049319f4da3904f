#!/usr/bin/env python3
"""Writes torch_*.pt and torch_archives.json: small files of PyTorch's and the tensors in them.

usage: make_torch_archives.py    (with Debian's python3-torch 1.13)
"""

import collections
import json
import pathlib
import typing

import torch

HERE = pathlib.Path(__file__).parent
NAMES = {torch.float16: "F16", torch.float32: "F32", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.uint8: "U8"}


class Attention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.in_proj_weight = torch.nn.Parameter(torch.randn(6, 2))
        self.out_proj = torch.nn.Linear(2, 2)

    def forward(self, x):
        return self.out_proj(x)


class Visual(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 2, 4, 4, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(2)
        self.resblocks = torch.nn.Sequential(Attention(), Attention())

    def forward(self, x):
        return self.resblocks(self.bn1(self.conv1(x)).flatten(2).transpose(1, 2))


class Clip(torch.nn.Module):
    """Named as the published module is: half precision, with constants as buffers."""

    sizes: typing.List[int]

    def __init__(self):
        super().__init__()
        self.visual = Visual().half()
        self.logit_scale = torch.nn.Parameter(torch.tensor(4.6052))
        self.register_buffer("input_resolution", torch.tensor(224))
        self.sizes = [1, 2, 3]
        self.name = "a module"

    def forward(self, x):
        return self.visual(x) * self.logit_scale


def dictionary():
    base = torch.arange(24, dtype=torch.float32)
    return collections.OrderedDict([
        ("turned", base.reshape(4, 6).T), ("slice", base[5:9]), ("same", base),
        ("every_second", base[::2]), ("brain", torch.randn(3).bfloat16()),
        ("scalar", torch.tensor(7, dtype=torch.int32)), ("empty", torch.zeros(0, 3)),
        ("bytes", torch.arange(5, dtype=torch.uint8)),
        ("parameter", torch.nn.Parameter(torch.randn(2, 2)))])


def describe(tensors):
    return {name: {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
                   "hex": tensor.detach().contiguous().flatten().view(torch.uint8).numpy().tobytes().hex()
                   if tensor.dim() and tensor.numel() else
                   tensor.detach().reshape(-1).view(torch.uint8).numpy().tobytes().hex()}
            for name, tensor in tensors.items()}


def main():
    torch.manual_seed(0)
    module = Clip()
    torch.jit.script(module).save(str(HERE / "torch_script.pt"))
    tensors = dictionary()
    torch.save(tensors, HERE / "torch_dict.pt")
    torch.save({"epoch": 3, "state_dict": {"module." + name: tensor for name, tensor in tensors.items()},
                "rate": 0.5, "notes": ["a", None, (1, 2 ** 40, -3, True)]}, HERE / "torch_checkpoint.pt")
    torch.save(tensors, HERE / "torch_old.pt", _use_new_zipfile_serialization=False)
    torch.save({"weight": torch.ones(2), "hook": pathlib.PurePosixPath("x")}, HERE / "torch_foreign.pt")
    (HERE / "torch_archives.json").write_text(json.dumps(
        {"script": describe(module.state_dict()), "dict": describe(tensors)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
