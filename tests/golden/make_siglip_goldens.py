#!/usr/bin/env python3
"""Writes siglip_goldens.json and siglip.model: what transformers' SigLIP makes of made-up weights.

The weights follow from each tensor's name, as in make_clip_goldens.py. The tokenizer is a tiny
sentencepiece model with the special ids of the published one. Needs what make_clip_goldens.py needs,
in that environment:

    venv/bin/python make_siglip_goldens.py
"""

import json
import math
import os
import pathlib
import tempfile

import numpy as np
import torch

import make_clip_goldens as clip
import make_sentencepiece

HERE = pathlib.Path(__file__).parent
TINY = {"width": 64, "heads": 2, "layers": 3, "mlp_width": 96, "context": 16}
CASES = [
    {"name": "siglip-tiny", "size": 32, "patch": 8, **TINY},
    # The picture is no multiple of the patch and heads are not 64 wide, as in So400M/14 at 384.
    {"name": "siglip-cut", "size": 38, "patch": 8, **TINY, "width": 72, "heads": 3},
    {"name": "siglip-b-16-shaped", "size": 224, "patch": 16, "width": 768, "heads": 12, "layers": 2,
     "mlp_width": 3072, "context": 64},
]
TEXTS = ["a red fox", "Two dogs, on a LONG sandy beach!", "it's   a\tcat (sleeping). ", "", "\u00e9t\u00e9 \u2581 \u732b",
         "flowers grow in the garden behind the house " * 4]


def make_tokenizer():
    import sentencepiece
    from transformers import SiglipTokenizer
    with tempfile.TemporaryDirectory() as folder:
        sentences = os.path.join(folder, "sentences.txt")
        pathlib.Path(sentences).write_text(make_sentencepiece.SENTENCES)
        sentencepiece.SentencePieceTrainer.train(
            input=sentences, model_prefix=os.path.join(folder, "siglip"), model_type="unigram",
            vocab_size=90, hard_vocab_limit=False, pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
            normalization_rule_name="identity", num_threads=1, minloglevel=2)
        os.replace(os.path.join(folder, "siglip.model"), HERE / "siglip.model")
    return SiglipTokenizer(str(HERE / "siglip.model"))


def make_model(case, vocab_size):
    from transformers import SiglipConfig, SiglipModel
    tower = {"hidden_size": case["width"], "intermediate_size": case["mlp_width"],
             "num_hidden_layers": case["layers"], "num_attention_heads": case["heads"]}
    model = SiglipModel(SiglipConfig(
        vision_config={**tower, "image_size": case["size"], "patch_size": case["patch"]},
        text_config={**tower, "vocab_size": vocab_size, "max_position_embeddings": case["context"]}))
    state = model.state_dict()
    model.load_state_dict({name: tensor if "position_ids" in name else clip.values(name, tensor.shape)
                           for name, tensor in state.items()})
    return model.eval()


def pixels(size):
    blocks = (clip.splitmix64(clip.fnv1a("picture"), 64 * 64 * 3) >> np.uint64(56)).astype(np.float32)
    at = np.arange(size) // 8
    picture = blocks.reshape(64, 64, 3)[at][:, at] / np.float32(255)
    return torch.from_numpy(((picture - np.float32(0.5)) / np.float32(0.5)).transpose(2, 0, 1)[None])


def run(case, tokenizer):
    model = make_model(case, tokenizer.vocab_size)
    steps = {}

    def keep(name, of):
        of.register_forward_hook(lambda _, __, out: steps.__setitem__(name, out))

    keep("before_blocks", model.vision_model.embeddings)
    keep("last_tokens", model.vision_model.post_layernorm)
    keep("last_text_tokens", model.text_model.final_layer_norm)
    ids = tokenizer(TEXTS, padding="max_length", max_length=case["context"], truncation=True,
                    return_tensors="pt").input_ids
    image = model.get_image_features(pixels(case["size"]))
    texts = model.get_text_features(ids)
    return {**case, "vocab_size": tokenizer.vocab_size, "texts": TEXTS, "ids": ids.tolist(),
            "logit_scale": math.exp(float(model.logit_scale)), "logit_bias": float(model.logit_bias),
            "image_row": clip.rounded(clip.unit(image)), "image_row_length": float(image.norm()),
            "text_rows": [clip.rounded(row) for row in clip.unit(texts)],
            "tensors": {name: list(tensor.shape) for name, tensor in model.state_dict().items()},
            # The first values of the last token, of the picture and of the first text.
            "before_blocks": clip.rounded(steps["before_blocks"][0, -1, :16]),
            "last_tokens": clip.rounded(steps["last_tokens"][0, -1, :16]),
            "last_text_tokens": clip.rounded(steps["last_text_tokens"][0, 2, :16])}


def main():
    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    with torch.no_grad():
        cases = [run(case, tokenizer) for case in CASES]
    out = {"script": pathlib.Path(__file__).name, "cases": cases}
    (HERE / "siglip_goldens.json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
