#ifndef IMAGO_WEB_JSON_H_
#define IMAGO_WEB_JSON_H_

// The JSON that people and programs see, the same for REST and for the command line's --json.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/engine.h"
#include "query/query.h"

namespace imago {

// A search request's body. Errors are kInvalidArgument and start with the field ("limit: must be 1
// to 1000, is 0"). Pictures given as
// {"image":{"base64":...}} are decoded with `decode`.
absl::StatusOr<Query> ParseQuery(const std::string& body, const DecodeOptions& decode);
std::string AnswerToJson(const Answer& answer, const std::string& request_id);
std::string ItemToJson(const Item& item);
std::string EmbeddingsToJson(const Embeddings& embeddings);
std::string StatsToJson(const std::vector<CollectionStats>& stats);
std::string FindingsToJson(const std::vector<Finding>& findings);

// One table for all: HTTP status of an error.
int HttpStatus(const absl::Status& status);
// application/problem+json (RFC 9457). `field` may be empty.
std::string ProblemJson(const absl::Status& status, const std::string& field,
                        const std::string& instance, const std::string& request_id);

}  // namespace imago

#endif  // IMAGO_WEB_JSON_H_
