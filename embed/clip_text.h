#ifndef IMAGO_EMBED_CLIP_TEXT_H_
#define IMAGO_EMBED_CLIP_TEXT_H_

// What CLIP's tokenizer does to text before it looks up anything (github.com/openai/CLIP).

#include <string>
#include <string_view>
#include <vector>

namespace imago {

// UTF-8 in (broken bytes become U+FFFD), cleaned and lower-cased UTF-8 out: the part of ftfy that
// needs no guessing (straight quotes, Latin ligatures and full-width forms taken apart, control
// characters and terminal escapes removed, NFC), HTML references replaced twice, blanks collapsed,
// Unicode lower case. What ftfy guesses, the repair of wrongly decoded text, is not done.
std::string CleanClipText(std::string_view text);

// The words of cleaned text: 's 't 're 've 'm 'll 'd, runs of letters, single digits, runs of
// anything else but blanks. They point into `text`. With `specials` "<|startoftext|>" and
// "<|endoftext|>" are words.
std::vector<std::string_view> SplitClipText(std::string_view text, bool specials);

}  // namespace imago

#endif  // IMAGO_EMBED_CLIP_TEXT_H_
