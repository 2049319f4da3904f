#ifndef IMAGO_EMBED_TORCH_ALIGNMENT_H_
#define IMAGO_EMBED_TORCH_ALIGNMENT_H_

// What a text names against what a picture shows, after CLIP-Event (Li et al. 2022, arXiv
// 2201.05078): its event and arguments are transported to the whole picture and to regions of it
// (embed/transport.h), at the cost 1 - cosine.

#include "torch/torch.h"

namespace imago {

// How much of each box [n, boxes, 4] (left, top, right, bottom, 0 to 1; edges in either order) lies
// in each place of a grid: [n, boxes, height * width], sums of 1. A box without area is in the
// place that holds it.
torch::Tensor PlacesInBoxes(const torch::Tensor& boxes, int64_t height, int64_t width);

// [n, texts, regions] of unit rows [n, texts, width] and [n, regions, width].
torch::Tensor AlignmentCosts(const torch::Tensor& texts, const torch::Tensor& regions);

// Of each picture the transport, without gradient: [n, texts, regions], of which each has the same
// weight, as each text that `there` [n, texts] says is one. The others are padding: they take no
// part and have zeros. At least one is there.
torch::Tensor AlignmentPlans(const torch::Tensor& costs, const torch::Tensor& there);

// The mean cost of the plans; its gradient draws what belongs together closer.
torch::Tensor AlignmentLoss(const torch::Tensor& costs, const torch::Tensor& there);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_ALIGNMENT_H_
