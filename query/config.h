#ifndef IMAGO_QUERY_CONFIG_H_
#define IMAGO_QUERY_CONFIG_H_

// One struct with defaults, one JSON file, flags over it.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/decode_image.h"
#include "embed/encoder.h"
#include "index/vector_index.h"

namespace imago {

struct ServerConfig {
  std::string host = "127.0.0.1";
  int port = 8080;  // 0: any free one
  int threads = 8;  // eight connections for each, or 512 in all, may be open at a time
  int64_t max_body_bytes = 64 << 20;
  int timeout_ms = 30'000;                // of a search, after which it is answered by an error
  std::vector<std::string> import_roots;  // folders that POST /v1/imports may read; empty: none but
                                          // those given on the command line
  std::string token;  // when set, every /v1 request needs "Authorization: Bearer <token>"
};

struct Config {
  std::string data_dir;  // default: $XDG_DATA_HOME/imago, else ~/.local/share/imago
  std::string model;     // bundle folder or a name under data_dir/models; empty: the starter bundle
                         // shipped with the program
  EncoderOptions encoder;
  IndexOptions index;
  double search_target_ms = 20;  // an exact search that is expected to take no longer is preferred
                                 // to an approximate one (planner.h)
  DecodeOptions decode;
  std::string ontology;  // file with further types of events (embed/event_ontology.h), or empty
  std::string decode_worker;  // program that decodes untrusted files in a process of its own
                              // (embed/decode_worker.h); empty: decoding happens in this process
  ServerConfig server;
};

// {"data_dir":..., "model":..., "encoder":{"precision":"auto"|"f32"|"bf16","threads","max_batch"},
//  "search_target_ms":20, "index":{"kind":"exact"|"hnsw"|"ivf"|"gpu",...},
//  "decode":{"max_bytes","max_pixels","max_ratio"}, "ontology":..., "decode_worker":...,
//  "server":{"host","port","threads","max_body_bytes","timeout_ms","import_roots","token"}}
// with the names and units of the structs' fields. Unknown keys, doubled keys and mistyped or
// senseless values are kInvalidArgument and named. Absent keys keep their defaults.
absl::StatusOr<Config> ParseConfig(const std::string& json);
absl::StatusOr<Config> ReadConfigFile(const std::string& path);
std::string DefaultDataDir();
// The folder of the bundle that `config` asks for: `config.model` as a folder, or the bundle of
// that name ("clip" or "clip@1a2b3c4d", of several the last by name) among data_dir/models and the
// starter bundles. Without a model: the starter bundle. Starter bundles are looked for in
// $IMAGO_MODELS, in models/ beside the program and in the folders above it, and in the source tree
// it was built from; of several in one place the one named by its text file DEFAULT. kNotFound says
// where it looked.
absl::StatusOr<std::string> ResolveModelDir(const Config& config);
// The trained tagger of events (OpenTrainedExtractor), looked for in the same places as
// starter bundles, under the name imago-event-tagger; empty when there is none.
std::string FindEventTagger();

}  // namespace imago

#endif  // IMAGO_QUERY_CONFIG_H_
