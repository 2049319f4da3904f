#include "embed/tagger_card.h"

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

using nlohmann::ordered_json;

ordered_json CountsJson(const MatchCounts& counts) {
  return {{"right", counts.right},
          {"found", counts.found},
          {"reference", counts.reference},
          {"f1", counts.f1()}};
}

std::string Line(const std::string& what, const MatchCounts& counts) {
  const Interval f1 = counts.f1_interval();
  return fmt::format("| {} | {} | {} | {} | {:.3f} | {:.3f} | {:.3f} ({:.3f} to {:.3f}) |\n", what,
                     counts.right, counts.found, counts.reference, counts.precision(),
                     counts.recall(), counts.f1(), f1.low, f1.high);
}

}  // namespace

std::string TaggerCardJson(const TrainTaggerOptions& options, const TrainTaggerReport& report) {
  const ordered_json json = {
      {"trained_on",
       "the known four fifths of news captions with silver events, and sentences made from the "
       "ontology; vectors of words from all-MiniLM-L6-v2 (Apache-2.0), cut to fewer dimensions"},
      {"seed", options.seed},
      {"steps", options.steps},
      {"parameters", report.parameters},
      {"held_out",
       {{"news_triggers", CountsJson(report.news.triggers)},
        {"news_arguments", CountsJson(report.news.arguments)},
        {"made_triggers", CountsJson(report.made.triggers)},
        {"made_arguments", CountsJson(report.made.arguments)}}}};
  return json.dump();
}

std::string TaggerCardText(const TrainTaggerOptions& options, const TaggerConfig& config,
                           const TrainTaggerReport& report) {
  std::string text = fmt::format(
      "# {}\n\n"
      "Reads events off English captions together with the rules: {} types, those that news tells "
      "of\nmost; all others are read by the rules alone. {} parameters: tables for words, their "
      "letters and\nwhat the rules make of them, vectors of {} words, {} layers of bidirectional "
      "LSTM {} wide each way, "
      "a layer for the\ntype of event that a word tells of and one for a word's role in it.\n\n"
      "Trained by `imago train events-text` ({} steps of {} sentences, seed {}) on news photo "
      "captions\nwhose events another extraction system found (silver: no person has checked them) "
      "and on {}\nsentences made from the ontology. Of the captions four fifths; the last fifth, "
      "by "
      "the hash of the\npicture's id, only measures. The vectors of words are from the table of "
      "all-MiniLM-L6-v2\n(Apache-2.0), cut to fewer dimensions and not trained further.\n\n"
      "| held out | right | found | reference | precision | recall | F1 (95 % interval) |\n"
      "|---|---|---|---|---|---|---|\n",
      report.name, config.types.size(), report.parameters,
      config.words.size() + config.more_words.size(), options.layers, options.width, options.steps,
      options.batch, options.seed, options.sentences);
  if (options.context_layers > 0) {
    const std::string context = fmt::format(
        "Words are read in context by the first {} layers of all-MiniLM-L6-v2 (Apache-2.0) over {} "
        "pieces;\nthe last {} of these were trained further.\n\n",
        options.context_layers, config.pieces.size(), options.tuned_layers);
    text.insert(text.find("| held out |"), context);
  }
  text += Line("news captions: trigger and type", report.news.triggers);
  text += Line("news captions: arguments", report.news.arguments);
  text += Line("made sentences: trigger and type", report.made.triggers);
  text += Line("made sentences: arguments", report.made.arguments);
  text += fmt::format(
      "\nOf {} made sentences without an event none was found in {}. What agrees with silver "
      "events "
      "need\nnot be right; captions of other kinds than news may be read worse. Confidences are "
      "the "
      "network's\nprobabilities.\n",
      report.made.without, report.made.without_right);
  return text;
}

}  // namespace imago
