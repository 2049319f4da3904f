#include "storage/item.h"

#include <nlohmann/json.hpp>
#include <random>

#include "gmock/gmock.h"
#include "storage/cbor_reader.h"

namespace imago {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Event CaptionEvent() {
  Event event;
  event.type = "Arrest";
  event.trigger = "arrested";
  event.trigger_span = {7, 15};
  event.confidence = 0.55 * 0.75;
  event.arguments = {{"Agent", "Police", {0, 6}, "Police", {0, 6}, 1, {}},
                     {"Person", "man\xff with batons", {18, 33}, "man", {18, 21}, 1, {}}};
  return event;
}

Event PictureEvent() {
  Event event;
  event.type = "Arrest";
  event.source = EventSource::kPicture;
  event.confidence = 1.0 / 3;
  event.arguments = {{"Agent", "police", {}, "police", {}, 0.7, Region{0, 0.125, 0.3, 1}},
                     {"Agent", "soldier", {}, "soldier", {}, 0.1, {}}};
  return event;
}

Item FullItem() {
  Item item;
  item.id = std::string("caf\xc3\xa9\0\xff.jpg", 11);
  item.kind = MediaKind::kVideo;
  item.origin = Origin::kGenerated;
  item.uri = "/photos/cafe.jpg";
  item.sha256 = std::string(64, 'a');
  item.bytes = uint64_t{1} << 63;
  item.modified_ms = -5;
  item.width = 4000;
  item.height = 3000;
  item.caption = "a caf\xc3\xa9";
  item.metadata_json = R"({"tags":["x",{"deep":[1]}]})";
  item.events = {CaptionEvent(), PictureEvent()};
  return item;
}

std::string Cbor(const json& value) {
  std::string bytes;
  json::to_cbor(value, bytes);
  return bytes;
}

json Fields() { return json::from_cbor(EncodeItem(FullItem())); }

std::string WhyNot(const std::string& cbor) {
  const absl::StatusOr<Item> item = DecodeItem(cbor);
  EXPECT_TRUE(absl::IsDataLoss(item.status())) << item.status();
  return std::string(item.status().message());
}

TEST(Item, NamesItsKindsAndOrigins) {
  EXPECT_EQ(MediaKindName(MediaKind::kImage), "image");
  EXPECT_EQ(MediaKindName(MediaKind::kVideo), "video");
  EXPECT_EQ(MediaKindName(MediaKind::kCaption), "caption");
  EXPECT_EQ(OriginName(Origin::kLibrary), "library");
  EXPECT_EQ(OriginName(Origin::kGenerated), "generated");
}

TEST(Item, SurvivesEncodingAndDecoding) {
  EXPECT_EQ(DecodeItem(EncodeItem(FullItem())).value(), FullItem());
}

TEST(Item, IsRefusedWithoutAnIdOrWithBadMetadata) {
  Item item = FullItem();
  item.id = "";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckItem(item)));
  item = FullItem();
  item.metadata_json = "[]";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckItem(item)));
  item.metadata_json = "{";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckItem(item)));
  item.metadata_json = "{ }";
  EXPECT_TRUE(CheckItem(item).ok());
}

TEST(Item, IsRefusedWithAnEventThatCannotBe) {
  const auto refused = [](const auto& change) {
    Item item = FullItem();
    change(item.events[1]);
    EXPECT_TRUE(absl::IsInvalidArgument(CheckItem(item)));
    EXPECT_TRUE(absl::IsDataLoss(DecodeItem(EncodeItem(item)).status()));
  };
  refused([](Event& event) { event.type = ""; });
  refused([](Event& event) { event.trigger_span = {2, 1}; });
  refused([](Event& event) { event.confidence = 1.5; });
  refused([](Event& event) { event.arguments[0].role = ""; });
  refused([](Event& event) { event.arguments[0].span = {2, 1}; });
  refused([](Event& event) { event.arguments[0].head_span = {2, 1}; });
  refused([](Event& event) { event.arguments[0].confidence = -0.1; });
  refused([](Event& event) { event.arguments[0].region = Region{0.5, 0, 0.4, 1}; });
  refused([](Event& event) { event.arguments[0].region = Region{0, 0, 1, 1.1}; });
}

TEST(ItemCbor, OfBeforeThereWereEventsHasNone) {
  json fields = Fields();
  fields.erase("events");
  Item item = FullItem();
  item.events.clear();
  EXPECT_EQ(DecodeItem(Cbor(fields)).value(), item);
  EXPECT_EQ(Cbor(fields), EncodeItem(item));
}

TEST(ItemCbor, NamesEveryMissingOrMistypedFieldOfAnEvent) {
  const json whole = Fields();
  for (const auto& [name, value] : whole["events"][0].items()) {
    json fields = whole;
    fields["events"][0].erase(name);
    EXPECT_THAT(WhyNot(Cbor(fields)), HasSubstr("event 0: the field '" + name + "' is missing"));
    fields["events"][0][name] = value.is_string() ? json(1) : json("x");
    EXPECT_THAT(WhyNot(Cbor(fields)), HasSubstr("event 0: the field '" + name + "' is no"));
  }
  for (const auto& [name, value] : whole["events"][1]["arguments"][0].items()) {
    json fields = whole;
    json& argument = fields["events"][1]["arguments"][0];
    argument[name] = value.is_string() ? json(1) : json("x");
    EXPECT_THAT(WhyNot(Cbor(fields)), HasSubstr("event 1: the field '" + name + "'"));
  }
}

TEST(ItemCbor, RefusesRegionsWithoutFourNumbers) {
  for (const json& region : {json({0, 0, 1}), json({0, 0, 1, 1, 1}), json({0, 0, 1, "x"})}) {
    json fields = Fields();
    fields["events"][1]["arguments"][0]["region"] = region;
    EXPECT_THAT(WhyNot(Cbor(fields)), HasSubstr("region"));
  }
}

TEST(ItemCbor, IgnoresUnknownFieldsOfEvents) {
  json fields = Fields();
  fields["events"][0]["later"] = {1, {{"a", 2}}};
  fields["events"][0]["arguments"][0]["later"] = "x";
  EXPECT_EQ(DecodeItem(Cbor(fields)).value(), FullItem());
}

TEST(ItemCbor, IgnoresUnknownFieldsOfTheSameVersion) {
  json fields = Fields();
  fields["later"] = {1, -2, 2.5, nullptr, "x", {{"a", {true}}}, json::binary({1, 2})};
  EXPECT_EQ(DecodeItem(Cbor(fields)).value(), FullItem());
}

TEST(ItemCbor, RefusesAnotherVersion) {
  json fields = Fields();
  fields["v"] = 2;
  EXPECT_THAT(WhyNot(Cbor(fields)), HasSubstr("it has version 2, this program reads 1"));
}

TEST(ItemCbor, NamesEveryMissingField) {
  const json whole = Fields();
  for (const auto& [name, value] : whole.items()) {
    json fields = whole;
    if (name == "events") continue;  // may be missing
    fields.erase(name);
    EXPECT_THAT(WhyNot(Cbor(fields)), HasSubstr("'" + name + "'"));
  }
}

TEST(ItemCbor, NamesEveryMistypedField) {
  const json whole = Fields();
  for (const auto& [name, value] : whole.items()) {
    json fields = whole;
    fields[name] = value.is_string() ? json(1) : json("x");
    EXPECT_THAT(WhyNot(Cbor(fields)), HasSubstr("'" + name + "'"));
    fields[name] = 2.5;
    EXPECT_THAT(WhyNot(Cbor(fields)), HasSubstr("'" + name + "'"));
  }
}

TEST(ItemCbor, NamesNumbersOutOfRange) {
  const std::pair<const char*, json> cases[] = {{"kind", 3},   {"origin", 2},
                                                {"width", -1}, {"height", 1LL << 31},
                                                {"bytes", -1}, {"modified_ms", uint64_t{1} << 63}};
  for (const auto& [name, value] : cases) {
    json fields = Fields();
    fields[name] = value;
    EXPECT_THAT(WhyNot(Cbor(fields)), HasSubstr(name));
  }
}

TEST(ItemCbor, RefusesAFieldThatIsThereTwice) {
  EXPECT_THAT(WhyNot("\xa2\x61v\x01\x61v\x01"), HasSubstr("twice"));
}

TEST(ItemCbor, RefusesBytesAfterTheMap) {
  EXPECT_THAT(WhyNot(EncodeItem(FullItem()) + "x"), HasSubstr("follows"));
}

TEST(ItemCbor, RefusesEveryTruncation) {
  const std::string whole = EncodeItem(FullItem());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeItem(whole.substr(0, size)).status())) << size;
  }
}

TEST(ItemCbor, SurvivesDeepNestingAndHugeCounts) {
  for (const char fill : {'\x81', '\xa1', '\xc1', '\x7f', '\x5f', '\x9f', '\xbf'}) {
    WhyNot("\xa1\x61x" + std::string(1 << 20, fill));
    WhyNot(std::string(1 << 20, fill));
  }
  WhyNot("\xbb\xff\xff\xff\xff\xff\xff\xff\xff");
  WhyNot("\xa1\x61x\xbb\x7f\xff\xff\xff\xff\xff\xff\xff");
  WhyNot("\xa1\x61x\x7b\xff\xff\xff\xff\xff\xff\xff\xff");
}

TEST(ItemCbor, SurvivesRandomDamage) {
  std::mt19937 random(7);
  const std::string whole = EncodeItem(FullItem());
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    const absl::StatusOr<Item> item = DecodeItem(bytes);
    if (!item.ok()) continue;
    EXPECT_EQ(DecodeItem(EncodeItem(*item)).value(), *item);
  }
}

TEST(CborReader, ReadsNumbersOfEveryWidth) {
  const json numbers = {{"a", 23},         {"b", 255}, {"c", 65535},    {"d", 4294967295u},
                        {"e", UINT64_MAX}, {"f", -1},  {"g", INT64_MIN}};
  const std::string cbor = Cbor(numbers);
  const auto fields = ReadCborMap(cbor).value();
  for (const auto& [name, value] : numbers.items()) {
    const CborField& field = *fields.Find(name);
    if (value.is_number_unsigned()) {
      EXPECT_EQ(std::get<uint64_t>(field), value.get<uint64_t>());
    } else if (const auto* negative = std::get_if<int64_t>(&field)) {
      EXPECT_EQ(*negative, value.get<int64_t>());
    } else {
      EXPECT_EQ(std::get<uint64_t>(field), value.get<uint64_t>());
    }
  }
}

TEST(CborReader, ReadsFloatingPointNumbersAndKeepsNestedValues) {
  const json map = {{"f", 0.5}, {"d", 1.0 / 3}, {"list", {1, "x", {2}}}, {"map", {{"a", 1}}}};
  const std::string cbor = Cbor(map);
  const auto fields = ReadCborMap(cbor).value();
  EXPECT_EQ(fields.Find("e"), nullptr);
  EXPECT_EQ(std::get<double>(*fields.Find("f")), 0.5);
  EXPECT_EQ(std::get<double>(*fields.Find("d")), 1.0 / 3);
  EXPECT_EQ(std::get<Nested>(*fields.Find("map")).bytes, Cbor({{"a", 1}}));
  const auto list = ReadCborList(std::get<Nested>(*fields.Find("list")).bytes).value();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(std::get<uint64_t>(list[0]), 1u);
  EXPECT_EQ(std::get<std::string_view>(list[1]), "x");
  EXPECT_FALSE(ReadCborList(Cbor(map)).ok());
  EXPECT_FALSE(ReadCborList(Cbor(json::array({1})) + "x").ok());
  EXPECT_FALSE(ReadCborList("\x9a\xff\xff\xff\xff\x01").ok());
}

}  // namespace
}  // namespace imago
