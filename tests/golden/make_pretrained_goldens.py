#!/usr/bin/env python3
"""Makes pretrained_goldens.json: what the published modules answer, for the parity tests of our own.

usage: make_pretrained_goldens.py WHEELS PRETRAINED > pretrained_goldens.json

WHEELS holds the wheel efficientnet-lite-pytorch 0.1.0, PRETRAINED what tools/convert_pretrained.py
wrote. Made with torch 1.13.1 and transformers 4.30.2. Inputs, and the weights of the tiny networks,
come from the counting hash below, which the C++ tests repeat: no weights are committed.
"""
import glob
import json
import os
import struct
import sys

import numpy as np
import torch
import transformers

MASK = 0xFFFFFFFF


def noise(seed, count):
    """`count` float32 in [0, 1): an integer hash of seed and position."""
    x = (np.arange(1, count + 1, dtype=np.uint64) * 2654435761 + seed * 40503) & MASK
    x ^= x >> np.uint64(15)
    x = (x * 2246822519) & MASK
    x ^= x >> np.uint64(13)
    return (x.astype(np.float64) / 2.0**32).astype(np.float32)


def name_seed(name):
    """FNV-1a, 32 bits."""
    x = 2166136261
    for byte in name.encode():
        x = ((x ^ byte) * 16777619) & MASK
    return x


def tiny_values(name, shape):
    count = int(np.prod(shape))
    values = noise(name_seed(name), count)
    if name.endswith("running_var"):
        values = values + np.float32(0.5)
    elif len(shape) == 1:  # gains around 1, biases around 0
        values = values * np.float32(0.5) + np.float32(0.75 if name.endswith("weight") else -0.25)
    else:
        fan_in = count // shape[0]
        values = (values * 2 - 1) * np.float32(2 / np.sqrt(fan_in))
    return torch.from_numpy(values.reshape(shape))


def our_name(name):
    return ".".join(part.lstrip("_") for part in name.split("."))


def fill(module):
    state = module.state_dict()
    for name, value in state.items():
        if value.is_floating_point():
            value.copy_(tiny_values(our_name(name), tuple(value.shape)))


def blocks_picture(seed, n, size, block):
    """[n, 3, size, size] in [-1, 1): noise in squares of block x block pixels."""
    side = -(-size // block)
    coarse = noise(seed, n * 3 * side * side).reshape(n, 3, side, side) * 2 - 1
    return torch.from_numpy(coarse.repeat(block, 2).repeat(block, 3)[:, :, :size, :size].copy())


def load_safetensors(path):
    data = open(path, "rb").read()
    [length] = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    base = 8 + length
    return {name: torch.from_numpy(np.frombuffer(
        data[base + e["data_offsets"][0]:base + e["data_offsets"][1]], "<f4").reshape(e["shape"]).copy())
        for name, e in header.items()}


def listed(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().double().flatten().tolist()]


def lite_answers(model, pixels, step):
    with torch.no_grad():
        features = model.extract_features(pixels).mean((2, 3))
        logits = model._fc(features)
    return {"features": listed(features[:, ::step]), "logits": listed(logits[:, ::step])}


def published_lite(efficientnet, folder, variant, size):
    name = f"efficientnet-lite{variant}"
    model = efficientnet.EfficientNet.from_name(name, image_size=None).eval()
    weights = load_safetensors(os.path.join(folder, name + ".safetensors"))
    state = model.state_dict()
    for key, value in state.items():
        if value.is_floating_point():
            value.copy_(weights.pop(our_name(key)))
    assert not weights, list(weights)
    return {"name": name, "size": size, **lite_answers(model, blocks_picture(7 + variant, 2, size, 16), 16)}


def tiny_lite(efficientnet, size):
    blocks = efficientnet.BlockDecoder.decode(
        ["r1_k3_s11_e1_i32_o16", "r2_k5_s22_e6_i16_o24", "r1_k3_s22_e2_i24_o8"])
    params = efficientnet.get_model_params("efficientnet-lite0", {"num_classes": 10, "image_size": None})[1]
    model = efficientnet.EfficientNet(blocks, params).eval()
    fill(model)
    return {"size": size, **lite_answers(model, blocks_picture(3, 2, size, 5), 1)}


def bert_answers(model, ids):
    """Each sentence on its own, so without padding."""
    with torch.no_grad():
        rows = [model(torch.tensor([row])).last_hidden_state.mean(1) for row in ids]
    return {"ids": ids, "pooled": listed(torch.cat(rows))}


def tiny_bert():
    config = transformers.BertConfig(vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                                     intermediate_size=48, max_position_embeddings=16)
    model = transformers.BertModel(config, add_pooling_layer=False).eval()
    fill(model)
    return bert_answers(model, [[2, 17, 33, 4, 49, 3], [2, 3], [2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 3]])


def published_bert(folder):
    model = transformers.BertModel(transformers.BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536),
        add_pooling_layer=False).eval()
    missing, surplus = model.load_state_dict(load_safetensors(os.path.join(folder, "minilm.safetensors")),
                                             strict=False)
    assert set(missing) <= {"embeddings.position_ids"} and not surplus, (missing, surplus)
    tokenizer = transformers.BertTokenizer(os.path.join(folder, "vocab.txt"))
    texts = ["A dog runs along the beach.", "", "Police arrested a man with batons in Kyiv; nobody was hurt."]
    return {"texts": texts, **bert_answers(model, [tokenizer(text)["input_ids"] for text in texts])}


def main():
    wheels, folder = sys.argv[1:]
    sys.path.insert(0, glob.glob(os.path.join(wheels, "efficientnet_lite_pytorch-0.1.0*.whl"))[0])
    import efficientnet_lite_pytorch as efficientnet
    torch.set_num_threads(1)
    goldens = {
        "tiny_lite": [tiny_lite(efficientnet, size) for size in (32, 37)],
        "tiny_bert": tiny_bert(),
        "lite": [published_lite(efficientnet, folder, variant, size)
                 for variant, size in ((0, 224), (1, 240), (2, 260), (2, 224))],
        "minilm": published_bert(folder),
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in goldens.items())
    print("{" + lines + "}")


if __name__ == "__main__":
    main()
