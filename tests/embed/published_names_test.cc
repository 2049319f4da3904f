// Every published name goes to one of ours and back.

#include "embed/published_names.h"

#include "gtest/gtest.h"
#include "tests/support/published_clip.h"

namespace imago {
namespace {

void ExpectBothWays(const std::vector<TensorToWrite>& tensors, ClipLayout layout) {
  for (const TensorToWrite& tensor : tensors) {
    if (IsNoWeight(tensor.name)) continue;
    const auto place = PlaceInBundle(tensor.name, layout);
    ASSERT_TRUE(place) << tensor.name;
    const auto back = PlaceInLayout(place->name, layout);
    ASSERT_TRUE(back) << place->name;
    EXPECT_EQ(back->names.size(), static_cast<size_t>(place->parts)) << tensor.name;
    EXPECT_EQ(back->names[static_cast<size_t>(place->part)], tensor.name);
    EXPECT_EQ(back->transposed, place->transposed);
    EXPECT_EQ(back->is_scalar, place->is_scalar);
  }
}

TEST(PublishedNames, GoBothWaysInEveryLayout) {
  for (const char* name : {"tiny-quick", "tiny-resnet"}) {
    const auto open_ai = OpenAiClip(ReadClipGolden(name));
    ExpectBothWays(open_ai, ClipLayout::kOpenAi);
    ExpectBothWays(OpenClipWithTextTower(open_ai), ClipLayout::kOpenClip);
  }
  ExpectBothWays(HuggingFaceClip(OpenAiClip(ReadClipGolden("tiny-quick"))),
                 ClipLayout::kHuggingFace);
  ExpectBothWays(SiglipTensors(ReadSiglipGolden("siglip-tiny")), ClipLayout::kSiglip);
}

TEST(PublishedNames, JoinQueriesKeysAndValuesInThisOrder) {
  const auto back =
      PlaceInLayout("text.transformer.resblocks.3.attn.in_proj_bias", ClipLayout::kHuggingFace);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->names,
            (std::vector<std::string>{"text_model.encoder.layers.3.self_attn.q_proj.bias",
                                      "text_model.encoder.layers.3.self_attn.k_proj.bias",
                                      "text_model.encoder.layers.3.self_attn.v_proj.bias"}));
}

TEST(PublishedNames, AreNoneOfALayoutThatLacksThem) {
  EXPECT_FALSE(PlaceInBundle("vision_model.head.probe", ClipLayout::kHuggingFace));
  EXPECT_FALSE(PlaceInBundle("vision_model.encoder.layers.1", ClipLayout::kHuggingFace));
  EXPECT_FALSE(PlaceInBundle("vision_model.encoder.layers.1.x", ClipLayout::kSiglip));
  EXPECT_FALSE(PlaceInLayout("image.attnpool.probe", ClipLayout::kHuggingFace));
  EXPECT_FALSE(PlaceInLayout("logit_bias", ClipLayout::kOpenAi));
}

}  // namespace
}  // namespace imago
