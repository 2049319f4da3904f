#include "embed/torch/micro_batches.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace imago {
namespace {

std::vector<torch::Tensor> CopyBuffers(const torch::nn::Module& module) {
  std::vector<torch::Tensor> copies;
  for (const torch::Tensor& buffer : module.buffers()) copies.push_back(buffer.clone());
  return copies;
}

void RestoreBuffers(const std::vector<torch::Tensor>& copies, torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> buffers = module.buffers();
  for (size_t i = 0; i < buffers.size(); ++i) buffers[i].copy_(copies[i]);
}

}  // namespace

MicroBatches::MicroBatches(torch::nn::Module& tower, Encode encode, int64_t count, int64_t micro)
    : tower_(tower),
      encode_(std::move(encode)),
      count_(count),
      micro_(micro == 0 ? count : std::min(micro, count)) {}

torch::Tensor MicroBatches::Forward(bool trained) {
  if (trained && micro_ == count_) {
    kept_ = encode_(0, count_);
    return kept_.detach();
  }
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> before = CopyBuffers(tower_);
  std::vector<torch::Tensor> rows;
  for (int64_t begin = 0; begin < count_; begin += micro_) {
    rows.push_back(encode_(begin, std::min(micro_, count_ - begin)));
  }
  RestoreBuffers(before, tower_);
  return torch::cat(rows);
}

void MicroBatches::Backward(const torch::Tensor& gradient) {
  if (kept_.defined()) {
    kept_.backward(gradient);
    kept_ = torch::Tensor();
    return;
  }
  for (int64_t begin = 0; begin < count_; begin += micro_) {
    const int64_t count = std::min(micro_, count_ - begin);
    encode_(begin, count).backward(gradient.narrow(0, begin, count));
  }
}

}  // namespace imago
