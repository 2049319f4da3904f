#ifndef IMAGO_QUERY_EVENT_SCENES_H_
#define IMAGO_QUERY_EVENT_SCENES_H_

// Drawn event scenes of held-out pairs of fillers (embed/stage.h) as a collection to search in.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "embed/stage.h"
#include "query/engine.h"

namespace imago {

// Told what is done, pictures and then queries.
using EventSearchProgress =
    std::function<void(const std::string& what, uint64_t done, uint64_t total)>;

// The scenes: of four, the second is the first with its roles exchanged.
std::vector<EventScene> EventSearchScenes(uint64_t count);

// Whether scene i is one of the other two, which are of all types alike. What has no roles to
// exchange is never the first of four but may be its wrong event, as a scorer of texts finds out.
inline bool IsAnyScene(size_t i) { return i % 4 >= 2; }

// The item of scene i, and the scene of an item.
std::string SceneId(size_t i);
size_t SceneOf(const std::string& id);

// Writes the scenes with what the engine's model sees in their pictures. kFailedPrecondition when
// it reads no events.
absl::Status FillWithScenes(Engine& engine, Collection& collection,
                            const std::vector<EventScene>& scenes,
                            const EventSearchProgress& progress);

}  // namespace imago

#endif  // IMAGO_QUERY_EVENT_SCENES_H_
