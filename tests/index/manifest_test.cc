#include "index/manifest.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"

namespace imago {
namespace {

using nlohmann::json;

Manifest Full() {
  return {"0123", "clip@1a2b3c4d",
          512,    IndexKind::kHnsw,
          77,     {{3, 1000, std::string(64, 'a')}, {9, 0, std::string(64, '0')}}};
}

TEST(Manifest, SurvivesEncodingAndDecoding) {
  EXPECT_EQ(DecodeManifest(EncodeManifest(Full())).value(), Full());
}

TEST(Manifest, RefusesEachFieldMissingOrMistyped) {
  const json whole = json::parse(EncodeManifest(Full()));
  for (const auto& [name, value] : whole.items()) {
    json object = whole;
    object[name] = nullptr;
    EXPECT_TRUE(absl::IsDataLoss(DecodeManifest(object.dump()).status())) << name;
    object.erase(name);
    EXPECT_TRUE(absl::IsDataLoss(DecodeManifest(object.dump()).status())) << name;
  }
}

TEST(Manifest, RefusesValuesOutOfRange) {
  const std::pair<const char*, json> cases[] = {{"/dim", 0},
                                                {"/dim", 1 << 20},
                                                {"/dim", -1},
                                                {"/kind", "magic"},
                                                {"/format", 2},
                                                {"/segments/0/number", 9},
                                                {"/segments/0/number", "3"},
                                                {"/segments/0/bytes", -1},
                                                {"/segments/1/sha256", "../../etc"},
                                                {"/segments/1", 5}};
  for (const auto& [place, value] : cases) {
    json object = json::parse(EncodeManifest(Full()));
    object[json::json_pointer(place)] = value;
    EXPECT_TRUE(absl::IsDataLoss(DecodeManifest(object.dump()).status())) << place << value;
  }
}

TEST(Manifest, RefusesWhatIsNoJson) {
  EXPECT_TRUE(absl::IsDataLoss(DecodeManifest("").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeManifest("[]").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeManifest(std::string(100000, '[')).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeManifest(EncodeManifest(Full()) + "}").status()));
}

TEST(Current, SurvivesEncodingAndDecoding) {
  const Current current = DecodeCurrent(EncodeCurrent({12, std::string(64, 'b')})).value();
  EXPECT_EQ(current.manifest, 12u);
  EXPECT_EQ(current.sha256, std::string(64, 'b'));
}

TEST(Current, RefusesAllElse) {
  const std::string sha(64, 'b');
  const std::vector<std::string> lines = {"",
                                          "MANIFEST-",
                                          "MANIFEST-1",
                                          "MANIFEST-1 " + sha,
                                          "MANIFEST-x " + sha + "\n",
                                          "MANIFEST-01 " + sha + "\n",
                                          "MANIFEST--1 " + sha + "\n",
                                          "MANIFEST-1 " + sha + "\n\n",
                                          "MANIFEST-99999999999999999999 " + sha + "\n",
                                          "../x-1 " + sha + "\n"};
  for (const std::string& line : lines) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeCurrent(line).status())) << line;
  }
}

}  // namespace
}  // namespace imago
