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
  int threads = 8;
  int64_t max_body_bytes = 64 << 20;
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
  DecodeOptions decode;
  ServerConfig server;
};

// Unknown keys and mistyped values are errors that name them. Absent keys keep their defaults.
absl::StatusOr<Config> ParseConfig(const std::string& json);
absl::StatusOr<Config> ReadConfigFile(const std::string& path);
std::string DefaultDataDir();
// The folder of the bundle that `config` asks for. Looks for the starter bundles beside the
// program, in the source tree it was built from, and in $IMAGO_MODELS.
absl::StatusOr<std::string> ResolveModelDir(const Config& config);

}  // namespace imago

#endif  // IMAGO_QUERY_CONFIG_H_
