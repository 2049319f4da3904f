#!/usr/bin/env python3
"""Makes sentencepiece_{unigram,bpe}.model and sentencepiece.json with Debian's sentencepiece 0.1.97.

usage: make_sentencepiece.py OUTPUT_FOLDER

Trains two tiny models on sentences of our own with spm_train and writes what spm_encode answers. The
unigram model has a normaliser of a few rules, the BPE model falls back to bytes and has no start.
"""
import json
import os
import subprocess
import sys
import tempfile

SENTENCES = """a photo of a dog on the beach
a cat sleeps on a red chair
the quick brown fox jumps over the lazy dog
two people ride bicycles along the river
a man in a blue shirt plays the guitar
children build a castle of sand by the sea
an old boat lies on the shore
she reads a book under a tree
the bus waits at the corner of the street
flowers grow in the garden behind the house
"""
RULES = "".join(f"{ord(c):X}\t{ord(c.lower()):X}\n" for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ") + \
    "E9\t65\n65 301\t65\n2019\t27\nFB01\t66 69\nA0\t20\n"
TEXTS = ["", " ", "a dog", "the red bicycles", "  two   blanks  ", "A DOG On The Beach", "caf\u00e9 cafe\u0301", "\ufb01ne",
         "it\u2019s no\u00a0break", "zebra xylophone 123", "\u732b", "\U0001F600 smile", "under_score \u2581 mark", "<s> </s> <unk>",
         "a" * 50, "photophotophoto", "the-quick!brown?fox"]


def train(folder, name, *flags):
    subprocess.run(["spm_train", "--input=sentences.txt", f"--model_prefix={name}", "--hard_vocab_limit=false",
                    "--num_threads=1", *flags], check=True, stderr=subprocess.DEVNULL, cwd=folder)


def encode(model, text):
    out = subprocess.run(["spm_encode", f"--model={model}", "--output_format=id"], input=text + "\n",
                         capture_output=True, text=True, check=True).stdout
    return [int(word) for word in out.split()]


def main():
    out = sys.argv[1]
    cases = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("sentences.txt", SENTENCES), ("rules.tsv", RULES)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        train(folder, "unigram", "--model_type=unigram", "--vocab_size=70", "--pad_id=3",
              "--normalization_rule_tsv=rules.tsv")
        train(folder, "bpe", "--model_type=bpe", "--vocab_size=360", "--byte_fallback=true", "--bos_id=-1",
              "--normalization_rule_name=identity")
        for name in ("unigram", "bpe"):
            model = os.path.join(out, f"sentencepiece_{name}.model")
            os.replace(os.path.join(folder, name + ".model"), model)
            cases[name] = [{"text": text, "ids": encode(model, text)} for text in TEXTS]
    with open(os.path.join(out, "sentencepiece.json"), "w", encoding="utf-8") as file:
        json.dump(cases, file, indent=0, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
