#include "embed/eval_sheet.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/escaping.h"
#include "embed/decode_image.h"
#include "embed/escape_html.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr int kSide = 144;

constexpr char kHead[] = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hits and misses of {0}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 14px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 76em; padding: 0 1em; }}
.cases {{ display: flex; flex-wrap: wrap; gap: 1em; }}
.case {{ width: 152px; }} .case.two {{ width: 306px; }}
.pictures {{ display: flex; gap: 6px; align-items: end; }}
figure {{ margin: 0; width: 150px; }} figcaption, .quiet {{ opacity: .65; }}
img {{ max-width: 100%; display: block; }}
</style>
<h1>Hits and misses of {0}</h1>
<p>Drawn by chance from all hits and from all misses of each set.</p>
)";

absl::StatusOr<std::string> Picture(const std::string& path, const std::string& says) {
  DecodeOptions decode;
  decode.min_short_side = kSide;
  const auto decoded = DecodeImageFile(path, decode);
  if (!decoded.ok()) return decoded.status();
  const auto thumbnail = EncodeThumbnail(decoded->image, kSide);
  if (!thumbnail.ok()) return thumbnail.status();
  return fmt::format(
      "<figure><img alt='' src='data:image/jpeg;base64,{}'><figcaption>{}</figcaption></figure>",
      absl::Base64Escape(*thumbnail), EscapeHtml(says));
}

// A picture and its label, and what it was taken for.
absl::StatusOr<std::string> LabelCase(const EvalCase& one) {
  const auto picture = Picture(one.picture, "");
  if (!picture.ok()) return picture.status();
  return fmt::format("<div class=case>{}{}{}</div>\n", *picture, EscapeHtml(one.asked),
                     one.hit ? "" : "<br><span class=quiet>not</span> " + EscapeHtml(one.first));
}

// A caption, and the picture that came first beside its own.
absl::StatusOr<std::string> CaptionCase(const EvalCase& one) {
  std::string pictures;
  if (!one.hit) {
    const auto first = Picture(one.first_picture, "came first");
    if (!first.ok()) return first.status();
    pictures = *first;
  }
  const auto own = Picture(one.picture, one.hit ? "came first" : "should have");
  if (!own.ok()) return own.status();
  return fmt::format("<div class='case{}'><div class=pictures>{}{}</div>{}</div>\n",
                     one.hit ? "" : " two", pictures, *own, EscapeHtml(one.asked));
}

absl::StatusOr<std::string> Cases(const EvalSample& sample, bool hits) {
  std::string cases;
  size_t shown = 0;
  for (const EvalCase& one : sample.cases) {
    if (one.hit != hits) continue;
    const auto html = one.first_picture.empty() ? LabelCase(one) : CaptionCase(one);
    if (!html.ok()) return html.status();
    cases += *html;
    ++shown;
  }
  return fmt::format("<h3>{} of {} {}</h3>\n<div class=cases>\n{}</div>\n", shown,
                     hits ? sample.hits : sample.misses, hits ? "hits" : "misses", cases);
}

}  // namespace

absl::StatusOr<std::string> EvalSheetToHtml(const EvalReport& report) {
  std::string html = fmt::format(kHead, EscapeHtml(report.model));
  for (const EvalSample& sample : report.samples) {
    fmt::format_to(std::back_inserter(html), "<h2>{}</h2>\n", EscapeHtml(sample.set));
    for (const bool hits : {true, false}) {
      const auto cases = Cases(sample, hits);
      if (!cases.ok()) return cases.status();
      html += *cases;
    }
  }
  return html + "</html>\n";
}

}  // namespace imago
