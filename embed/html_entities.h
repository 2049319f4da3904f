#ifndef IMAGO_EMBED_HTML_ENTITIES_H_
#define IMAGO_EMBED_HTML_ENTITIES_H_

#include <string>
#include <string_view>

namespace imago {

// UTF-8 in and out. Replaces "&eacute;", "&#233;" and "&#xE9;" by what they stand for, as HTML 5
// says (code points of Windows-1252 too, surrogates and the like to U+FFFD, and the old names also
// without a semicolon), once. It knows the 252 names of HTML 4, "apos" and the six in capitals;
// the some 1,900 names that only HTML 5 has stay as they are.
std::string UnescapeHtml(std::string_view text);

}  // namespace imago

#endif  // IMAGO_EMBED_HTML_ENTITIES_H_
