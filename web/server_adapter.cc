#include "web/server_adapter.h"

#include <fmt/format.h>

#include <algorithm>

#include "web/json.h"

namespace imago {
namespace {

constexpr size_t kMaxParts = 16;

std::string AsciiLower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// Counts what arrives against the limits.
struct Meter {
  const BodyLimits& limits;
  size_t bytes = 0;
  absl::Status status;

  bool Take(size_t more) {
    bytes += more;
    if (bytes > limits.max_bytes) {
      status = WithHttpStatus(
          FieldError("body", fmt::format("at most {} bytes are taken", limits.max_bytes)), 413);
    } else if (std::chrono::steady_clock::now() > limits.deadline || limits.give_up()) {
      status = WithHttpStatus(FieldError("body", "took too long to arrive"), 408);
    }
    return status.ok();
  }
};

bool ReadParts(const httplib::ContentReader& reader, Meter* meter, HttpRequest* to) {
  return reader(
      [&](const auto& part) {
        if (to->parts.size() == kMaxParts) {
          meter->status = FieldError("body", fmt::format("at most {} parts are taken", kMaxParts));
          return false;
        }
        to->parts.push_back({part.name, part.filename, part.content_type, ""});
        return meter->Take(part.name.size());
      },
      [&](const char* data, size_t size) {
        to->parts.back().body.append(data, size);
        return meter->Take(size);
      });
}

}  // namespace

HttpRequest ConvertHead(const httplib::Request& from, std::string id) {
  HttpRequest to;
  to.id = std::move(id);
  to.method = from.method;
  to.path = from.target.substr(0, from.target.find('?'));
  for (const auto& [name, value] : from.headers) to.headers.emplace(AsciiLower(name), value);
  for (const auto& [name, value] : from.params) to.query.emplace(name, value);
  to.multipart = from.is_multipart_form_data();
  to.gone = from.is_connection_closed;
  return to;
}

void ConvertResponse(HttpResponse from, httplib::Response* to) {
  to->status = from.status;
  to->headers.clear();
  for (const auto& [name, value] : from.headers) to->set_header(name, value);
  to->set_content(std::move(from.body), from.content_type);
}

absl::Status ReadBody(const httplib::ContentReader& reader, const BodyLimits& limits,
                      HttpRequest* to) {
  Meter meter{limits, 0, absl::OkStatus()};
  const bool read =
      to->multipart ? ReadParts(reader, &meter, to) : reader([&](const char* data, size_t size) {
        to->body.append(data, size);
        return meter.Take(size);
      });
  if (!meter.status.ok() || read) return meter.status;
  return FieldError("body", "is broken off, or not what its headers say");
}

}  // namespace imago
