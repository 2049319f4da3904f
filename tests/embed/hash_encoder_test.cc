#include <cmath>

#include "embed/encoder.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

Image Plain(uint8_t r, uint8_t g, uint8_t b, int width = 64, int height = 64) {
  Image image{width, height, {}};
  for (int i = 0; i < width * height; ++i) image.rgb.insert(image.rgb.end(), {r, g, b});
  return image;
}

// Left one colour, right the other.
Image Halves(const Image& left, const Image& right) {
  Image image = left;
  for (size_t i = 0; i < image.rgb.size(); ++i) {
    if (i / 3 % 64 >= 32) image.rgb[i] = right.rgb[i];
  }
  return image;
}

std::vector<float> Row(const Content& content, int dim = 64) {
  const auto encoded = NewHashEncoder(dim)->Encode({&content, 1});
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  return {encoded->rows.row(0), encoded->rows.row(0) + dim};
}

float Cosine(const Content& a, const Content& b, int dim = 64) {
  const std::vector<float> x = Row(a, dim);
  const std::vector<float> y = Row(b, dim);
  float sum = 0;
  for (int i = 0; i < dim; ++i) sum += x[i] * y[i];
  return sum;
}

Content Text(const std::string& text) { return TextContent{text}; }
Content Picture(Image image) { return ImageContent{std::move(image)}; }

const struct {
  const char* name;
  uint8_t r, g, b;
} kPlain[] = {{"red", 255, 0, 0},      {"green", 0, 160, 0},     {"blue", 0, 0, 255},
              {"black", 0, 0, 0},      {"white", 255, 255, 255}, {"yellow", 255, 255, 0},
              {"grey", 128, 128, 128}, {"orange", 255, 140, 0}};

TEST(HashEncoder, MatchesPlainPicturesWithTheirColoursName) {
  for (const auto& picture : kPlain) {
    for (const auto& word : kPlain) {
      const float cosine = Cosine(Picture(Plain(picture.r, picture.g, picture.b)), Text(word.name));
      if (picture.name == word.name) {
        EXPECT_GT(cosine, 0.95f) << word.name;
      } else {
        EXPECT_LT(cosine, 0.3f) << picture.name << " " << word.name;
      }
    }
  }
}

TEST(HashEncoder, FindsEachColourOfAPictureOfTwo) {
  const Content both = Picture(Halves(Plain(255, 0, 0), Plain(0, 0, 255)));
  EXPECT_GT(Cosine(both, Text("blue and red")), Cosine(both, Text("red")));
  EXPECT_GT(Cosine(both, Text("red")), 0.5f);
  EXPECT_LT(Cosine(both, Text("green")), 0.2f);
}

TEST(HashEncoder, SeesWhereTheColoursAre) {
  const Content one = Picture(Halves(Plain(255, 0, 0), Plain(0, 0, 255)));
  const Content other = Picture(Halves(Plain(0, 0, 255), Plain(255, 0, 0)));
  EXPECT_LT(Cosine(one, other), 0.99f);
}

TEST(HashEncoder, FindsThePictureOfASentenceThatNamesItsColour) {
  const Content red = Picture(Plain(255, 0, 0));
  EXPECT_GT(Cosine(red, Text("A photo of a Red car.")), 0.9f);
  EXPECT_LT(Cosine(red, Text("a photo of a blue car")), 0.3f);
}

TEST(HashEncoder, ComparesOtherTextsByTheirWords) {
  EXPECT_GT(Cosine(Text("dog beach"), Text("The dog on the BEACH!")), 0.999f);
  EXPECT_GT(Cosine(Text("dog beach"), Text("dog park")), 0.25f);
  EXPECT_LT(Cosine(Text("dog"), Text("cathedral")), 0.5f);
  EXPECT_LT(std::abs(Cosine(Text("dog"), Picture(Plain(255, 0, 0)))), 0.1f);
}

TEST(HashEncoder, GivesUnitRowsForAnything) {
  for (const int dim : {1, 2, 8, 31, 32, 512}) {
    for (const Content& content :
         {Text(""), Text("a"), Text("red"), Text("\xff\xfe"), Text("x y z"), Text("a b c d"),
          Text("q w"), Text("e r"), Picture(Plain(9, 8, 7, 1, 1)),
          Picture(Plain(1, 2, 3, 500, 3))}) {
      double length = 0;
      for (const float value : Row(content, dim)) length += value * value;
      EXPECT_NEAR(length, 1.0, 1e-5) << dim;
    }
  }
}

TEST(HashEncoder, AnswersInTheOrderOfTheBatch) {
  const Content batch[] = {Text("dog"), Picture(Plain(255, 0, 0)), Text("cat")};
  const auto encoded = NewHashEncoder()->Encode(batch);
  ASSERT_TRUE(encoded.ok());
  EXPECT_EQ(encoded->model, "hash@00000000");
  ASSERT_EQ(encoded->rows.rows(), 3u);
  for (int i = 0; i < 3; ++i) {
    const float* row = encoded->rows.row(i);
    EXPECT_EQ(std::vector<float>(row, row + 64), Row(batch[i])) << i;
  }
  EXPECT_EQ(NewHashEncoder()->Encode({})->rows.rows(), 0u);
}

TEST(HashEncoder, NamesThePictureThatIsNone) {
  const Content batch[] = {Text("dog"), Picture(Image())};
  EXPECT_EQ(NewHashEncoder()->Encode(batch).status().message(),
            "content 1 is a picture of 0 x 0 with 0 bytes");
}

}  // namespace
}  // namespace imago
