#include "embed/tsv.h"

#include <algorithm>

#include "embed/decode_image.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr int64_t kMaxBytes = 1 << 30;

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

}  // namespace

absl::StatusOr<std::vector<TsvRow>> ReadTsv(const std::string& path,
                                            const std::vector<std::string>& columns) {
  const auto text = ReadFile(path, kMaxBytes);
  if (!text.ok()) return text.status();
  std::vector<std::string> lines = Split(*text, '\n');
  if (lines.back().empty()) lines.pop_back();
  for (std::string& line : lines) {
    if (line.ends_with('\r')) line.pop_back();
  }
  const std::vector<std::string> names =
      lines.empty() ? std::vector<std::string>() : Split(lines[0], '\t');
  for (const std::string& column : columns) {
    if (std::find(names.begin(), names.end(), column) == names.end()) {
      return absl::InvalidArgumentError(fmt::format("{} has no column \"{}\"", path, column));
    }
  }
  std::vector<TsvRow> rows;
  for (size_t i = 1; i < lines.size(); ++i) {
    std::vector<std::string> fields = Split(lines[i], '\t');
    if (fields.size() != names.size()) {
      return absl::InvalidArgumentError(fmt::format("{}:{} has {} fields, the header has {}", path,
                                                    i + 1, fields.size(), names.size()));
    }
    TsvRow& row = rows.emplace_back();
    for (size_t f = 0; f < names.size(); ++f) row[names[f]] = std::move(fields[f]);
  }
  return rows;
}

}  // namespace imago
