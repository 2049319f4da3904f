#include "embed/sentencepiece_train.h"

#include <sentencepiece_trainer.h>

#include <exception>
#include <unordered_map>

namespace imago {
namespace {

class Sentences : public sentencepiece::SentenceIterator {
 public:
  explicit Sentences(const std::vector<std::string>& texts) : texts_(texts) {}

  bool done() const override { return at_ >= texts_.size(); }
  void Next() override { ++at_; }
  const std::string& value() const override { return texts_[at_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& texts_;
  size_t at_ = 0;
};

}  // namespace

std::string TrainSentencePieces(const std::vector<std::string>& texts, int pieces,
                                std::string& error) {
  const std::unordered_map<std::string, std::string> settings = {
      {"model_type", "unigram"},
      {"vocab_size", std::to_string(pieces)},
      {"hard_vocab_limit", "false"},
      {"character_coverage", "0.9999"},
      {"normalization_rule_name", "nmt_nfkc_cf"},
      {"num_threads", "1"},
      {"pad_id", "0"},
      {"unk_id", "1"},
      {"bos_id", "2"},
      {"eos_id", "3"},
      {"minloglevel", "2"}};
  Sentences sentences(texts);
  std::string model;
  try {
    const auto status = sentencepiece::SentencePieceTrainer::Train(settings, &sentences, &model);
    if (status.ok()) return model;
    error = status.message();
  } catch (const std::exception& exception) {
    error = exception.what();
  }
  return "";
}

}  // namespace imago
