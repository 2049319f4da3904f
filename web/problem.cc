#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "absl/strings/cord.h"
#include "web/json.h"

namespace imago {
namespace {

constexpr char kFieldPayload[] = "imago/field";
constexpr char kHttpPayload[] = "imago/http_status";

struct Kind {
  absl::StatusCode status;
  int http;
  const char* code;
  const char* title;
};

constexpr Kind kKinds[] = {
    {absl::StatusCode::kInvalidArgument, 400, "invalid_request", "The request is not valid"},
    {absl::StatusCode::kUnauthenticated, 401, "unauthenticated", "A token is needed"},
    {absl::StatusCode::kPermissionDenied, 403, "forbidden", "Not allowed"},
    {absl::StatusCode::kNotFound, 404, "not_found", "Not found"},
    {absl::StatusCode::kAlreadyExists, 409, "conflict", "In conflict with what is there"},
    {absl::StatusCode::kFailedPrecondition, 409, "conflict", "In conflict with what is there"},
    {absl::StatusCode::kAborted, 409, "conflict", "In conflict with what is there"},
    {absl::StatusCode::kOutOfRange, 410, "gone", "No longer there"},
    {absl::StatusCode::kUnimplemented, 415, "unsupported_medium", "Not a medium that Imago reads"},
    {absl::StatusCode::kDataLoss, 422, "undecodable_medium", "The medium cannot be decoded"},
    {absl::StatusCode::kUnavailable, 503, "unavailable", "Not available just now"},
    {absl::StatusCode::kCancelled, 503, "unavailable", "Not available just now"},
    {absl::StatusCode::kDeadlineExceeded, 504, "deadline_exceeded", "It took too long"},
    {absl::StatusCode::kResourceExhausted, 507, "storage_full", "No space left"},
    {absl::StatusCode::kInternal, 500, "internal", "Something went wrong here"},
};

// Errors that have a status of HTTP but none of their own.
constexpr Kind kHttpKinds[] = {
    {absl::StatusCode::kUnknown, 405, "method_not_allowed", "No such method on this path"},
    {absl::StatusCode::kUnknown, 408, "timeout", "The request took too long to arrive"},
    {absl::StatusCode::kUnknown, 413, "too_large", "The request is too large"},
    {absl::StatusCode::kUnknown, 414, "uri_too_long", "The path is too long"},
};

const Kind& KindOf(const absl::Status& status) {
  for (const Kind& kind : kKinds) {
    if (kind.status == status.code()) return kind;
  }
  return kKinds[std::size(kKinds) - 1];
}

const Kind& KindOfHttp(int http, const Kind& otherwise) {
  for (const Kind& kind : kHttpKinds) {
    if (kind.http == http) return kind;
  }
  for (const Kind& kind : kKinds) {
    if (kind.http == http) return kind;
  }
  return otherwise;
}

std::string Payload(const absl::Status& status, const char* name) {
  const auto payload = status.GetPayload(name);
  return payload ? std::string(*payload) : "";
}

}  // namespace

absl::Status FieldError(const std::string& field, const std::string& text) {
  absl::Status status = absl::InvalidArgumentError(fmt::format("{}: {}", field, text));
  status.SetPayload(kFieldPayload, absl::Cord(field));
  return status;
}

std::string ErrorField(const absl::Status& status) {
  if (!absl::IsInvalidArgument(status)) return "";
  const std::string set = Payload(status, kFieldPayload);
  const std::string message(status.message());
  const std::string start = message.substr(0, message.find(": "));
  const bool plain =
      start.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.[]") == std::string::npos;
  return set.empty() && plain && start.size() < message.size() ? start : set;
}

absl::Status WithHttpStatus(absl::Status status, int http_status) {
  status.SetPayload(kHttpPayload, absl::Cord(std::to_string(http_status)));
  return status;
}

int HttpStatus(const absl::Status& status) {
  if (status.ok()) return 200;
  const std::string set = Payload(status, kHttpPayload);
  return set.empty() ? KindOf(status).http : std::stoi(set);
}

std::string ProblemJson(const absl::Status& status, const std::string& field,
                        const std::string& instance, const std::string& request_id) {
  const int http = HttpStatus(status);
  const Kind& own = KindOf(status);
  const Kind& kind = own.http == http ? own : KindOfHttp(http, own);
  nlohmann::ordered_json problem = {{"type", fmt::format("urn:imago:problem:{}", kind.code)},
                                    {"title", kind.title},
                                    {"status", http},
                                    {"detail", std::string(status.message())},
                                    {"instance", instance},
                                    {"code", kind.code}};
  if (!field.empty()) problem["field"] = field;
  problem["request_id"] = request_id;
  return problem.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace imago
