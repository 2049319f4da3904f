#!/usr/bin/env python3
"""Writes clip_goldens.json: what independent implementations of CLIP make of made-up weights.

The weights follow from each tensor's name by a formula that tests/support/published_clip.cc repeats,
so that none need to be stored. Every case runs in open_clip; Vision Transformers run in transformers
too, and the two must agree. Needs torch, open_clip_torch 2.24 and transformers 4.38:

    python3 -m venv --system-site-packages venv
    venv/bin/pip install transformers==4.38.2 sentencepiece protobuf ftfy
    venv/bin/pip install --no-deps open_clip_torch==2.24.0
    venv/bin/python make_clip_goldens.py > clip_goldens.json

With names of cases only those are made, beside the others that clip_goldens.json holds already.
"""

import json
import math
import pathlib
import sys
from unittest import mock

import numpy as np
import torch

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MEAN = np.float32([0.48145466, 0.4578275, 0.40821073])
STD = np.float32([0.26862954, 0.26130258, 0.27577711])
VOCAB = 49408

TINY_TEXT = {"width": 64, "heads": 1, "layers": 2, "context": 16}
CASES = [
    {"name": "tiny-quick", "dim": 48, "activation": "quick_gelu",
     "image": {"size": 32, "patch": 8, "width": 128, "layers": 3}, "text": TINY_TEXT},
    {"name": "tiny-gelu", "dim": 48, "activation": "gelu",
     "image": {"size": 32, "patch": 8, "width": 128, "layers": 3}, "text": TINY_TEXT},
    {"name": "tiny-resnet", "dim": 48, "activation": "quick_gelu",
     "image": {"size": 64, "width": 8, "blocks": [1, 2, 1, 2]}, "text": TINY_TEXT},
    {"name": "vit-b-32", "dim": 512, "activation": "quick_gelu",
     "image": {"size": 224, "patch": 32, "width": 768, "layers": 12},
     "text": {"width": 512, "heads": 8, "layers": 12, "context": 77}},
    {"name": "vit-l-14-shaped", "dim": 768, "activation": "quick_gelu",
     "image": {"size": 224, "patch": 14, "width": 1024, "layers": 4},
     "text": {"width": 768, "heads": 12, "layers": 3, "context": 77}},
    {"name": "vit-l-14", "dim": 768, "activation": "quick_gelu",
     "image": {"size": 224, "patch": 14, "width": 1024, "layers": 24},
     "text": {"width": 768, "heads": 12, "layers": 12, "context": 77}},
    {"name": "rn50", "dim": 1024, "activation": "quick_gelu",
     "image": {"size": 224, "width": 64, "blocks": [3, 4, 6, 3]}, "text": TINY_TEXT},
]
TEXTS = ["a red fox", "two dogs on a long sandy beach"]


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return np.uint64(value)


def splitmix64(seed, count):
    with np.errstate(over="ignore"):
        z = seed + GOLDEN * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def offset_and_scale(name, shape):
    """The values of a tensor are offset + scale * u, u uniform in [-1, 1)."""
    if name == "logit_scale":
        return 4.5, 0.0
    if name == "logit_bias":
        return -10.0, 0.0
    if name.endswith("running_var"):
        return 1.0, 0.5
    if name.endswith("running_mean"):
        return 0.0, 0.1
    if "layer" in name and name.endswith("bn3.weight"):
        return 0.25, 0.1  # small, as after training: else each block doubles the variance
    if len(shape) == 1 and name.endswith("weight"):
        return 1.0, 0.1
    if len(shape) == 1 and name.endswith("bias"):
        return 0.0, 0.05
    if len(shape) == 4 and "downsample" not in name:
        return 0.0, math.sqrt(6.0 / (shape[1] * shape[2] * shape[3]))
    if "embedding" in name:
        return 0.0, 0.5
    if name in ("visual.proj", "text_projection"):
        return 0.0, math.sqrt(3.0 / shape[0])
    return 0.0, math.sqrt(3.0 / shape[1])  # also shortcuts, whose kernels are 1 x 1


def values(name, shape):
    offset, scale = offset_and_scale(name, shape)
    bits = splitmix64(fnv1a(name), math.prod(shape))
    u = (bits >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-23) - np.float32(1)
    made = np.float32(offset) + np.float32(scale) * u
    return torch.from_numpy(made.astype(np.float16).astype(np.float32).reshape(shape))


def pixels(size):
    """A picture of 8 x 8 blocks of made-up colours, preprocessed."""
    blocks = (splitmix64(fnv1a("picture"), 64 * 64 * 3) >> np.uint64(56)).astype(np.float32)
    at = np.arange(size) // 8
    picture = blocks.reshape(64, 64, 3)[at][:, at]
    return torch.from_numpy(((picture / np.float32(255) - MEAN) / STD).transpose(2, 0, 1)[None])


def token_ids(text, context):
    """CLIP's ids where no merge touches ASCII: one for each letter, another for a word's last."""
    ids = [49406]
    for word in text.split():
        ids += [ord(c) - 33 for c in word]
        ids[-1] += 256
    ids = ids[:context - 1] + [49407]
    return ids + [0] * (context - len(ids))


def import_open_clip():
    """open_clip's models without torchvision, which only its preprocessing needs."""
    import transformers  # noqa: F401 - it looks for torchvision, so it must come before
    for name in ["torchvision", "torchvision.ops", "torchvision.ops.misc", "torchvision.transforms",
                 "torchvision.transforms.functional"]:
        sys.modules[name] = mock.MagicMock()
    import open_clip.model
    return open_clip.model


def fill(model):
    state = {}
    for name, tensor in model.state_dict().items():
        state[name] = tensor if name.endswith("num_batches_tracked") else values(name, tensor.shape)
    model.load_state_dict(state)
    return model.eval()


def open_clip_model(case, module):
    image, text = case["image"], case["text"]
    vision = module.CLIPVisionCfg(
        image_size=image["size"], width=image["width"], patch_size=image.get("patch"),
        layers=image.get("layers", image.get("blocks")))
    words = module.CLIPTextCfg(context_length=text["context"], vocab_size=VOCAB,
                               width=text["width"], heads=text["heads"], layers=text["layers"])
    return fill(module.CLIP(case["dim"], vision, words,
                            quick_gelu=case["activation"] == "quick_gelu"))


def hugging_face_model(case, state):
    from transformers import CLIPConfig, CLIPModel
    image, text = case["image"], case["text"]
    tower = {"hidden_act": case["activation"], "layer_norm_eps": 1e-5}
    model = CLIPModel(CLIPConfig(projection_dim=case["dim"], vision_config={
        **tower, "hidden_size": image["width"], "intermediate_size": 4 * image["width"],
        "num_hidden_layers": image["layers"], "num_attention_heads": image["width"] // 64,
        "image_size": image["size"], "patch_size": image["patch"],
    }, text_config={
        **tower, "hidden_size": text["width"], "intermediate_size": 4 * text["width"],
        "num_hidden_layers": text["layers"], "num_attention_heads": text["heads"],
        "max_position_embeddings": text["context"], "vocab_size": VOCAB, "eos_token_id": 49407,
    }))
    model.load_state_dict({name: hugging_face_tensor(name, state)
                           for name in model.state_dict() if "position_ids" not in name})
    return model.eval()


def hugging_face_tensor(name, state):
    """The tensor that OpenAI's names hold for one of Hugging Face's."""
    renamed = name
    for old, new in [("vision_model.", "visual."), ("text_model.", ""), ("embeddings.class", "class"),
                     ("embeddings.patch_embedding", "conv1"), ("pre_layrnorm", "ln_pre"),
                     ("embeddings.position_embedding.weight", "positional_embedding"),
                     ("embeddings.token", "token"), ("encoder.layers", "transformer.resblocks"),
                     ("layer_norm", "ln_"), ("self_attn", "attn"), ("mlp.fc1", "mlp.c_fc"),
                     ("mlp.fc2", "mlp.c_proj"), ("post_layernorm", "ln_post"),
                     ("final_layer_norm", "ln_final"), ("final_ln_", "ln_final"),
                     ("visual_projection.weight", "visual.proj"),
                     ("text_projection.weight", "text_projection")]:
        renamed = renamed.replace(old, new)
    for third, letter in enumerate("qkv"):
        if f".attn.{letter}_proj." in renamed:
            joined = renamed.replace(f".{letter}_proj.", ".in_proj_")
            return state[joined].chunk(3)[third]
    return state[renamed].T if name.endswith("_projection.weight") else state[renamed]


def unit(rows):
    return torch.nn.functional.normalize(rows.double(), dim=-1)


def rounded(tensor):
    return [float(f"{value:.8g}") for value in tensor.flatten().tolist()]


def run(case, module):
    model = open_clip_model(case, module)
    picture = pixels(case["image"]["size"])
    ids = torch.tensor([token_ids(text, case["text"]["context"]) for text in TEXTS])
    steps = {}

    def keep(name, of):
        of.register_forward_hook(lambda _, __, out: steps.__setitem__(name, out))

    keep("before_blocks", model.visual.ln_pre if "patch" in case["image"] else model.visual.avgpool)
    keep("last_text_tokens", model.ln_final)
    image, texts = model.encode_image(picture), model.encode_text(ids)
    if "patch" in case["image"]:
        other = hugging_face_model(case, model.state_dict())
        both = [(image, other.get_image_features(picture)), (texts, other.get_text_features(ids))]
        difference = max(float((unit(a) - unit(b)).abs().max()) for a, b in both)
        print(case["name"], "open_clip - transformers:", difference, file=sys.stderr)
        assert difference < 1e-5
    before_blocks = steps["before_blocks"]
    return {**case, "texts": TEXTS, "ids": ids.tolist(), "image_row": rounded(unit(image)),
            "image_row_length": float(image.norm()),
            "text_rows": [rounded(row) for row in unit(texts)],
            # The first values of the last token or channel, of the picture and of the first text.
            "before_blocks": rounded(before_blocks[0, -1].flatten()[:16]),
            "last_text_tokens": rounded(steps["last_text_tokens"][0, 2, :16])}


def main():
    torch.manual_seed(0)
    module = import_open_clip()
    file = pathlib.Path(__file__).parent / "clip_goldens.json"
    kept = {case["name"]: case for case in json.loads(file.read_text())["cases"]} if sys.argv[1:] else {}

    def wanted(case):
        return not kept or case["name"] in sys.argv[1:]

    with torch.no_grad():
        cases = [run(case, module) if wanted(case) else kept[case["name"]] for case in CASES]
    print(json.dumps({"script": pathlib.Path(__file__).name, "cases": cases}))


if __name__ == "__main__":
    main()
