#include "query/eval_event_swaps.h"

#include <algorithm>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr uint64_t kCaptions = 20'000;  // that the text alone is judged by

double Preferred(double of_true, double of_wrong) {
  return of_true == of_wrong ? 0.5 : of_true > of_wrong ? 1 : 0;
}

// The type and the first two roles, which both events have; where both have one name, the first.
Term EventTerm(const EventScene& scene) {
  Term term;
  term.event.emplace();
  term.event->type = scene.type;
  for (size_t role = 0; role < std::min<size_t>(2, scene.roles.size()); ++role) {
    if (role == 1 && scene.roles[1].role == scene.roles[0].role) continue;
    term.event->roles.push_back({scene.roles[role].role, scene.roles[role].filler, false});
  }
  return term;
}

class SwapJudge {
 public:
  SwapJudge(Engine& engine, const std::string& collection, const std::vector<EventScene>& scenes)
      : engine_(engine), collection_(collection), scenes_(scenes) {}

  // Scene i against what is wrong of it.
  absl::Status Judge(size_t i, const EventScene& wrong, EventSwapMeasure& measure) const {
    const EventScene& scene = scenes_[i];
    const size_t other = (i + scenes_.size() / 2) % scenes_.size();
    const auto add = [&](size_t picture, const Term& of_true, const Term& of_wrong,
                         std::vector<double>& right) -> absl::Status {
      const auto one = Score(picture, of_true);
      if (!one.ok()) return one.status();
      const auto two = Score(picture, of_wrong);
      if (!two.ok()) return two.status();
      right.push_back(Preferred(*one, *two));
      return absl::OkStatus();
    };
    const Term event = EventTerm(scene);
    const Term wrong_event = EventTerm(wrong);
    auto status = add(i, event, wrong_event, measure.events);
    if (status.ok()) status = add(other, event, wrong_event, measure.other_picture);
    if (status.ok()) {
      status = add(i, Term{.text = scene.caption}, Term{.text = wrong.caption}, measure.plain);
    }
    measure.text_alone.push_back(
        Preferred(text_.LogLikelihood(scene.caption), text_.LogLikelihood(wrong.caption)));
    return status;
  }

 private:
  // Of one picture; 0 where it is no hit.
  absl::StatusOr<double> Score(size_t picture, const Term& term) const {
    Query query;
    query.terms = {term};
    query.limit = 1;
    auto filter =
        Filter::Parse(fmt::format(R"({{"must":[{{"key":"id","match":"{}"}}]}})", SceneId(picture)));
    if (!filter.ok()) return filter.status();
    query.filter = *std::move(filter);
    const auto answer = engine_.Search(collection_, query);
    if (!answer.ok()) return answer.status();
    return answer->hits.empty() ? 0 : answer->hits.front().raw_score;
  }

  Engine& engine_;
  const std::string& collection_;
  const std::vector<EventScene>& scenes_;
  WordPairs text_ = SceneCaptionModel();
};

}  // namespace

WordPairs SceneCaptionModel() {
  std::vector<std::string> captions;
  for (uint64_t i = 0; i < kCaptions; ++i) {
    captions.push_back(DrawEventScene(ScenePart::kTrain, i).caption);
  }
  return WordPairs(captions);
}

absl::StatusOr<std::vector<EventSwapMeasure>> EvaluateEventSwaps(
    Engine& engine, const std::string& collection, const std::vector<EventScene>& scenes,
    const EventSearchProgress& progress) {
  std::vector<EventSwapMeasure> measures(2);
  measures[0].what = "another event";
  measures[1].what = "exchanged roles";
  const SwapJudge judge(engine, collection, scenes);
  for (size_t i = 0; i < scenes.size(); ++i) {
    const std::string* const wrong[] = {&scenes[i].other_event, &scenes[i].other_roles};
    for (size_t kind = 0; kind < measures.size(); ++kind) {
      if (wrong[kind]->empty() || (kind == 0 && !IsAnyScene(i))) continue;
      const EventScene counterpart = Exchanged({scenes[i], *wrong[kind]}).scene;
      if (auto s = judge.Judge(i, counterpart, measures[kind]); !s.ok()) return s;
    }
    if (progress) progress("swaps", i + 1, scenes.size());
  }
  return measures;
}

}  // namespace imago
