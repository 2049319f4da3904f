#ifndef IMAGO_EMBED_BUNDLE_H_
#define IMAGO_EMBED_BUNDLE_H_

// A model bundle: a folder with model.json, weights.safetensors and the tokenizer's file.
//
// model.json (unknown keys are errors):
//   {"format":1, "family":"clip", "name":"imago-clip-starter", "dim":384,
//    "preprocess":{"size":224,"mode":"short_side","mean":[..],"std":[..]},
//    "tokenizer":{"kind":"wordpiece","file":"vocab.txt","max_tokens":64},
//    "image_tower":{"kind":"efficientnet-lite2", ...}, "text_tower":{"kind":"bert", ...},
//    "card":{"trained_on":..,"initialised_from":..,"licence":..,"results":{..}}}
// All keys but "card", "events" (picture_events.h) and "relations" ({"width":32, "channels":4}) are
// required. Family "hash" (the deterministic twin of encoder.h) has the name "hash" and neither
// tokenizer nor towers nor weights.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/picture_events.h"
#include "embed/preprocess.h"
#include "embed/tokenizer.h"

namespace imago {

// A tower's kind and its hyper-parameters, all numbers ("width", "layers", "heads", "patch", ...)
// or words
// ("activation": "quick_gelu").
struct TowerConfig {
  std::string kind;
  std::map<std::string, int64_t> numbers;
  std::map<std::string, std::string> words;

  friend bool operator==(const TowerConfig&, const TowerConfig&) = default;
};

// What tells pictures and texts of the same things apart (embed/torch/relations.h).
struct RelationConfig {
  int width = 0;  // 0: the model has none
  int channels = 4;

  friend bool operator==(const RelationConfig&, const RelationConfig&) = default;
};

struct BundleConfig {
  std::string family = "clip";
  std::string name;
  int dim = 0;
  PreprocessOptions preprocess;
  TokenizerKind tokenizer_kind = TokenizerKind::kClipBpe;
  std::string tokenizer_file;  // a plain name within the folder
  int max_tokens = 77;
  TowerConfig image_tower;
  TowerConfig text_tower;
  PictureEventConfig events;  // no types: the model reads no events
  RelationConfig relations;
  std::string card_json = "{}";  // an object; anything else is written as {"note": card_json}

  friend bool operator==(const BundleConfig&, const BundleConfig&) = default;
};

struct Bundle {
  std::string dir;
  // "<name>@<hash8>", hash8 from the sha256 of all that decides what it answers: its weights, the
  // tokenizer's file and model.json but for its card; "hash@00000000" for the hash family.
  std::string id;
  BundleConfig config;
};

// kInvalidArgument names the key that is unknown, missing or out of range.
absl::StatusOr<BundleConfig> ParseBundleConfig(const std::string& model_json);
std::string BundleConfigToJson(const BundleConfig& config);
// Reads model.json and hashes the weights; does not load them.
absl::StatusOr<Bundle> OpenBundle(const std::string& dir);
// All bundles below `models_dir`, by name; folders that are none or hidden are skipped, broken ones
// reported in `errors` (may be null).
std::vector<Bundle> ListBundles(const std::string& models_dir, std::vector<std::string>* errors);

}  // namespace imago

#endif  // IMAGO_EMBED_BUNDLE_H_
