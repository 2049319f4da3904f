// Bodies of searches, counts and embeddings from anyone. What is accepted keeps the limits.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "web/json.h"

namespace {

absl::StatusOr<imago::Image> NoPicture(const std::string& bytes) {
  if (bytes.size() % 2 == 1) return absl::DataLossError("is torn");
  return imago::Image{1, 1, {0, 0, 0}};
}

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckQuery(const imago::Query& query) {
  Check(!query.terms.empty() && query.terms.size() <= 16);
  Check(query.limit >= 1 && query.limit <= 1000);
  for (const imago::Term& term : query.terms) {
    Check(term.weight != 0 && term.text.size() <= 4096);
    Check(!term.text.empty() + !term.item_id.empty() + term.image.has_value() +
              term.event.has_value() ==
          1);
    if (!term.event) continue;
    Check(!term.event->type.empty() || !term.event->roles.empty());
    for (const imago::RoleWish& wish : term.event->roles) {
      Check(!wish.role.empty() && wish.filler.size() <= 4096);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto query = imago::ParseQuery(body, NoPicture);
  if (query.ok()) CheckQuery(*query);
  // A problem about any input can be written.
  Check(!imago::ProblemJson(query.status(), imago::ErrorField(query.status()), body, "r").empty());
  const auto queries = imago::ParseQueries(body, NoPicture);
  if (queries.ok()) {
    for (const imago::Query& one : *queries) CheckQuery(one);
  }
  const auto inputs = imago::ParseInputs(body, NoPicture);
  Check(!inputs.ok() || !inputs->empty());
  (void)imago::ParseCount(body);
  return 0;
}
