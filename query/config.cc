#include "query/config.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "embed/strict_json.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

using nlohmann::json;

constexpr int64_t kMaxConfigBytes = 1 << 20;

// Reads the members of one object of the file. The first mistake is kept and makes later reads
// no-ops, so that a reader is a plain list of members.
class Section {
 public:
  Section(const json& object, std::string place, absl::Status& status)
      : object_(object), place_(std::move(place)), status_(status) {
    if (!object_.is_object()) Fail(fmt::format("{}: must be an object", place_));
  }
  ~Section() {
    if (!status_.ok()) return;
    for (const auto& [key, value] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
        Fail(fmt::format("{}: is not a known key", Name(key)));
      }
    }
  }
  Section(const Section&) = delete;

  template <typename T>
  void Number(const char* key, int64_t min, int64_t max, T& out) {
    const json* value = Member(key);
    if (value == nullptr) return;
    if (!value->is_number_integer() || *value < min || *value > max) {
      return Fail(fmt::format("{}: must be a whole number from {} to {}, is {}", Name(key), min,
                              max, value->dump()));
    }
    out = value->get<T>();
  }

  void String(const char* key, std::string& out) {
    const json* value = Member(key);
    if (value == nullptr) return;
    if (!value->is_string()) return Mistyped(key, "a string", *value);
    out = value->get<std::string>();
  }

  void Strings(const char* key, std::vector<std::string>& out) {
    const json* value = Member(key);
    if (value == nullptr) return;
    const auto is_string = [](const json& element) { return element.is_string(); };
    if (!value->is_array() || !std::all_of(value->begin(), value->end(), is_string)) {
      return Mistyped(key, "a list of strings", *value);
    }
    out = value->get<std::vector<std::string>>();
  }

  void Real(const char* key, double min, double max, double& out) {
    const json* value = Member(key);
    if (value == nullptr) return;
    if (!value->is_number() || !(*value >= min && *value <= max)) {
      return Fail(fmt::format("{}: must be a number from {} to {}, is {}", Name(key), min, max,
                              value->dump()));
    }
    out = value->get<double>();
  }

  const json* Member(const char* key) {
    known_.emplace_back(key);
    if (!status_.ok()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  std::string Name(const std::string& key) const {
    return place_ == "config" ? key : place_ + "." + key;
  }
  void Fail(const std::string& what) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(what);
  }

 private:
  void Mistyped(const char* key, const char* wanted, const json& value) {
    Fail(fmt::format("{}: must be {}, is {}", Name(key), wanted, value.dump()));
  }

  const json& object_;
  const std::string place_;
  absl::Status& status_;
  std::vector<std::string> known_;
};

void ReadEncoder(const json& object, absl::Status& status, EncoderOptions& out) {
  Section section(object, "encoder", status);
  std::string precision = "auto";
  section.String("precision", precision);
  if (precision == "f32") {
    out.precision = Precision::kFloat32;
  } else if (precision == "bf16") {
    out.precision = Precision::kBfloat16;
  } else if (precision != "auto") {
    section.Fail(fmt::format("encoder.precision: must be auto, f32 or bf16, is {}", precision));
  }
  section.Number("threads", 1, 1024, out.threads);
  section.Number("max_batch", 1, 4096, out.max_batch);
}

void ReadIndex(const json& object, absl::Status& status, IndexOptions& out) {
  Section section(object, "index", status);
  std::string kind(IndexKindName(out.kind));
  section.String("kind", kind);
  const auto parsed = ParseIndexKind(kind);
  if (parsed.ok()) out.kind = *parsed;
  if (!parsed.ok())
    section.Fail(fmt::format("index.kind: {}", std::string(parsed.status().message())));
  section.Number("hnsw_links", 2, 256, out.hnsw_links);
  section.Number("hnsw_ef_construction", 1, 10'000, out.hnsw_ef_construction);
  section.Number("hnsw_ef_search", 1, 10'000, out.hnsw_ef_search);
  section.Number("ivf_lists", 0, 1 << 20, out.ivf_lists);
  section.Number("ivf_probes", 1, 1 << 20, out.ivf_probes);
  section.Number("threads", 1, 1024, out.threads);
  section.Number("gpu_memory_mb", 0, 1 << 24, out.gpu_memory_mb);
}

void ReadDecode(const json& object, absl::Status& status, DecodeOptions& out) {
  Section section(object, "decode", status);
  section.Number("max_bytes", 1, int64_t{1} << 40, out.max_bytes);
  section.Number("max_pixels", 1, int64_t{1} << 40, out.max_pixels);
  section.Number("max_ratio", 1, 1 << 30, out.max_ratio);
}

void ReadServer(const json& object, absl::Status& status, ServerConfig& out) {
  Section section(object, "server", status);
  section.String("host", out.host);
  section.Number("port", 0, 65535, out.port);
  section.Number("threads", 1, 1024, out.threads);
  section.Number("max_body_bytes", 1024, int64_t{1} << 40, out.max_body_bytes);
  section.Number("timeout_ms", 1, 86'400'000, out.timeout_ms);
  section.Strings("import_roots", out.import_roots);
  section.String("token", out.token);
}

}  // namespace

absl::StatusOr<Config> ParseConfig(const std::string& text) {
  absl::Status status = CheckStrictJson(text);
  if (!status.ok()) {
    return absl::InvalidArgumentError(fmt::format("config: {}", std::string(status.message())));
  }
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  Config config;
  {
    Section section(object, "config", status);
    section.String("data_dir", config.data_dir);
    section.String("model", config.model);
    section.String("ontology", config.ontology);
    section.String("decode_worker", config.decode_worker);
    section.Real("search_target_ms", 0, 1e6, config.search_target_ms);
    if (const json* part = section.Member("encoder")) ReadEncoder(*part, status, config.encoder);
    if (const json* part = section.Member("index")) ReadIndex(*part, status, config.index);
    if (const json* part = section.Member("decode")) ReadDecode(*part, status, config.decode);
    if (const json* part = section.Member("server")) ReadServer(*part, status, config.server);
  }
  if (!status.ok()) return status;
  return config;
}

absl::StatusOr<Config> ReadConfigFile(const std::string& path) {
  const auto text = ReadFile(path, kMaxConfigBytes);
  if (!text.ok()) return text.status();
  auto config = ParseConfig(*text);
  if (!config.ok()) {
    return absl::Status(config.status().code(),
                        fmt::format("{}: {}", path, std::string(config.status().message())));
  }
  return config;
}

}  // namespace imago
