#include "embed/stage_acts.h"

#include <algorithm>
#include <array>

#include "embed/stage_props.h"

namespace imago {
namespace {

constexpr std::array<Rgb, 5> kSkins = {
    {{244, 210, 180}, {232, 185, 150}, {200, 145, 105}, {150, 100, 70}, {105, 70, 50}}};

const Costume& CostumeOf(const std::string& name) {
  const auto costumes = Costumes();
  const auto found = std::find_if(costumes.begin(), costumes.end(),
                                  [&name](const Costume& costume) { return costume.name == name; });
  return found == costumes.end() ? costumes.front() : *found;
}

Point Beside(Point point, double dx, double dy) { return {point.x + dx, point.y + dy}; }

// The first role's filler with a camera, the third's, at the eye.
void DrawPhotographer(Staging& stage) {
  Posture photographer = Standing(0.25, kGround, stage.Height(0), 1);
  const Point camera = Beside(photographer.head(), 0.085, 0);
  photographer.hands = {Beside(camera, -0.01, 0.03), Beside(camera, 0, 0.03)};
  stage.Person(0, photographer);
  DrawCamera(stage.sketch, camera, 1);
  stage.Claim(2);
}

// ---- somebody does something to somebody ----

void Treat(Staging& stage) {
  const double top = kGround - 0.26;
  DrawBed(stage.sketch, 0.36, 0.96, top, kGround);
  stage.ClaimNothing();
  const Posture patient = Lying(0.4, top - 0.035, stage.Height(1));
  stage.Person(1, patient);
  Posture doctor = Standing(0.3, kGround, stage.Height(0), 1);
  const Point chest = {(patient.hip.x + 2 * patient.neck.x) / 3, patient.hip.y - 0.06};
  doctor.neck.x += 0.06;
  doctor.hands = {Point{chest.x - 0.1, chest.y}, Point{0.42, top - 0.06}};
  stage.Person(0, doctor);
  stage.sketch.Line({0.4, doctor.neck.y + 0.05}, chest, 0.008, {60, 65, 75});  // a stethoscope
  stage.sketch.Disc(chest, 0.018, {60, 65, 75});
  stage.ClaimNothing();
}

void Vaccinate(Staging& stage) {
  const double seat = kGround - 1.1 * 0.25 * stage.Height(1);
  DrawChair(stage.sketch, 0.68, seat + 0.02, kGround, -1);
  stage.ClaimNothing();
  const Posture patient = Sitting(0.67, kGround, stage.Height(1), -1);
  stage.Person(1, patient);
  Posture doctor = Standing(0.34, kGround, stage.Height(0), 1);
  doctor.neck.x += 0.02;
  const Point arm = Beside(patient.neck, -0.03, 0.08);
  doctor.hands = {Beside(arm, -0.11, -0.01), Beside(arm, -0.1, 0.09)};
  stage.Person(0, doctor);
  DrawSyringe(stage.sketch, doctor.hands[0], arm);
  stage.Claim(2);
}

void Test(Staging& stage) {
  Posture driver = Sitting(0.68, kGround, stage.Height(1), -1);
  const double down = kGround - 0.265 - driver.head().y;
  for (Point* point : {&driver.hip, &driver.neck, &driver.hands[0], &driver.hands[1]}) {
    point->y += down;
  }
  driver.feet = {Beside(driver.hip, -0.1, 0.05), Beside(driver.hip, -0.1, 0.05)};
  stage.Person(1, driver);
  DrawCar(stage.sketch, 0.7, kGround, 0.62, {205, 70, 60});
  stage.Claim(2);
  Posture tester = Standing(0.27, kGround, stage.Height(0), 1);
  const Point mouth = Beside(driver.head(), -0.04, 0.015);
  tester.hands = {Point{std::min(mouth.x - 0.12, 0.45), mouth.y + 0.03}, Point{0.4, 0.64}};
  stage.Person(0, tester);
  DrawSwab(stage.sketch, tester.hands[0], mouth);
  stage.ClaimNothing();
}

void Wheel(Staging& stage) {
  const double seat = kGround - 0.2;
  const Point handles = DrawWheelchair(stage.sketch, 0.66, seat, kGround, 1);
  stage.Claim(2);
  Posture rider = Sitting(0.64, kGround, stage.Height(1), 1);
  const double down = seat - 0.02 - rider.hip.y;
  for (Point* point : {&rider.hip, &rider.neck, &rider.hands[0], &rider.hands[1]}) point->y += down;
  stage.Person(1, rider);
  Posture helper = Walking(0.36, kGround, stage.Height(0), 1);
  helper.hands = {handles, Beside(handles, 0.01, -0.01)};
  stage.Person(0, helper);
}

void CarryOnStretcher(Staging& stage) {
  const double y = kGround - 0.29;
  Posture back = Walking(0.17, kGround, stage.Height(0), 1);
  Posture front = Walking(0.86, kGround, stage.Height(0), 1);
  back.hands = {Point{0.26, y}, Point{0.27, y}};
  front.hands = {Point{0.8, y}, Point{0.81, y}};
  stage.Person(0, front);
  DrawStretcher(stage.sketch, 0.25, 0.82, y);
  stage.Claim(2);
  stage.Person(1, Lying(0.53 - 0.45 * stage.Height(1), y - 0.045, stage.Height(1)));
  stage.Person(0, back);
}

void Arrest(Staging& stage) {
  Posture caught = Walking(0.62, kGround, stage.Height(1), 1);
  const Point wrists = Beside(caught.hip, -0.07, -0.03);
  caught.neck.x += 0.03;
  caught.hands = {wrists, Beside(wrists, -0.01, 0.01)};
  Posture officer = Walking(0.36, kGround, stage.Height(0), 1);
  officer.hands = {Beside(wrists, -0.03, 0), Beside(caught.neck, -0.03, 0.04)};
  stage.Person(1, caught);
  stage.Person(0, officer);
  DrawHandcuffs(stage.sketch, wrists);
  stage.ClaimNothing();
}

void Attack(Staging& stage) {
  Posture victim = Standing(0.66, kGround, stage.Height(1), -1);
  victim.neck.x += 0.07;
  victim.feet[0].x += 0.06;
  victim.hands = {Beside(victim.head(), -0.12, -0.03), Beside(victim.head(), -0.1, -0.08)};
  stage.Person(1, victim);
  Posture attacker = Walking(0.38, kGround, stage.Height(0), 1);
  attacker.neck.x += 0.03;
  attacker.hands = {Beside(attacker.head(), 0.08, -0.09), Beside(attacker.neck, 0.16, 0.1)};
  stage.Person(0, attacker);
  DrawBaton(stage.sketch, attacker.hands[0], Beside(attacker.hands[0], 0.17, -0.05));
  stage.Claim(2);
}

void Photograph(Staging& stage) {
  Posture model = Standing(0.74, kGround, stage.Height(1), -1);
  model.hands[0] = Beside(model.head(), -0.11, -0.1);
  stage.Person(1, model);
  DrawPhotographer(stage);
}

void Feed(Staging& stage) {
  const double seat = kGround - 1.1 * 0.25 * stage.Height(1);
  DrawChair(stage.sketch, 0.69, seat + 0.02, kGround, -1);
  stage.ClaimNothing();
  const Posture eater = Sitting(0.68, kGround, stage.Height(1), -1);
  stage.Person(1, eater);
  Posture feeder = Standing(0.34, kGround, stage.Height(0), 1);
  const Point mouth = Beside(eater.head(), -0.05, 0.02);
  feeder.hands = {Beside(mouth, -0.1, 0.02), Beside(feeder.hip, 0.14, -0.08)};
  stage.Person(0, feeder);
  DrawSpoon(stage.sketch, feeder.hands[0], mouth);
  DrawBowl(stage.sketch, feeder.hands[1]);
  stage.ClaimNothing();
}

Posture Running(double x, double height) {
  Posture posture = Walking(x, kGround, height, 1);
  posture.neck.x += 0.06;
  posture.feet[0] = {x - 0.3 * height, kGround - 0.16 * height};
  posture.feet[1] = {x + 0.25 * height, kGround - 0.01};
  return posture;
}

void Chase(Staging& stage) {
  Posture ahead = Running(0.72, stage.Height(1));
  ahead.hands = {Beside(ahead.hip, 0.12, -0.08), Beside(ahead.hip, -0.12, -0.1)};
  stage.Person(1, ahead);
  Posture behind = Running(0.28, stage.Height(0));
  behind.hands = {Beside(behind.neck, 0.24, 0.02), Beside(behind.neck, 0.22, 0.07)};
  stage.Person(0, behind);
}

void Interview(Staging& stage) {
  Posture guest = Standing(0.69, kGround, stage.Height(1), -1);
  guest.hands[0] = Beside(guest.hip, -0.12, -0.1);
  stage.Person(1, guest);
  Posture reporter = Standing(0.33, kGround, stage.Height(0), 1);
  const Point mouth = Beside(guest.head(), -0.075, 0.03);
  reporter.hands[0] = Beside(mouth, -0.09, 0.06);
  stage.Person(0, reporter);
  DrawMicrophone(stage.sketch, reporter.hands[0], mouth);
  stage.Claim(2);
}

void Rescue(Staging& stage) {
  Posture helper = Walking(0.42, kGround, stage.Height(0), 1);
  const double y = helper.neck.y + 0.13;
  helper.hands = {Point{0.58, y + 0.03}, Point{0.56, y + 0.03}};
  const Posture saved = Lying(0.5 - 0.5 * stage.Height(1), y, stage.Height(1));
  stage.Person(0, helper);
  Posture limp = saved;
  limp.hands = {Beside(saved.neck, 0.0, 0.2), Beside(saved.neck, -0.02, 0.19)};
  limp.feet = {Beside(saved.feet[0], 0.02, 0.1), Beside(saved.feet[1], 0.03, 0.1)};
  stage.Person(1, limp);
}

void ShakeHands(Staging& stage) {
  Posture right = Standing(0.65, kGround, stage.Height(1), -1);
  Posture left = Standing(0.35, kGround, stage.Height(0), 1);
  const Point middle = {0.5, (left.hip.y + right.hip.y) / 2 - 0.1};
  right.hands[0] = left.hands[0] = middle;
  stage.Person(1, right);
  stage.Person(0, left);
}

// ---- somebody does something with a thing ----

void Inspect(Staging& stage) {
  DrawThing(stage.sketch, stage.Filler(1), 0.68, kGround);
  stage.Claim(1);
  Posture inspector = Standing(0.34, kGround, stage.Height(0), 1);
  inspector.neck.x += 0.07;
  inspector.hands = {Point{0.47, kGround - 0.25}, Beside(inspector.hip, 0.06, 0)};
  stage.Person(0, inspector);
  DrawMagnifier(stage.sketch, inspector.hands[0], {0.54, kGround - 0.21});
  stage.ClaimNothing();
}

void Spray(Staging& stage) {
  DrawThing(stage.sketch, stage.Filler(1), 0.76, kGround);
  stage.Claim(1);
  Posture cleaner = Standing(0.28, kGround, stage.Height(0), 1);
  cleaner.hands = {Point{0.4, kGround - 0.25}, Beside(cleaner.hip, 0.08, -0.02)};
  stage.Person(0, cleaner);
  const Point back = Beside(cleaner.neck, -0.075, 0.1);
  stage.sketch.Line(Beside(back, 0, -0.06), Beside(back, 0, 0.06), 0.07, {240, 240, 240});
  DrawSprayer(stage.sketch, cleaner.hands[0], {0.51, kGround - 0.24}, 1);
  stage.Claim(2);
}

void Push(Staging& stage) {
  DrawThing(stage.sketch, stage.Filler(1), 0.66, kGround - 0.06);
  stage.Claim(1);
  stage.sketch.Line({0.45, kGround - 0.05}, {0.88, kGround - 0.05}, 0.02, {120, 80, 50});
  stage.sketch.Line({0.45, kGround - 0.05}, {0.4, kGround - 0.3}, 0.014, {120, 80, 50});
  for (const double x : {0.54, 0.8}) stage.sketch.Disc({x, kGround - 0.025}, 0.027, {40, 42, 48});
  stage.Claim(2);
  Posture pusher = Walking(0.26, kGround, stage.Height(0), 1);
  pusher.neck.x += 0.05;
  pusher.hands = {Point{0.4, kGround - 0.3}, Point{0.41, kGround - 0.28}};
  stage.Person(0, pusher);
}

void PhotographThing(Staging& stage) {
  DrawThing(stage.sketch, stage.Filler(1), 0.74, kGround);
  stage.Claim(1);
  DrawPhotographer(stage);
}

void Wear(Staging& stage) {
  const double height = stage.Height(0) * 1.25;
  Posture person = Standing(stage.random.Uniform(0.35, 0.65), kGround, height, 1);
  stage.Person(0, person);
  DrawWorn(stage.sketch, stage.Filler(1), {person.head(), person.neck, 1, height});
  stage.Claim(1);
}

void Research(Staging& stage) {
  const double top = kGround - 0.26;
  DrawTable(stage.sketch, 0.44, 0.92, top, kGround);
  stage.ClaimNothing();
  Posture researcher = Standing(0.34, kGround, stage.Height(0), 1);
  researcher.neck.x += 0.04;
  const Point work = {0.58, top};
  researcher.hands = {Beside(work, -0.06, -0.09), Beside(work, -0.08, -0.03)};
  const bool drips = stage.Filler(1) == "dropper";
  if (drips) researcher.hands[0] = Beside(work, 0.02, -0.25);
  DrawFlask(stage.sketch, Beside(work, drips ? 0.05 : 0.24, 0), {220, 90, 160});
  stage.ClaimNothing();
  stage.Person(0, researcher);
  if (drips) {
    DrawDropper(stage.sketch, researcher.hands[0], Beside(work, 0.05, -0.15));
  } else if (stage.Filler(1) == "microscope") {
    DrawMicroscope(stage.sketch, work);
  } else {
    DrawFlask(stage.sketch, work, {80, 190, 110});
  }
  stage.Claim(1);
}

void Demonstrate(Staging& stage) {
  constexpr std::array<Rgb, 3> kSigns = {{{255, 255, 255}, {250, 220, 90}, {250, 150, 130}}};
  for (int i = 0; i < 5; ++i) {
    const double near = i % 2 == 0 ? 0 : -0.05;
    Posture marcher = Walking(0.12 + 0.19 * i, kGround + near, stage.Height(0) * 0.9, 1);
    marcher.hands[0] = Beside(marcher.neck, 0.05, -0.05);
    DrawSign(stage.sketch, marcher.hands[0], kSigns[i % 3]);
    stage.ClaimNothing();
    stage.Person(0, marcher);
  }
}

const std::array<Act, 20> kActs = {{
    {"Treatment",
     {"Agent", "Target", ""},
     Second::kPerson,
     "",
     false,
     {"{0} treats {1}", "{1} is treated by {0}", "{0} gives {1} medical care"},
     Treat},
    {"Vaccination",
     {"Agent", "Target", "Instrument"},
     Second::kPerson,
     "syringe",
     false,
     {"{0} vaccinates {1}", "{1} is vaccinated by {0}", "{0} gives {1} an injection"},
     Vaccinate},
    {"Testing",
     {"Agent", "Target", "Place"},
     Second::kPerson,
     "car",
     false,
     {"{0} tests {1}", "{1} is tested by {0}", "{0} takes a swab from {1}"},
     Test},
    {"Transport",
     {"Agent", "Entity", "Instrument"},
     Second::kPerson,
     "wheelchair",
     false,
     {"{0} pushes {1}", "{1} is pushed by {0}", "{0} moves {1} along"},
     Wheel},
    {"Transport",
     {"Agent", "Entity", "Instrument"},
     Second::kPerson,
     "stretcher",
     false,
     {"{0} carries {1}", "{1} is carried by {0}", "{0} takes {1} away"},
     CarryOnStretcher},
    {"Arrest",
     {"Agent", "Person", ""},
     Second::kPerson,
     "",
     false,
     {"{0} arrests {1}", "{1} is arrested by {0}", "{0} leads {1} away in handcuffs"},
     Arrest},
    {"Attack",
     {"Attacker", "Target", "Instrument"},
     Second::kPerson,
     "baton",
     false,
     {"{0} attacks {1}", "{1} is attacked by {0}", "{0} strikes {1}"},
     Attack},
    {"Photographing",
     {"Agent", "Item", "Tool"},
     Second::kPerson,
     "camera",
     false,
     {"{0} photographs {1}", "{1} is photographed by {0}", "{0} takes a picture of {1}"},
     Photograph},
    {"Feeding",
     {"Agent", "Eater", ""},
     Second::kPerson,
     "",
     false,
     {"{0} feeds {1}", "{1} is fed by {0}", "{0} gives {1} something to eat"},
     Feed},
    {"Chasing",
     {"Agent", "Target", ""},
     Second::kPerson,
     "",
     false,
     {"{0} chases {1}", "{1} is chased by {0}", "{0} runs after {1}"},
     Chase},
    {"Interview",
     {"Participant", "Audience", "Instrument"},
     Second::kPerson,
     "microphone",
     false,
     {"{0} interviews {1}", "{1} is interviewed by {0}", "{0} holds a microphone to {1}"},
     Interview},
    {"Rescuing",
     {"Agent", "Target", ""},
     Second::kPerson,
     "",
     false,
     {"{0} rescues {1}", "{1} is rescued by {0}", "{0} bears {1} in both arms"},
     Rescue},
    {"Meet",
     {"Entity", "Entity", ""},
     Second::kPerson,
     "",
     true,
     {"{0} meets {1}", "{0} shakes hands with {1}", "{0} and {1} shake hands"},
     ShakeHands},
    {"Inspection",
     {"Agent", "Target", ""},
     Second::kThing,
     "",
     false,
     {"{0} inspects {1}", "{1} is inspected by {0}", "{0} looks closely at {1}"},
     Inspect},
    {"Sanitizing",
     {"Agent", "Target", "Tool"},
     Second::kThing,
     "sprayer",
     false,
     {"{0} disinfects {1}", "{1} is disinfected by {0}", "{0} sprays {1}"},
     Spray},
    {"Transport",
     {"Agent", "Entity", "Instrument"},
     Second::kThing,
     "cart",
     false,
     {"{0} transports {1}", "{1} is transported by {0}", "{0} pushes {1} on a cart"},
     Push},
    {"Photographing",
     {"Agent", "Item", "Tool"},
     Second::kThing,
     "camera",
     false,
     {"{0} photographs {1}", "{1} is photographed by {0}", "{0} takes a picture of {1}"},
     PhotographThing},
    {"Wearing",
     {"Agent", "Item", ""},
     Second::kWorn,
     "",
     false,
     {"{0} wears {1}", "{0} with {1} on", "{0} wearing {1}"},
     Wear},
    {"Researching",
     {"Agent", "Target", ""},
     Second::kTool,
     "",
     false,
     {"{0} works with {1} in a laboratory", "{0} using {1}", "{0} does research with {1}"},
     Research},
    {"Demonstrate",
     {"Entity", "", ""},
     Second::kNobody,
     "",
     false,
     {"{0}s demonstrate", "a crowd of {0}s with signs", "{0}s protest in the street"},
     Demonstrate},
}};

}  // namespace

Staging::Staging(Sketch& canvas, const EventScene& scene, Random& numbers)
    : sketch(canvas), random(numbers), scene_(scene), boxes_(scene.roles.size()) {
  for (size_t i = 0; i < scene.roles.size(); ++i) {
    skins_.push_back(kSkins[random.Below(static_cast<int64_t>(kSkins.size()))]);
  }
}

double Staging::Height(size_t role) const { return CostumeOf(Filler(role)).height; }

void Staging::Claim(size_t role) { boxes_[role] = Union(boxes_[role], sketch.TakeBox()); }

void Staging::Person(size_t role, const Posture& posture) {
  DrawPerson(sketch, CostumeOf(Filler(role)), posture, skins_[role]);
  Claim(role);
}

std::span<const Act> Acts() { return kActs; }

}  // namespace imago
