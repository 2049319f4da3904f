// Hostile taggers of events: tagger.json, a zero byte, weights.safetensors. An error, or one that
// reads a sentence into events within it, with probabilities as confidences.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "embed/event_extractor.h"

namespace {

constexpr char kSentence[] =
    "Police arrested two men after protesters attacked a bank near Kyiv's Independence Square.";

// Of this process, away at its end.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "imago-tagger-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  void Write(const char* name, std::string_view bytes) const {
    std::ofstream(path_ + "/" + name, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void Check(bool condition) {
  if (!condition) std::abort();
}

void CheckSpan(const imago::TextSpan& span) {
  Check(span.begin < span.end && span.end <= std::string_view(kSentence).size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Folder folder;
  static const auto ontology = imago::EventOntology::House().value();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(bytes.find('\0'), size);
  folder.Write("tagger.json", bytes.substr(0, end));
  folder.Write("weights.safetensors", bytes.substr(std::min(end + 1, size)));
  const auto tagger = imago::OpenTrainedExtractor(ontology, folder.path());
  if (!tagger.ok()) return 0;
  const auto events = (*tagger)->Extract(imago::TextContent{kSentence});
  Check(events.ok());
  for (const imago::Event& event : *events) {
    Check(event.confidence >= 0 && event.confidence <= 1);
    CheckSpan(event.trigger_span);
    for (const imago::EventArgument& one : event.arguments) {
      Check(one.confidence >= 0 && one.confidence <= 1);
      CheckSpan(one.span);
      CheckSpan(one.head_span);
    }
  }
  return 0;
}
