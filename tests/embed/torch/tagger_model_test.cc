#include "embed/torch/tagger_model.h"

#include "embed/event_net.h"
#include "embed/torch/bundle_weights.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/tagger_run.h"
#include "gtest/gtest.h"
#include "kernels/kernels.h"
#include "tests/support/data.h"

namespace imago {
namespace {

// A small tagger of two types, and captions of these; with words in context or without.
class TaggerModelTest : public testing::TestWithParam<bool> {
 protected:
  static TaggerConfig Config(const EventOntology& ontology) {
    TaggerConfig config;
    config.words = {"a", "in", "men", "police"};
    config.types = {{"Arrest", {"Agent", "Person"}}, {"Meet", {"Participant", "Place"}}};
    for (const EventType& type : ontology.types()) config.ontology.push_back(type.name);
    if (!GetParam()) return config;
    config.pieces = SpecialPieces();
    for (const char* piece : {"police", "arrest", "##ed", "men", "met", "a", "red"}) {
      config.pieces.emplace_back(piece);
    }
    return config;
  }

  TaggerTrainSet Set() const {
    const std::vector<ReferenceSentence> texts = {
        {"Police arrested two men.",
         {{"Arrest", "arrested", {{"Agent", "Police"}, {"Person", "men"}}}}},
        {"Men met a woman in Kyiv on Monday, police say.",
         {{"Meet", "met", {{"Participant", "Men"}, {"Participant", "woman"}, {"Place", "Kyiv"}}}}},
        {"A red car.", {}}};
    TaggerTrainSet set;
    const auto pieces = PieceReader::Make(config_.pieces);
    set.examples =
        MakeTaggerExamples(texts, lexicon_, ontology_, names_, pieces.ok() ? &*pieces : nullptr);
    set.news = set.examples.size();
    return set;
  }

  std::shared_ptr<TaggerModel> Model() const {
    torch::manual_seed(5);
    const auto vectors = torch::randn({static_cast<int64_t>(names_.vectors()) + 1, 7});
    std::shared_ptr<Bert> bert;
    if (GetParam()) {
      BertOptions options;
      options.vocab_size = static_cast<int64_t>(config_.pieces.size());
      options.positions = kRunPieces;
      options.width = 64;
      options.layers = 2;
      options.heads = 2;
      options.hidden = 96;
      bert = std::make_shared<Bert>(options);
      const torch::NoGradGuard no_grad;
      for (torch::Tensor& one : bert->parameters()) one.add_(0.2 * torch::randn_like(one));
    }
    return std::make_shared<TaggerModel>(names_, vectors, 6, 2, bert);
  }

  const EventOntology ontology_ = EventOntology::House().value();
  const EventLexicon lexicon_{ontology_};
  const TaggerConfig config_{Config(ontology_)};
  const TaggerNames names_{config_};
};

torch::Tensor ToTensor(const Matrix& matrix) {
  return torch::from_blob(const_cast<float*>(matrix.data()), {static_cast<int64_t>(matrix.rows()),
                                                              static_cast<int64_t>(matrix.cols())})
      .clone();
}

TEST_P(TaggerModelTest, ThePlainNetworkComputesTheSame) {
  const torch::NoGradGuard no_grad;
  const auto model = Model();
  model->eval();
  const std::string path = MakeTempDir() + "/weights.safetensors";
  ASSERT_TRUE(SaveTensors(WeightsByName(*model), path, TensorType::kF32).ok());
  const std::string kernels = ActiveKernels().name;
  ASSERT_TRUE(SetKernels("scalar"));  // with tiles it would compute in bfloat16
  const auto net =
      EventNet::Read(SafetensorsFile::Open(path).value(), names_, config_.pieces.size());
  SetKernels(kernels);
  ASSERT_TRUE(net.ok()) << net.status();
  const TaggerTrainSet set = Set();
  const TaggerBatch batch = JoinExamples(set, {0, 1, 2}, nullptr);
  const TaggerModel::Encoded words = model->Encode(batch.features, batch.lengths, batch.pieces);
  const torch::Tensor types = model->Types(words).softmax(2);
  const torch::Tensor roles = model->Roles(words, batch.triggers).softmax(2);
  int64_t trigger = 0;
  for (int64_t i = 0; i < 3; ++i) {
    const TaggerExample& example = set.examples[static_cast<size_t>(i)];
    const auto length = static_cast<int64_t>(example.words.size());
    const EventNet::Encoded plain = net->Encode(example.words, example.pieces);
    EXPECT_TRUE(
        torch::allclose(ToTensor(net->Types(plain)), types[i].narrow(0, 0, length), 1e-4, 1e-5));
    for (const TriggerExample& one : example.triggers) {
      const Matrix found = net->Roles(plain, one.word, static_cast<int>(one.type), one.rule_roles);
      EXPECT_TRUE(
          torch::allclose(ToTensor(found), roles[trigger].narrow(0, 0, length), 1e-4, 1e-5));
      ++trigger;
    }
  }
  EXPECT_EQ(trigger, 2);
}

TaggerRunOptions Steps(int64_t steps) {
  TaggerRunOptions options;
  options.steps = steps;
  options.batch = 4;
  options.rate = 1e-2;
  options.seed = 3;
  options.settings = "three captions";
  return options;
}

TEST_P(TaggerModelTest, LearnsItsCaptions) {
  at::set_num_threads(1);
  const TaggerTrainSet set = Set();
  TaggerRun run(Model(), &set, Steps(150));
  while (!run.done()) run.Step();
  double last = 0;
  for (size_t i = 140; i < 150; ++i) last += run.history()[i].loss / 10;
  EXPECT_LT(last, 0.2 * run.history().front().loss);
}

TEST_P(TaggerModelTest, GoesOnFromACheckpointToTheSameWeights) {
  at::set_num_threads(1);
  const TaggerTrainSet set = Set();
  const auto whole = Model();
  TaggerRun run(whole, &set, Steps(6));
  while (!run.done()) run.Step();
  TaggerRun first(Model(), &set, Steps(6));
  for (int i = 0; i < 3; ++i) first.Step();
  const std::string path = MakeTempDir() + "/checkpoint.safetensors";
  ASSERT_TRUE(first.Save(path).ok());
  const auto resumed = Model();
  TaggerRun second(resumed, &set, Steps(6));
  ASSERT_TRUE(second.Load(path).ok());
  while (!second.done()) second.Step();
  const auto wanted = WeightsByName(*whole);
  for (const auto& [name, found] : WeightsByName(*resumed)) {
    EXPECT_TRUE(torch::equal(found, wanted.at(name))) << name;
  }
  EXPECT_GT(wanted.size(), 40u);
}

TEST_P(TaggerModelTest, AHiddenWordIsAMaskedPiece) {
  if (!GetParam()) return;
  const TaggerTrainSet set = Set();
  Random random(4);
  int masked = 0;
  for (int i = 0; i < 20; ++i) {
    const TaggerBatch batch = JoinExamples(set, {0, 1, 2}, &random);
    const torch::Tensor ids =
        batch.pieces.ids.flatten().index_select(0, batch.pieces.rows.flatten());
    const torch::Tensor hidden = batch.features.select(2, kLastThreeFeature).flatten() == 0;
    const torch::Tensor real = batch.pieces.rows.flatten() > 0;
    EXPECT_TRUE(torch::equal((ids == kMaskPiece) & real, hidden & real));
    masked += (ids == kMaskPiece).sum().item<int>();
  }
  EXPECT_GT(masked, 5);
}

INSTANTIATE_TEST_SUITE_P(Context, TaggerModelTest, testing::Bool());

}  // namespace
}  // namespace imago
