#include "embed/torch/pair_bundle.h"

#include <cmath>
#include <filesystem>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "storage/durable_file.h"

namespace imago {
namespace {

using Json = nlohmann::ordered_json;

std::string BeginningOf(const PairTower& tower) {
  return tower.from.empty() ? "random weights"
                            : std::filesystem::path(tower.from).filename().string();
}

std::string CardJson(const std::vector<std::string>& sources, const TrainPairOptions& options,
                     const PairReport& report) {
  const Json card = {
      {"trained_by", "imago train pair"},
      {"trained_on", fmt::format("{} pictures with {} labels", report.pictures, report.labels)},
      {"sources", sources},
      {"initialised_from",
       {{"image", BeginningOf(options.image)}, {"text", BeginningOf(options.text)}}},
      {"settings", Json::parse(ShownConfig(options), nullptr, /*allow_exceptions=*/false)},
      {"results",
       {{"steps", report.steps},
        {"last_loss", report.last_loss},
        {"held_out",
         {{"recall_at_1", report.recall},
          {"pictures", report.held_out_pictures},
          {"labels", report.held_out_labels}}}}}};
  return card.dump();
}

}  // namespace

absl::StatusOr<Bundle> WritePairBundle(ClipModel& model, const std::string& tokenizer_file,
                                       const std::vector<std::string>& sources,
                                       const TrainPairOptions& options, const PairReport& report) {
  {
    const torch::NoGradGuard no_grad;
    model.logit_scale.clamp_max_(std::log(options.max_scale));
  }
  const std::string& dir = options.out_dir;
  BundleConfig config = options.model;
  config.card_json = CardJson(sources, options, report);
  if (auto status = MakeFolders(dir); !status.ok()) return status;
  auto status = SaveWeights(model, dir + "/weights.safetensors");
  if (status.ok()) status = WriteFileDurably(dir + "/" + config.tokenizer_file, tokenizer_file);
  if (status.ok()) status = WriteFileDurably(dir + "/model.json", BundleConfigToJson(config));
  if (!status.ok()) return status;
  return OpenBundle(dir);
}

}  // namespace imago
