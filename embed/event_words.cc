#include "embed/event_words.h"

#include <map>
#include <sstream>
#include <string>

#include "embed/event_verbs.h"

namespace imago {
namespace {

struct ClassList {
  WordClass word_class;
  std::string_view words;
};

constexpr ClassList kClasses[] = {
    {WordClass::kDeterminer,
     "a an the this that these those some any each every no another all both several many few "
     "other various more most such either neither half"},
    {WordClass::kPossessive, "his her its their my your our 's whose"},
    {WordClass::kPronoun,
     "he she it they we you i him them us me himself herself themselves itself others someone "
     "everyone nobody somebody anyone people's one"},
    {WordClass::kTo, "to"},
    {WordClass::kConjunction, "and or but nor &"},
    {WordClass::kClauseStart,
     "while when where because if although though whether as since before after until once so "
     "than"},
    {WordClass::kRelative, "who which whom what"},
    {WordClass::kBe, "is are was were be been being am get gets got getting"},
    {WordClass::kHave, "has have had having"},
    {WordClass::kDo, "do does did"},
    {WordClass::kModal, "will would can could may might must shall should"},
    {WordClass::kNot, "not n't never"},
    {WordClass::kAdverb,
     "now then here there also just again still already soon together away back down up out off "
     "later earlier only even too very apart ahead alone left right center centre second first "
     "third far almost nearly about more home abroad forward indoors outdoors upstairs "
     "downstairs overhead around close"},
    {WordClass::kNumber,
     "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty "
     "fifty sixty hundred thousand million billion dozen"},
    {WordClass::kTime,
     "monday tuesday wednesday thursday friday saturday sunday january february march april may "
     "june july august september october november december jan jan. feb feb. mar. apr apr. jun. "
     "jul. aug aug. sep sep. sept sept. oct oct. nov nov. dec dec. yesterday today tomorrow "
     "tonight morning afternoon evening night noon midnight day days week weeks month months year "
     "years hour hours minute minutes weekend summer winter spring autumn decade decades century "
     "ago"},
    {WordClass::kAdjective,
     "young old big small large little new former late local national international political "
     "military public red white black blue green yellow heavy armed elderly masked foreign poor "
     "rich high low long short main dead live wooden local own next last same recent early major "
     "huge massive ethnic federal senior top key mass anti-government antigovernment "
     "pro-democracy presidential israeli russian american chinese iraqi syrian ukrainian "
     "palestinian turkish french german british indian pakistani afghan iranian egyptian kenyan "
     "african european muslim christian islamic kurdish"},
};

struct KindList {
  FillerKind kind;
  std::string_view nouns;  // singular, or words without one
};

constexpr KindList kKinds[] = {
    {FillerKind::kPerson,
     "man woman person people boy girl child kid baby infant toddler teenager adult guy lady "
     "gentleman protester protestor demonstrator rioter activist police policeman policewoman "
     "officer soldier troop trooper guard fighter militant rebel insurgent gunman sniper bomber "
     "terrorist attacker suspect prisoner detainee inmate victim survivor casualty patient doctor "
     "nurse medic paramedic surgeon dentist physician researcher scientist investigator inspector "
     "detective expert engineer technician worker laborer employee farmer fisherman driver pilot "
     "passenger traveler tourist visitor refugee migrant immigrant resident villager citizen "
     "civilian voter supporter opponent fan spectator player athlete runner swimmer dancer singer "
     "musician artist actor actress model student pupil teacher professor principal lawyer judge "
     "prosecutor attorney defendant witness president minister senator congressman governor mayor "
     "lawmaker politician leader official diplomat ambassador secretary chairman spokesman "
     "spokeswoman candidate nominee king queen prince princess pope priest monk imam bishop cleric "
     "worshipper pilgrim mourner relative family mother father parent wife husband son daughter "
     "brother sister friend neighbor couple bride groom crowd firefighter fireman rescuer "
     "volunteer "
     "vendor seller shopper customer waiter chef cook butcher baker barber hairdresser mechanic "
     "carpenter electrician plumber welder miner journalist reporter photographer editor writer "
     "author director producer businessman merchant owner boss chief commander general colonel "
     "captain sergeant peacekeeper member participant delegate delegation attendee helper "
     "assistant "
     "chemist pharmacist biologist cleaner janitor coach referee team those everyone anyone "
     "someone "
     "he she they him them we us who youth elder veteran hostage captive smuggler trafficker thief "
     "robber criminal killer murderer shepherd herder biker cyclist rider jogger skater skier "
     "surfer "
     "climber hiker astronaut sailor crew crewman lifeguard bodyguard chancellor premier dictator "
     "deputy aide envoy counterpart mp congresswoman human group muslim christian jew hindu "
     "buddhist sunni shiite kurd palestinian israeli russian american ukrainian syrian iraqi "
     "afghan "
     "taliban opposition"},
    {FillerKind::kOrganization,
     "army force government company organization party union group team agency committee court "
     "parliament congress senate council cabinet military navy militia coalition administration "
     "ministry department authority bank university corporation firm club commission association "
     "faction regime nation state country movement network unit squad tribunal jury panel "
     "legislature employer"},
    {FillerKind::kPlace,
     "street square city town village country place park beach field road highway market store "
     "shop "
     "mall supermarket restaurant cafe bar hotel house home apartment building office school "
     "classroom hospital clinic church mosque temple cathedral shrine airport station port harbor "
     "border camp prison jail courtroom courthouse palace capitol embassy stadium arena court "
     "theater museum library factory farm garden yard forest jungle wood mountain hill valley "
     "river "
     "lake sea ocean island coast shore desert bridge tunnel checkpoint base region province state "
     "district neighborhood area zone site scene suburb capital headquarters center centre plaza "
     "avenue corner crossroad intersection sidewalk kitchen bathroom bedroom room hall lobby "
     "corridor garage laboratory lab workshop studio gym pool playground cemetery ruin rubble "
     "compound complex settlement shelter facility campus outskirt south north east west street "
     "territory peninsula county township slum barracks barrack monument memorial pier dock canal "
     "runway terminal subway platform trail path slope rink track court warehouse plant mine "
     "quarry barn stable meadow pasture lawn backyard balcony rooftop roof floor stage polling "
     "ward lane alley swamp river dam"},
    {FillerKind::kVehicle,
     "car truck bus van taxi train tram bicycle bike motorcycle motorbike scooter boat ship ferry "
     "raft canoe kayak yacht plane airplane aircraft helicopter jet tank ambulance cart wagon "
     "carriage wheelchair stretcher trolley vehicle tractor lorry convoy sled rickshaw lifeboat "
     "dinghy gurney minibus pickup bulldozer rocket wheelbarrow skateboard"},
    {FillerKind::kWeapon,
     "gun rifle pistol knife bomb grenade missile rocket weapon sword stick baton club machete axe "
     "stone rock bottle firebomb petrol bullet mortar shell tear-gas teargas gas explosive mine "
     "shotgun spear cannon arrow bow drone airstrike hammer artillery cocktail projectile brick"},
    {FillerKind::kTool,
     "hammer saw shovel spade rake hoe broom mop brush sponge cloth towel needle syringe dropper "
     "pipette microscope scalpel scissors sprayer hose bucket camera phone telephone smartphone "
     "microphone megaphone loudspeaker computer laptop tablet pen pencil rope chain ladder key "
     "screwdriver wrench drill spoon fork chopstick spatula pan pot thermometer stethoscope swab "
     "net rod paddle oar whip handcuff handcuffs flashlight torch binoculars telescope magnifier "
     "disinfectant vacuum tweezers sewing tool device equipment machine instrument scanner "
     "detector "
     "test-kit kit glass"},
    {FillerKind::kObject,
     "sign banner placard poster flag photo picture portrait book newspaper box bag suitcase "
     "luggage basket tray table chair bed door window wall fence barricade tire candle flower "
     "wreath coffin body casket package parcel crate barrel sack furniture toy doll ball balloon "
     "umbrella lamp clock statue painting debris wreckage part piece belongings goods supplies "
     "cargo trophy cup plate bowl wood log gift present aid tent blanket mattress shield helmet "
     "phone sample object thing item ballot cross cage"},
    {FillerKind::kAnimal,
     "dog cat horse cow bull sheep goat pig chicken hen duck goose bird fish elephant lion tiger "
     "bear monkey camel donkey rabbit mouse rat snake turtle whale dolphin shark panda wolf fox "
     "deer kitten puppy lamb calf cattle animal poultry pigeon bee insect"},
    {FillerKind::kFood,
     "food bread rice meat fruit vegetable apple banana orange tomato potato egg cheese cake pizza "
     "soup salad sandwich noodle meal dinner lunch breakfast corn wheat onion carrot burger grain "
     "flour sugar salt"},
    {FillerKind::kSubstance,
     "water milk coffee tea juice beer wine oil fuel gasoline paint chemical powder liquid sand "
     "soil "
     "mud snow ice smoke blood chlorine bleach alcohol soap disinfectant spray vaccine medicine "
     "drug cocaine heroin fluid"},
    {FillerKind::kClothing,
     "mask facemask hat cap helmet shirt dress coat jacket suit uniform glove scarf headscarf veil "
     "hijab burqa shoe boot sock trousers pants jeans skirt vest glasses sunglasses goggle costume "
     "robe gown apron tie belt mask shield ribbon turban sari gear clothes clothing bandana hood "
     "backpack ring necklace crown wig outfit"},
    {FillerKind::kBody,
     "hand arm leg foot head face eye nose mouth hair finger back shoulder neck "
     "knee chest tongue lip tooth ear fist wing tail"},
    {FillerKind::kMoney, "money cash dollar euro banknote coin note bill fund salary fee tax"},
    {FillerKind::kDocument,
     "letter document paper treaty agreement contract law bill petition report statement passport "
     "resolution ceasefire truce"},
    {FillerKind::kEvent,
     "event accident incident operation campaign crisis disaster earthquake flood storm hurricane "
     "typhoon tsunami drought game match race concert festival celebration anniversary tour show "
     "exhibition party lesson class service prayer mass holiday murder corruption theft fraud"},
    {FillerKind::kDisease,
     "disease virus ebola cholera malaria measles polio coronavirus covid covid-19 flu influenza "
     "cancer aids hiv tuberculosis zika illness infection fever injury wound polio"},
};

constexpr std::string_view kPlain =
    "look see watch show say tell try seek want need know think feel seem become remain stay begin "
    "start continue stop keep let help make take use follow include allow cause mark live play win "
    "lose support believe claim demand urge refuse plan hope expect respond react prepare find "
    "change provide participate join conduct organize stage line appear happen occur remember "
    "honor commemorate listen speak lie set pass gain await surround inspire oppose "
    "lead ask express add create run hear lay cite face warn report aim consider deny describe "
    "depict reflect represent result serve strengthen suggest threaten view perform deliver "
    "accompany arrange call open work";
constexpr std::string_view kSupport =
    "hold stage attend join conduct lead carry participate take perform deliver give make do have "
    "organize host deliver undergo receive get launch open begin start continue end wage face";
constexpr std::string_view kCounting =
    "thousand hundred million dozen score number group crowd pair lot couple handful bunch variety "
    "series set majority piece kind type bottle cup glass dozens hundreds thousands tens";
constexpr std::string_view kScenes = "site scene place aftermath anniversary wake";
constexpr std::string_view kAbbreviations =
    "jan feb mar apr jun jul aug sep sept oct nov dec mr mrs ms dr st gen sen rep gov lt col sgt "
    "capt prof rev jr sr vs inc co corp ltd no mt ft ave calif tenn minn ariz conn colo fla ga ill "
    "ind kan ky la md mass mich miss mo mont neb nev okla ore pa tex va vt wash wis wyo ala ark "
    "del u.s u.n";

template <typename Add>
void ForWords(std::string_view words, const Add& add) {
  std::istringstream in{std::string(words)};
  for (std::string word; in >> word;) add(word);
}

const std::map<std::string, WordClass, std::less<>>& Classes() {
  static const auto classes = [] {
    std::map<std::string, WordClass, std::less<>> out;
    for (const ClassList& list : kClasses) {
      ForWords(list.words, [&](const std::string& word) { out.emplace(word, list.word_class); });
    }
    return out;
  }();
  return classes;
}

struct Noun {
  FillerKind kind;
  bool plural;
};

const std::map<std::string, Noun, std::less<>>& Nouns() {
  static const auto nouns = [] {
    std::map<std::string, Noun, std::less<>> out;
    for (const KindList& list : kKinds) {
      ForWords(list.nouns, [&](const std::string& word) {
        out.emplace(word, Noun{list.kind, false});
        out.emplace(Plural(word), Noun{list.kind, true});
      });
    }
    for (const char* word : {"police", "people", "those", "they", "we", "them", "taliban", "cattle",
                             "clothes", "goods", "supplies"}) {
      out.insert_or_assign(word, Noun{out.at(word).kind, true});
    }
    return out;
  }();
  return nouns;
}

bool Contains(std::string_view words, std::string_view word) {
  if (word.empty()) return false;
  size_t at = 0;
  while ((at = words.find(word, at)) != std::string_view::npos) {
    const size_t end = at + word.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) {
      return true;
    }
    at = end;
  }
  return false;
}

}  // namespace

WordClass ClassOf(std::string_view word) {
  const auto found = Classes().find(word);
  if (found != Classes().end()) return found->second;
  return IsPreposition(word) ? WordClass::kPreposition : WordClass::kNone;
}

std::optional<FillerKind> KindOfNoun(std::string_view noun) {
  const auto found = Nouns().find(noun);
  if (found != Nouns().end()) return found->second.kind;
  const size_t hyphen = noun.rfind('-');
  if (hyphen == std::string_view::npos) return std::nullopt;
  return KindOfNoun(noun.substr(hyphen + 1));
}

bool IsPlural(std::string_view noun) {
  const auto found = Nouns().find(noun);
  if (found != Nouns().end()) return found->second.plural;
  return noun.size() > 3 && noun.ends_with('s') && !noun.ends_with("ss") && !noun.ends_with("us") &&
         !noun.ends_with("is");
}

bool CountsWhatFollows(std::string_view noun) {
  return Contains(kCounting, noun) ||
         (noun.ends_with('s') && Contains(kCounting, noun.substr(0, noun.size() - 1)));
}

bool IsScene(std::string_view noun) { return Contains(kScenes, noun); }
std::string_view PlainVerbs() { return kPlain; }
bool IsSupportVerb(std::string_view lemma) { return Contains(kSupport, lemma); }
bool IsAbbreviation(std::string_view word) { return Contains(kAbbreviations, word); }

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

}  // namespace imago
