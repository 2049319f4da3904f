#ifndef IMAGO_WEB_JSON_H_
#define IMAGO_WEB_JSON_H_

// The JSON that people and programs see, the same for REST and for the command line's --json.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/engine.h"
#include "query/query.h"

namespace imago {

// A picture file's bytes to a picture, as Engine::DecodePicture.
using PictureDecode = std::function<absl::StatusOr<Image>(const std::string& bytes)>;

// A search request's body. Errors are kInvalidArgument and start with the field ("limit: must be 1
// to 1000, is 0"), which ErrorField gives back. Pictures given as {"image":{"base64":...}} are
// decoded with `decode`, whose errors keep their HTTP status.
absl::StatusOr<Query> ParseQuery(const std::string& body, const PictureDecode& decode);
// {"searches":[<search>, ...]}, at most 64.
absl::StatusOr<std::vector<Query>> ParseQueries(const std::string& body,
                                                const PictureDecode& decode);
// {"filter":{...}}.
absl::StatusOr<Filter> ParseCount(const std::string& body);
// {"inputs":[{"text":...},{"image":{"base64":...}}]}, 1 to 256 of them.
absl::StatusOr<std::vector<Content>> ParseInputs(const std::string& body,
                                                 const PictureDecode& decode);
// {"inputs":[{"image":{...},"collection":...}], "labels":[...], "templates":[...] or "prompts":...,
// "top":...}, 1 to 64 pictures. Labels and templates are as CheckLabelPrompts wants them.
absl::StatusOr<ClassifyRequest> ParseClassify(const std::string& body, const PictureDecode& decode);

std::string AnswerToJson(const Answer& answer, const std::string& request_id);
// Metadata that is no JSON object is left out. "asset_path" is the id as one path segment: bytes
// that are not UTF-8 survive in it, while in "asset_id" they are replaced.
std::string ItemToJson(const Item& item);
std::string EmbeddingsToJson(const Embeddings& embeddings);
// `paths`, where there are any, belong to the results one by one.
std::string ClassificationToJson(const Classification& answer,
                                 const std::vector<std::string>& paths = {});
std::string PromptBankToJson();
std::string CollectionStatsToJson(const CollectionStats& stats);
std::string StatsToJson(const std::vector<CollectionStats>& stats);
std::string FindingsToJson(const std::vector<Finding>& findings);

// kInvalidArgument "<field>: <text>".
absl::Status FieldError(const std::string& field, const std::string& text);
// The field that an invalid argument is about: FieldError's, or what stands before the first ": "
// of the message where that reads like one; else empty.
std::string ErrorField(const absl::Status& status);

// One table for all: HTTP status of an error.
int HttpStatus(const absl::Status& status);
// The same with another HTTP status than its code's.
absl::Status WithHttpStatus(absl::Status status, int http_status);
// application/problem+json (RFC 9457). `field` may be empty.
std::string ProblemJson(const absl::Status& status, const std::string& field,
                        const std::string& instance, const std::string& request_id);

}  // namespace imago

#endif  // IMAGO_WEB_JSON_H_
