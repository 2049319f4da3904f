#include "embed/event_sentences.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "embed/event_verbs.h"
#include "embed/event_words.h"
#include "embed/random.h"
#include "fmt/format.h"
#include "storage/sha256.h"

namespace imago {
namespace {

struct Fillers {
  FillerKind kind;
  std::string_view train;
  std::string_view test;
};

// Singular nouns; plurals are made from them.
constexpr Fillers kFillers[] = {
    {FillerKind::kPerson, "man,woman,soldier,protester,doctor,farmer,student,fisherman,young girl",
     "boy,nurse,officer,refugee,scientist,worker,firefighter,old man,volunteer"},
    {FillerKind::kOrganization, "company,union", "agency,committee"},
    {FillerKind::kVehicle, "truck,bus,bicycle", "boat,ambulance,motorcycle"},
    {FillerKind::kWeapon, "rifle,baton,grenade", "pistol,knife,stone"},
    {FillerKind::kTool, "brush,shovel,bucket", "hose,hammer,rope"},
    {FillerKind::kObject, "box,chair,wooden table", "bag,basket,suitcase"},
    {FillerKind::kAnimal, "dog,horse,sheep", "cow,goat,white cat"},
    {FillerKind::kFood, "apple,cake", "potato,pizza"},
    {FillerKind::kSubstance, "water,paint", "oil,mud"},
    {FillerKind::kClothing, "mask,red hat,jacket", "helmet,blue scarf,uniform"},
    {FillerKind::kBody, "hand,head", "arm,face"},
    {FillerKind::kMoney, "dollar,coin", "euro,banknote"},
    {FillerKind::kDocument, "passport,treaty", "contract,petition"},
    {FillerKind::kDisease, "cholera,malaria", "measles,polio"},
};
constexpr std::string_view kPlaceFillers[2][2] = {
    {"street,park,market,hospital", "Kyiv,Berlin,Nairobi,Lagos,Lima"},
    {"square,school,field,airport,village", "Beirut,Tokyo,Cairo,Madrid,Havana"}};
constexpr std::string_view kNothing[2] = {
    "a view of the old town at sunset|a red car on a green field|a mountain lake with blue water|"
    "two cats on a sofa|the president of the company, in 2014|portrait of a young woman",
    "a bowl of fruit on a wooden table|an empty beach near Lima|the skyline of Madrid at night|"
    "a black dog with a ball|members of the national team, in Cairo|a close view of a white "
    "flower"};
constexpr std::string_view kClauses[2] = {
    "while others look on|as a man looks at the camera|because it is late",
    "when it rains|as people look at them|while a woman listens to the radio"};

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// A noun phrase and its last word.
struct NounPhrase {
  std::string text;
  std::string head;
  bool plural = false;
};

// An event before it is put into words.
struct Plan {
  const EventType* type = nullptr;
  const EventTemplate* grammar = nullptr;
  std::string lemma;
  NounPhrase subject;
  NounPhrase object;
  std::vector<std::pair<std::string, std::string>> phrases;  // text, and role for the event
  NewsEvent event;
};

class SentenceMaker {
 public:
  SentenceMaker(const EventOntology& ontology, const EventLexicon& lexicon, SentencePart part,
                uint64_t seed)
      : part_(part == SentencePart::kTest ? 1 : 0), random_(seed) {
    for (size_t i = 0; i < ontology.types().size(); ++i) AddType(ontology, lexicon, i);
  }

  MadeSentence Make() {
    MadeSentence made;
    if (choices_.empty() || random_.Below(8) == 0) {
      made.text = Capital(Pick(kNothing[part_], '|')) + ".";
      return made;
    }
    Plan plan = MakePlan(PickChoice());
    if (random_.Below(8) == 0) return Joined(std::move(plan), MakePlan(PickChoice()));
    made.text = Words(plan);
    made.events.push_back(std::move(plan.event));
    return made;
  }

 private:
  struct Choice {
    const EventType* type;
    const EventFrame* frame;
    std::string lemma;
  };

  // Types first, so that those with many verbs do not stand for all.
  const Choice& PickChoice() {
    const auto& of_type = choices_[random_.Below(static_cast<int64_t>(choices_.size()))];
    return of_type[random_.Below(static_cast<int64_t>(of_type.size()))];
  }

  // "A nurse washes a cup and carries a bag."
  MadeSentence Joined(Plan first, Plan second) {
    second.subject = first.subject;
    MadeSentence made;
    made.text = first.subject.text;
    for (Plan* plan : {&first, &second}) {
      plan->event.arguments.clear();
      plan->phrases.clear();
      if (!plan->object.text.empty()) Note(*plan, plan->grammar->object, plan->object);
      Note(*plan, plan->grammar->subject, plan->subject);
      made.text += fmt::format("{} {}{}", plan == &first ? "" : " and", Present(*plan),
                               WithSpace(plan->object.text));
      made.events.push_back(std::move(plan->event));
    }
    made.text = Capital(made.text) + ".";
    return made;
  }

  // Every second verb of a type, by the hash of its name, is for measuring only.
  static bool IsTestVerb(const EventType& type, const std::string& lemma) {
    size_t verbs = 0;
    for (const EventFrame& frame : type.frames) verbs += frame.verbs.size();
    return verbs > 1 && Sha256(lemma)[0] % 2 == 1;
  }

  void AddType(const EventOntology& ontology, const EventLexicon& lexicon, size_t number) {
    const EventType& type = ontology.types()[number];
    std::vector<Choice> found;
    for (size_t i = 0; i < type.frames.size(); ++i) {
      for (const std::string& lemma : type.frames[i].verbs) {
        if (lemma.find(' ') != std::string::npos) continue;
        if (IsTestVerb(type, lemma) != (part_ == 1)) continue;
        const auto& senses = lexicon.VerbsAt(LowerAscii(lemma));
        const bool read_so = !senses.empty() && senses.front().type == static_cast<int>(number) &&
                             senses.front().frames.front() == static_cast<int>(i);
        const bool known_class = ClassOf(PastTense(lemma)) != WordClass::kNone;
        if (read_so && !known_class && !type.frames[i].grammar.subject.empty()) {
          found.push_back({&type, &type.frames[i], lemma});
        }
      }
    }
    if (!found.empty()) choices_.push_back(std::move(found));
  }

  std::string Pick(std::string_view list, char separator) {
    const std::vector<std::string> parts = Split(list, separator);
    return parts[random_.Below(static_cast<int64_t>(parts.size()))];
  }
  bool Maybe() { return random_.Below(2) == 0; }

  static std::string Capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
    return text;
  }

  NounPhrase PlacePhrase() {
    const bool name = Maybe();
    const std::string word = Pick(kPlaceFillers[part_][name ? 1 : 0], ',');
    return {name ? word : fmt::format("a {}", word), word, false};
  }

  NounPhrase Noun(const EventRole& role) {
    FillerKind kind = role.kinds[random_.Below(static_cast<int64_t>(role.kinds.size()))];
    if (kind == FillerKind::kPlace) return PlacePhrase();
    if (kind == FillerKind::kAnything || kind == FillerKind::kEvent) kind = FillerKind::kObject;
    const auto* fillers = std::find_if(std::begin(kFillers), std::end(kFillers),
                                       [kind](const Fillers& one) { return one.kind == kind; });
    std::string words = Pick(part_ == 1 ? fillers->test : fillers->train, ',');
    const bool mass = kind == FillerKind::kSubstance || kind == FillerKind::kDisease;
    const bool plural = !mass && Maybe();
    if (plural) words = Plural(words);
    const std::string head = words.substr(words.rfind(' ') + 1);
    if (mass || plural) return {words, head, plural};
    const bool vowel = std::string_view("aeio").find(words[0]) != std::string_view::npos;
    return {fmt::format("{} {}", vowel ? "an" : "a", words), head, false};
  }

  void Note(Plan& plan, const std::string& role, const NounPhrase& noun) {
    plan.event.arguments.push_back({role, noun.head});
  }

  Plan MakePlan(const Choice& choice) {
    Plan plan;
    plan.type = choice.type;
    plan.grammar = &choice.frame->grammar;
    plan.lemma = choice.lemma;
    plan.event.type = choice.type->name;
    plan.subject = Noun(*plan.type->FindRole(plan.grammar->subject));
    if (!plan.grammar->object.empty()) {
      do {
        plan.object = Noun(*plan.type->FindRole(plan.grammar->object));
      } while (plan.object.head == plan.subject.head);
    }
    int left = 2;
    for (const auto& [preposition, role] : plan.grammar->prepositions) {
      if (left == 0 || Maybe()) continue;
      AddPhrase(plan, preposition, role);
      --left;
    }
    return plan;
  }

  void AddPhrase(Plan& plan, const std::string& preposition, const std::string& role) {
    const NounPhrase noun = Noun(*plan.type->FindRole(role));
    for (const NewsArgument& known : plan.event.arguments) {
      if (known.text == noun.head) return;
    }
    if (noun.head == plan.subject.head || noun.head == plan.object.head) return;
    const std::string in = role == "Place" && Maybe() ? (part_ == 1 ? "near" : "in") : preposition;
    plan.phrases.emplace_back(fmt::format("{} {}", in, noun.text), role);
    Note(plan, role, noun);
  }

  std::string After(const Plan& plan) const {
    std::string text;
    for (const auto& [phrase, role] : plan.phrases) text.append(" ").append(phrase);
    return text;
  }

  // The sentence; fills in the trigger and the arguments that it names.
  std::string Words(Plan& plan) {
    const bool transitive = !plan.object.text.empty();
    if (transitive) Note(plan, plan.grammar->object, plan.object);
    const int64_t patterns = transitive ? 5 : 3;
    const int64_t pattern = random_.Below(patterns);
    Note(plan, plan.grammar->subject, plan.subject);
    std::string text = part_ == 1 ? TestPattern(plan, pattern) : TrainPattern(plan, pattern);
    return Frame(Capital(std::move(text)));
  }

  std::string Set(Plan& plan, std::string trigger) {
    plan.event.trigger = trigger;
    return trigger;
  }
  std::string Present(Plan& plan) {
    return Set(plan, plan.subject.plural ? plan.lemma : ThirdPerson(plan.lemma));
  }
  static std::string Be(const NounPhrase& noun, bool past) {
    return noun.plural ? (past ? "were" : "are") : (past ? "was" : "is");
  }
  static std::string WithSpace(const std::string& text) {
    return text.empty() ? "" : fmt::format(" {}", text);
  }

  std::string TrainPattern(Plan& plan, int64_t pattern) {
    const std::string& subject = plan.subject.text;
    const std::string object = WithSpace(plan.object.text);
    switch (pattern) {
      case 0:
        return fmt::format("{} {}{}{}", subject, Present(plan), object, After(plan));
      case 1:
        return fmt::format("{} {}{}{}", subject, Set(plan, Gerund(plan.lemma)), object,
                           After(plan));
      case 2:
        return fmt::format("on Monday, {} {}{}{}", subject, Set(plan, PastTense(plan.lemma)),
                           object, After(plan));
      case 3:
        return fmt::format("{} {} {} by {}{}", plan.object.text, Be(plan.object, true),
                           Set(plan, Participle(plan.lemma)), subject, After(plan));
      default:
        return TwoSubjects(plan);
    }
  }

  // "A man and a nurse carry a box."
  std::string TwoSubjects(Plan& plan) {
    NounPhrase second = Noun(*plan.type->FindRole(plan.grammar->subject));
    if (second.head != plan.subject.head && second.head != plan.object.head) {
      Note(plan, plan.grammar->subject, second);
      return fmt::format("{} and {} {} {}{}", plan.subject.text, second.text, Set(plan, plan.lemma),
                         plan.object.text, After(plan));
    }
    return fmt::format("{} {} {}{}", plan.subject.text, Present(plan), plan.object.text,
                       After(plan));
  }

  std::string TestPattern(Plan& plan, int64_t pattern) {
    const std::string& subject = plan.subject.text;
    const std::string object = WithSpace(plan.object.text);
    switch (pattern) {
      case 0:
        return fmt::format("{} {} {}{}{}", subject, Be(plan.subject, false),
                           Set(plan, Gerund(plan.lemma)), object, After(plan));
      case 1:
        return fmt::format("this photo shows {} who {}{}{}", subject, Present(plan), object,
                           After(plan));
      case 2:
        return PlaceFirst(plan);
      case 3:
        return fmt::format("{} {} being {} by {}{}", plan.object.text, Be(plan.object, false),
                           Set(plan, Participle(plan.lemma)), subject, After(plan));
      default:
        return fmt::format("{} {} by {}{} can be seen here", plan.object.text,
                           Set(plan, Participle(plan.lemma)), subject, After(plan));
    }
  }

  std::string PlaceFirst(Plan& plan) {
    const std::string object = WithSpace(plan.object.text);
    const bool takes_place = plan.type->FindRole("Place") != nullptr &&
                             std::none_of(plan.phrases.begin(), plan.phrases.end(),
                                          [](const auto& one) { return one.second == "Place"; });
    const NounPhrase place = PlacePhrase();
    std::string text =
        fmt::format("{} {}{}{}", plan.subject.text, Present(plan), object, After(plan));
    const bool repeats =
        std::any_of(plan.event.arguments.begin(), plan.event.arguments.end(),
                    [&place](const NewsArgument& one) { return one.text == place.head; });
    if (!takes_place || repeats) return text;
    Note(plan, "Place", place);
    return fmt::format("in {}, {}", place.text, text);
  }

  // What stands around captions.
  std::string Frame(std::string text) {
    const int64_t kind = random_.Below(5);
    if (kind == 0) text.append(" ").append(Pick(kClauses[part_], '|'));
    if (kind == 1) text += part_ == 1 ? ", Jan. 21, 2014" : " on February 20, 2014";
    if (kind == 2 && part_ == 1) text = fmt::format("FILE - {}", text);
    text += ".";
    if (kind == 3) text += part_ == 1 ? " (AP Photo/John Smith)" : " REUTERS/Jane Miller";
    return text;
  }

  const size_t part_;
  Random random_;
  std::vector<std::vector<Choice>> choices_;  // by type
};

}  // namespace

std::vector<MadeSentence> MakeEventSentences(const EventOntology& ontology,
                                             const EventLexicon& lexicon, SentencePart part,
                                             uint64_t seed, int count) {
  SentenceMaker maker(ontology, lexicon, part, seed);
  std::vector<MadeSentence> made;
  for (int i = 0; i < count; ++i) made.push_back(maker.Make());
  return made;
}

}  // namespace imago
