#include "embed/linear_probe.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "fmt/format.h"
#include "torch/torch.h"

namespace imago {
namespace {

constexpr std::array<double, 9> kStrengths = {1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5};
constexpr int kSteps = 60;
constexpr uint64_t kSeed = 1;

struct Labelled {
  torch::Tensor rows;    // [n, dim]
  torch::Tensor labels;  // [n] int64

  Labelled At(const torch::Tensor& indices) const {
    return {rows.index_select(0, indices), labels.index_select(0, indices)};
  }
};

Labelled Copy(MatrixView rows, const std::vector<int>& labels, double scale) {
  const std::vector<int64_t> wide(labels.begin(), labels.end());
  torch::Tensor values =
      torch::empty({static_cast<int64_t>(rows.rows()), static_cast<int64_t>(rows.cols())});
  for (size_t r = 0; r < rows.rows(); ++r) {
    std::copy_n(rows.row(r), rows.cols(), values.data_ptr<float>() + r * rows.cols());
  }
  return {values * scale, torch::tensor(wide, torch::kInt64)};
}

class Classifier {
 public:
  Classifier(int64_t dim, int64_t labels)
      : weight_(torch::zeros({labels, dim}).set_requires_grad(true)),
        bias_(torch::zeros({labels}).set_requires_grad(true)) {}

  void Fit(const Labelled& data, double strength) {
    torch::optim::LBFGS optimiser(
        {weight_, bias_},
        torch::optim::LBFGSOptions(1).max_iter(kSteps).line_search_fn("strong_wolfe"));
    optimiser.step([&] {
      optimiser.zero_grad();
      const torch::Tensor loss = torch::nn::functional::cross_entropy(
                                     torch::linear(data.rows, weight_, bias_), data.labels) +
                                 strength / 2 * weight_.square().sum();
      loss.backward();
      return loss;
    });
  }

  torch::Tensor Hits(const Labelled& data) const {
    const torch::NoGradGuard no_grad;
    return torch::linear(data.rows, weight_, bias_).argmax(1) == data.labels;
  }

 private:
  torch::Tensor weight_;
  torch::Tensor bias_;
};

double ChooseStrength(const Labelled& train, int64_t labels) {
  torch::manual_seed(kSeed);
  const int64_t count = train.labels.size(0);
  const torch::Tensor order = torch::randperm(count);
  const Labelled dev = train.At(order.slice(0, 0, count / 5));
  const Labelled rest = train.At(order.slice(0, count / 5));
  double best = -1;
  double chosen = kStrengths.front();
  Classifier classifier(train.rows.size(1), labels);
  for (const double strength : kStrengths) {  // each goes on from the one before
    classifier.Fit(rest, strength);
    const double right = classifier.Hits(dev).to(torch::kFloat64).mean().item<double>();
    if (right <= best) continue;
    best = right;
    chosen = strength;
  }
  return chosen;
}

}  // namespace

absl::StatusOr<ProbeResult> LinearProbe(const ProbeData& data) {
  const int labels =
      data.train_labels.empty()
          ? 0
          : *std::max_element(data.train_labels.begin(), data.train_labels.end()) + 1;
  if (data.train_labels.size() < 10 || labels < 2) {
    return absl::InvalidArgumentError(fmt::format(
        "a linear probe needs ten pictures and two labels to train on, there are {} and {}",
        data.train_labels.size(), labels));
  }
  // A unit row of d values has a variance of about 1 / d in each.
  const double scale = std::sqrt(static_cast<double>(data.train.cols()));
  const Labelled train = Copy(data.train, data.train_labels, scale);
  ProbeResult result;
  result.strength = ChooseStrength(train, labels);
  Classifier classifier(train.rows.size(1), labels);
  classifier.Fit(train, result.strength);
  const torch::Tensor hits =
      classifier.Hits(Copy(data.test, data.test_labels, scale)).to(torch::kUInt8).contiguous();
  result.hits.assign(hits.data_ptr<uint8_t>(), hits.data_ptr<uint8_t>() + hits.numel());
  return result;
}

}  // namespace imago
