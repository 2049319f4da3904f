#ifndef IMAGO_QUERY_EVAL_EVENT_PHOTOS_H_
#define IMAGO_QUERY_EVAL_EVENT_PHOTOS_H_

// In how many real pictures the model sees an event.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "query/engine.h"

namespace imago {

struct PhotoEvents {
  std::string path;
  std::vector<Event> events;  // most probable first
};

// Of all pictures in a folder and below, by name. kNotFound where there are none; errors of
// decoding name the file; kFailedPrecondition when the model reads no events.
absl::StatusOr<std::vector<PhotoEvents>> SeePhotoEvents(Engine& engine, const std::string& folder);

}  // namespace imago

#endif  // IMAGO_QUERY_EVAL_EVENT_PHOTOS_H_
