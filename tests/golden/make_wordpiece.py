#!/usr/bin/env python3
"""Makes wordpiece.json and wordpiece_vocab.txt: what huggingface/tokenizers answers, for parity.

usage: make_wordpiece.py VOCAB_TXT OUTPUT_FOLDER

VOCAB_TXT is BERT's uncased vocabulary, as tools/convert_pretrained.py writes it. Made with
tokenizers 0.13.3. The texts are our own; the last ones are random characters from a fixed seed.
"""
import json
import os
import random
import sys

import tokenizers

TEXTS = [
    "", " ", "\t\n", "a", "A dog on a beach", "the quick brown fox jumps over the lazy dog", "unaffable",
    "Hello, World!", "don't stop", "rock'n'roll", "e-mail@example.com", "https://example.org/a?b=c&d=%20",
    "3.14159", "1,000,000", "$5.00 (five)", "C++20", "x^2 + y_1 = ~z|w`", "a*b/c\\d", "[brackets] {braces} <angles>",
    "Café crème", "naïve façade", "Ångström", "Zürich STRASSE Straße", "İstanbul ıssız", "ΑΣ ΣΑΣ σοφός ς",
    "Привет, мир!", "Ёлка и йод", "日本語のテキスト", "東京タワーの夜景", "你好，世界", "北京 2008", "안녕하세요 세계", "한국어",
    "नमस्ते दुनिया", "สวัสดีชาวโลก", "مرحبا بالعالم", "שָׁלוֹם", "ไทย", "🙂", "I ❤️ pizza 🍕!", "👩‍👩‍👧 family", "tick ✓ arrow →",
    "“curly” ‘quotes’ — dash… ellipsis", "soft\u00adhyphen", "zero\u200bwidth", "no\u00a0break", "line\u2028sep",
    "bell\u0007 and nul\u0000 and del\u007f", "bad \ufffd char", "private \ue000 use", "tab\tnew\nline\r\nend",
    "x" * 100, "x" * 101, "supercalifragilisticexpialidocious", "antidisestablishmentarianism", "pneumonoultramicroscopic",
    "ＦＵＬＬ ｗｉｄｔｈ", "ﬁne ﬂuﬀ", "½ ⅓ ²", "Ⅳ ④", "№ 5", "豈更", "𠀀𠀁", "e\u0301galite\u0301", "a\u0300\u0301\u0302b",
    "Vietnamese: Tiếng Việt rất đẹp", "Łódź", "Đorđe", "Øre", "þorn ð", "Ǆ ǅ ǆ", "ß ẞ", "ʼn ŉ", "¿Qué? ¡Olé!",
    "a photo of a {}", "Police arrested a man with batons in Kyiv.", "##ing", "## #", "a##b", "user_name", "snake_case_word",
    "MiXeD CaSe", "ALLCAPS", "I.B.M.", "U.S.A", "rock & roll", "50%", "#hashtag @mention", "'quoted'", "\"double\"",
    "a\u0305\u0305\u0305", "  leading and trailing  ", "many    spaces", "word " * 20,
]


def random_text(generator):
    ranges = [(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x4E00, 0x4E40), (0xAC00, 0xAC40),
              (0x300, 0x310), (0x2010, 0x2030), (0x3040, 0x30FF)]
    characters = []
    for _ in range(generator.randint(1, 40)):
        low, high = generator.choice(ranges)
        character = chr(generator.randint(low, high))
        if character.isprintable() or character == " ":
            characters.append(character)
    return "".join(characters)


def main():
    vocab, folder = sys.argv[1:]
    generator = random.Random(20)
    texts = TEXTS + [random_text(generator) for _ in range(80)]
    real = tokenizers.BertWordPieceTokenizer(vocab, lowercase=True)
    small = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "dog", "the", "un", "##aff", "##able", "cafe", "##s", ",", "!", "日",
             "##a", "x", "##x", "i", "on", "beach", "hello", "world", "##o", "о", "д", "##д"]
    small_path = os.path.join(folder, "wordpiece_vocab.txt")
    with open(small_path, "w", encoding="utf-8") as out:
        out.write("".join(token + "\n" for token in small))
    tiny = tokenizers.BertWordPieceTokenizer(small_path, lowercase=True)
    cases = [{"text": text, "ids": real.encode(text).ids, "small_ids": tiny.encode(text).ids} for text in texts]
    with open(os.path.join(folder, "wordpiece.json"), "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
