#include "embed/torch/alignment.h"

#include <vector>

#include "embed/transport.h"

namespace imago {
namespace {

constexpr double kLeastHalfSide = 1e-3;

// The length that the intervals [n, boxes] share with each of `count` equal parts of 0 to 1.
torch::Tensor SharedLengths(const torch::Tensor& one, const torch::Tensor& other, int64_t count) {
  const torch::Tensor begin = (torch::minimum(one, other) - kLeastHalfSide).unsqueeze(-1);
  const torch::Tensor end = (torch::maximum(one, other) + kLeastHalfSide).unsqueeze(-1);
  const torch::Tensor edges = torch::arange(count + 1, begin.options()) / count;
  return (torch::minimum(end, edges.slice(0, 1)) - torch::maximum(begin, edges.slice(0, 0, count)))
      .clamp_min(0);
}

// One picture's plan, rows that are not there zero.
void WritePlan(const torch::Tensor& costs, const torch::Tensor& there, torch::Tensor plan) {
  const torch::Tensor rows = there.nonzero().flatten();
  const torch::Tensor some = costs.index_select(0, rows).to(torch::kFloat64).contiguous();
  const double* const begin = some.data_ptr<double>();
  const auto found = PlanTransport({static_cast<size_t>(some.size(0)),
                                    static_cast<size_t>(some.size(1)),
                                    {begin, begin + some.numel()}});
  TORCH_CHECK(found.ok(), "alignment: ", found.status().message());
  plan.index_copy_(0, rows, torch::tensor(found->values).view_as(some).to(plan.scalar_type()));
}

}  // namespace

torch::Tensor PlacesInBoxes(const torch::Tensor& boxes, int64_t height, int64_t width) {
  const torch::Tensor across = SharedLengths(boxes.select(-1, 0), boxes.select(-1, 2), width);
  const torch::Tensor down = SharedLengths(boxes.select(-1, 1), boxes.select(-1, 3), height);
  const torch::Tensor shared = (down.unsqueeze(-1) * across.unsqueeze(-2)).flatten(-2);
  return shared / shared.sum(-1, /*keepdim=*/true);
}

torch::Tensor AlignmentCosts(const torch::Tensor& texts, const torch::Tensor& regions) {
  return 1 - torch::matmul(texts, regions.transpose(1, 2));
}

torch::Tensor AlignmentPlans(const torch::Tensor& costs, const torch::Tensor& there) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor plans = torch::zeros_like(costs);
  for (int64_t i = 0; i < costs.size(0); ++i) WritePlan(costs[i], there[i], plans[i]);
  return plans;
}

torch::Tensor AlignmentLoss(const torch::Tensor& costs, const torch::Tensor& there) {
  return (AlignmentPlans(costs, there) * costs).sum({1, 2}).mean();
}

}  // namespace imago
