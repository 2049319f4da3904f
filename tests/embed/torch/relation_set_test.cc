// The data that relations learn from, of a tiny world and random networks.

#include "embed/torch/relation_set.h"

#include <set>

#include "embed/stage.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/picture_features.h"
#include "embed/train_texts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/sentence_support.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

constexpr char kTrunk[] = "efficientnet-lite0";
constexpr PosteriorHeadShape kShape = {1280, 6, kTinySentenceWidth, 8, 4, 0.5};
constexpr int64_t kScenes = 12;
constexpr int64_t kPhotos = 12;

// The network's random weights as tools/convert_pretrained.py writes them.
std::string WriteTrunk() {
  EfficientNetLite trunk(*EfficientNetLiteVariant(kTrunk), TowerInit::kNone);
  FillWithNoise(trunk);
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, weight] : WeightsByName(trunk)) {
    const torch::Tensor values = weight.detach().contiguous();
    tensors.push_back({name, TensorType::kF32, values.sizes().vec(),
                       std::string(static_cast<const char*>(values.data_ptr()), values.nbytes())});
  }
  const std::string dir = MakeTempDir();
  const auto status = WriteSafetensors(dir + "/" + kTrunk + ".safetensors", tensors, {});
  EXPECT_TRUE(status.ok()) << status;
  return dir;
}

// Twelve photos of as many labels to train on, and rows that nothing may train on.
std::string WritePhotos() {
  const std::string dir = MakeTempDir();
  std::string table = "file\tsource\tlabel\tsplit\tuse\n";
  for (uint32_t i = 0; i < kPhotos; ++i) {
    const std::string file = std::to_string(i) + ".bmp";
    WriteTestFile(dir + "/" + file, BmpFile(SeededImage(i, 24)));
    table += file + "\ts\tthing " + std::string(1, static_cast<char>('a' + i)) + "\ttrain\ttrain\n";
  }
  table += "gone.bmp\ts\tthing x\ttest\ttrain\ngone.bmp\ts\tthing y\ttrain\tmeasure\n";
  WriteTestFile(dir + "/photos.tsv", table);
  return dir + "/photos.tsv";
}

class RelationSetTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = new Shared;
    shared_->options = MakeOptions();
    auto lite = LoadPretrainedLite(shared_->options.pretrained_dir, kTrunk);
    ASSERT_TRUE(lite.ok()) << lite.status();
    shared_->data.lite = *std::move(lite);
    shared_->data.sentences = TinySentences();
    torch::manual_seed(22);
    shared_->model =
        MakeStarterModel(kShape,
                         {torch::randn({6, 1280}), torch::zeros({6}),
                          torch::nn::functional::normalize(torch::randn({6, kTinySentenceWidth}))},
                         3);
    shared_->relations = Load(shared_->phases);
    ASSERT_TRUE(shared_->relations.ok()) << shared_->relations.status();
  }
  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }

  static TrainClipOptions MakeOptions() {
    TrainClipOptions options;
    options.manifest = WritePhotos();
    options.pretrained_dir = WriteTrunk();
    options.cache_dir = MakeTempDir();
    options.trunk = kTrunk;
    options.encode_size = 32;
    options.precision = Precision::kFloat32;
    options.relation_scenes = kScenes;
    options.relation_width = 64;
    options.relation_layers = 3;
    return options;
  }

  static absl::StatusOr<RelationData> Load(std::set<std::string>& phases,
                                           const std::string& tuning = "none") {
    TrainControl control;
    control.on_progress = [&](const TrainProgress& now) { phases.insert(now.phase); };
    return LoadRelationData(shared_->options, shared_->data, *shared_->model, tuning, control);
  }

  static const RelationData& Data() { return *shared_->relations; }

  // The row of a text by the definition.
  static torch::Tensor TextRow(const std::string& text) {
    const torch::NoGradGuard no_grad;
    const SentenceEncoder& sentences = shared_->data.sentences;
    const std::vector<int32_t> ids = sentences.tokenizer->Encode(text, 24);
    const torch::Tensor length = torch::full({1}, static_cast<int64_t>(ids.size()), torch::kInt64);
    return shared_->model->centre->Forward(sentences.bert->Forward(
        torch::tensor(ids, torch::kInt32).to(torch::kInt64).unsqueeze(0), length))[0];
  }

  static torch::Tensor Pixels(const Image& image) {
    torch::Tensor pixels = torch::empty({1, 3, 32, 32});
    Preprocess(ResizeAndCrop(image, LitePreprocess(32)), LitePreprocess(32),
               pixels.data_ptr<float>());
    return pixels;
  }

  // The row of a picture that has the encoder's size.
  static torch::Tensor PictureRow(const Image& image) {
    const torch::NoGradGuard no_grad;
    return shared_->model->head->Semantic(shared_->data.lite.trunk->Features(Pixels(image)))[0];
  }
  // The map before the network's last layer, [h, w, channels].
  static torch::Tensor PictureMap(const Image& image) {
    const torch::NoGradGuard no_grad;
    EfficientNetLite& trunk = *shared_->data.lite.trunk;
    return trunk.PlacesBefore(Pixels(image), trunk.blocks())[0].permute({1, 2, 0});
  }

  static World PictureWorld() {
    return *World::OfPictures(*ReadWorldPictures(shared_->options.manifest));
  }

  struct Shared {
    TrainClipOptions options;
    TrainData data;
    std::shared_ptr<StarterModel> model;
    std::set<std::string> phases;  // of the first loading
    absl::StatusOr<RelationData> relations = absl::UnknownError("not loaded");
  };
  static Shared* shared_;
};

RelationSetTest::Shared* RelationSetTest::shared_ = nullptr;

void ExpectNear(const torch::Tensor& row, const torch::Tensor& expected, int64_t i) {
  EXPECT_TRUE(torch::allclose(row, expected, 1e-2, 3e-3))
      << i << ": " << (row - expected).abs().max().item<float>();
}

// Of twelve scenes the first four are of shapes, the next of pictures, the last of events; the odd
// ones are counterparts.
Scene PlainSceneAt(const World& world, int64_t i) {
  Scene scene = world.Draw(ScenePart::kTrain, static_cast<uint64_t>(i / 2));
  return i % 2 == 0 ? scene : World::Exchanged(std::move(scene));
}
EventPair EventAt(int64_t i) {
  const EventPair pair = DrawEventPair(ScenePart::kTrain, static_cast<uint64_t>(i / 2));
  return i % 2 == 0 ? pair : Exchanged(pair);
}

TEST_F(RelationSetTest, CaptionsAreThoseOfTheScenesEachBeforeItsCounterparts) {
  const RelationTexts& captions = Data().train.captions;
  ASSERT_EQ(captions.rows.size(0), kScenes);
  const World shapes;
  const World pictures = PictureWorld();
  for (int64_t i = 0; i < kScenes; ++i) {
    const std::string caption =
        i < 8 ? PlainSceneAt(i < 4 ? shapes : pictures, i).caption : EventAt(i).scene.caption;
    ExpectNear(captions.rows[i], TextRow(caption), i);
    EXPECT_NE(captions.keys[i].item<int64_t>(), captions.keys[i ^ 1].item<int64_t>());
  }
  EXPECT_EQ(captions.lengths.size(0), kScenes);
  EXPECT_LE(captions.lengths.max().item<int64_t>(), 24);
  EXPECT_EQ(captions.words.count(), kScenes);
}

// Rows of a random network hardly differ, its maps do.
TEST_F(RelationSetTest, PicturesAreThoseOfTheScenes) {
  const RelationPictures& scenes = Data().train.scenes;
  ASSERT_EQ(scenes.maps.count(), kScenes);
  ASSERT_EQ(scenes.rows.size(0), kScenes);
  const World shapes;
  const World pictures = PictureWorld();
  std::vector<torch::Tensor> maps;
  for (int64_t i = 0; i < kScenes; ++i) {
    const World& world = i < 4 ? shapes : pictures;
    const auto picture = i < 8
                             ? world.Render(PlainSceneAt(world, i), 32)
                             : absl::StatusOr<Image>(RenderEventScene(EventAt(i).scene, 32).image);
    ASSERT_TRUE(picture.ok()) << picture.status();
    ExpectNear(scenes.rows[i], PictureRow(*picture), i);
    maps.push_back(PictureMap(*picture));
  }
  const torch::Tensor loaded = scenes.maps.All().to(torch::kFloat32);
  for (int64_t i = 0; i < kScenes; ++i) {
    const double own = (loaded[i] - maps[i]).norm().item<double>();
    for (int64_t j = 0; j < kScenes; ++j) {
      if (j == i) continue;
      EXPECT_LT(own, 0.2 * (loaded[i] - maps[j]).norm().item<double>()) << i << " " << j;
    }
  }
}

TEST_F(RelationSetTest, TestScenesAreOfTheHeldOutPart) {
  const RelationData& data = Data();
  ASSERT_EQ(data.test_scenes.rows.size(0), 1200);
  ASSERT_EQ(data.test_captions.rows.size(0), 1200);
  const Scene first = World().Draw(ScenePart::kTest, 0);
  ExpectNear(data.test_captions.rows[0], TextRow(first.caption), 0);
  ExpectNear(data.test_captions.rows[1], TextRow(first.wrong), 1);
  ExpectNear(data.test_captions.rows[1199], TextRow(DrawEventPair(ScenePart::kTest, 599).wrong),
             1199);
}

TEST_F(RelationSetTest, PlainPhotosAreThoseThatMayTrain) {
  const RelationSet& train = Data().train;
  ASSERT_EQ(train.photos.rows.size(0), kPhotos);
  for (uint32_t i = 0; i < kPhotos; ++i) {
    ExpectNear(train.photos.rows[i], PictureRow(SeededImage(i, 24)), i);
  }
  const auto texts = static_cast<int64_t>(LabelTemplates().size());
  ASSERT_EQ(train.plain.rows.size(0), kPhotos * texts);
  ExpectNear(train.plain.rows[texts], TextRow("a photo of a thing b."), texts);
}

TEST_F(RelationSetTest, ShapesFollowFromNetworksAndOptions) {
  const RelationData& data = Data();
  EXPECT_EQ(data.image_shape.in, 320);
  EXPECT_EQ(data.text_shape.in, kTinySentenceWidth);
  for (const RelationShape& shape : {data.image_shape, data.text_shape}) {
    EXPECT_EQ(shape.width, 64);
    EXPECT_EQ(shape.layers, 3);
    EXPECT_EQ(shape.out, kTinySentenceWidth);
  }
}

TEST_F(RelationSetTest, ComputesNothingTwice) {
  EXPECT_THAT(shared_->phases, testing::Contains("maps of scenes-train"));
  std::set<std::string> phases;
  const auto again = Load(phases);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(phases, testing::IsEmpty());
  EXPECT_TRUE(torch::equal(again->train.scenes.rows, Data().train.scenes.rows));
  EXPECT_TRUE(torch::equal(again->test_captions.rows, Data().test_captions.rows));
}

TEST_F(RelationSetTest, StopsWhenAskedTo) {
  TrainControl control;
  control.stop = true;
  TrainClipOptions options = shared_->options;
  options.cache_dir = MakeTempDir();
  const auto data = LoadRelationData(options, shared_->data, *shared_->model, "none", control);
  EXPECT_TRUE(absl::IsCancelled(data.status())) << data.status();
}

TEST_F(RelationSetTest, NamesTooSmallAWorld) {
  TrainControl control;
  TrainClipOptions options = shared_->options;
  options.manifest = MakeTempDir() + "/photos.tsv";
  WriteTestFile(options.manifest, "file\tsource\tlabel\tsplit\tuse\na.jpg\ts\tcat\ttrain\ttrain\n");
  const auto data = LoadRelationData(options, shared_->data, *shared_->model, "none", control);
  EXPECT_THAT(std::string(data.status().message()), testing::HasSubstr("needs 10 labels"));
}

}  // namespace
}  // namespace imago
