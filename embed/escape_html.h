#ifndef IMAGO_EMBED_ESCAPE_HTML_H_
#define IMAGO_EMBED_ESCAPE_HTML_H_

#include <string>
#include <string_view>

namespace imago {

// For text and quoted attributes.
inline std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else if (c == '\'') {
      escaped += "&#39;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace imago

#endif  // IMAGO_EMBED_ESCAPE_HTML_H_
