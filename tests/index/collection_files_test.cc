// The files of an index are a cache: whatever happens to them, a collection answers the same.

#include <filesystem>
#include <functional>

#include "tests/index/collection_fixture.h"

namespace imago {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CollectionFiles : public testing::Test {
 protected:
  // Two segments, a replaced item and a removed one.
  CollectionFiles() {
    const auto collection = OpenTestCollection(dir);
    EXPECT_TRUE(collection->Write({MakeEntry("a", 1), MakeEntry("b", 2), MakeEntry("c", 3)}).ok());
    EXPECT_TRUE(collection->Write({MakeEntry("b", 4), MakeEntry("d", 5)}).ok());
    EXPECT_TRUE(collection->Remove({"c"}).ok());
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& file : fs::directory_iterator(dir + "/index")) files.push_back(file.path());
    std::sort(files.begin(), files.end());
    return files;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const std::string& file : Files()) names.push_back(fs::path(file).filename());
    return names;
  }
  // Of the first segment, and all others.
  std::string SegmentFile() const { return Files()[2]; }

  void ExpectAnswersAsBefore(const CollectionOptions& options = {}) const {
    const auto collection = OpenTestCollection(dir, options);
    const auto snapshot = collection->snapshot();
    const std::map<std::string, uint64_t> expected = {{"a", 1}, {"b", 4}, {"d", 5}};
    EXPECT_EQ(LiveItems(*snapshot), expected);
    EXPECT_TRUE(Finds(*snapshot, "a", 1));
    EXPECT_TRUE(Finds(*snapshot, "b", 4));
    EXPECT_TRUE(Finds(*snapshot, "d", 5));
    EXPECT_EQ(snapshot->sequence, 6u);
    EXPECT_EQ(collection->FindBySha256(Sha256("4")), "b");
  }

  // Damages each file in turn; it must be found, made good on opening, and be good afterwards.
  void ExpectSurvives(const std::function<void(const std::string&)>& damage) {
    for (size_t i = 0; i < Files().size(); ++i) {
      SCOPED_TRACE(Files()[i]);
      damage(Files()[i]);
      const bool has_index = fs::exists(dir + "/index/CURRENT");
      EXPECT_EQ(Verify(dir).empty(), !has_index);  // without CURRENT there is nothing to find
      ExpectAnswersAsBefore();
      EXPECT_THAT(Verify(dir), IsEmpty());
    }
  }

  const std::string dir = MakeTempDir();
};

TEST_F(CollectionFiles, AreOnlyThoseThatAreNeeded) {
  EXPECT_THAT(Names(), ElementsAre("CURRENT", "MANIFEST-3", "segment-1", "segment-2"));
  EXPECT_THAT(Verify(dir), IsEmpty());
}

TEST_F(CollectionFiles, AreReadOnOpening) {
  ExpectAnswersAsBefore();
  EXPECT_THAT(Names(), ElementsAre("CURRENT", "MANIFEST-3", "segment-1", "segment-2"));
}

TEST_F(CollectionFiles, AreKeptWhileOthersAreAdded) {
  ASSERT_TRUE(OpenTestCollection(dir)->Write({MakeEntry("e", 6)}).ok());
  EXPECT_THAT(Names(), ElementsAre("CURRENT", "MANIFEST-5", "segment-1", "segment-2", "segment-4"));
}

TEST_F(CollectionFiles, SurviveBeingRemoved) {
  ExpectSurvives([](const std::string& path) { fs::remove(path); });
}

TEST_F(CollectionFiles, SurviveBeingEmptied) {
  ExpectSurvives([](const std::string& path) { fs::resize_file(path, 0); });
}

TEST_F(CollectionFiles, SurviveATruncation) {
  ExpectSurvives([](const std::string& path) { fs::resize_file(path, fs::file_size(path) - 1); });
}

TEST_F(CollectionFiles, SurviveExtraBytes) {
  ExpectSurvives([](const std::string& path) { WriteTestFile(path, ReadTestFile(path) + "x"); });
}

TEST_F(CollectionFiles, SurviveAFlippedBitAnywhere) {
  for (const double place : {0.0, 0.3, 0.6, 0.99}) {
    ExpectSurvives([place](const std::string& path) {
      std::string bytes = ReadTestFile(path);
      bytes[static_cast<size_t>(place * static_cast<double>(bytes.size()))] ^= 4;
      WriteTestFile(path, bytes);
    });
  }
}

TEST_F(CollectionFiles, SurviveAllBeingRemoved) {
  fs::remove_all(dir + "/index");
  EXPECT_THAT(Verify(dir), IsEmpty());
  ExpectAnswersAsBefore();
}

TEST_F(CollectionFiles, SurviveThoseOfAnotherCollection) {
  const std::string other = MakeTempDir();
  ASSERT_TRUE(OpenTestCollection(other)
                  ->Write({MakeEntry("a", 9), MakeEntry("x", 10), MakeEntry("c", 11),
                           MakeEntry("b", 12), MakeEntry("d", 13), MakeEntry("e", 14)})
                  .ok());
  fs::remove_all(dir + "/index");
  fs::copy(other + "/index", dir + "/index");
  EXPECT_THAT(Verify(dir), ElementsAre(HasSubstr("another collection")));
  ExpectAnswersAsBefore();
}

TEST_F(CollectionFiles, SurviveOlderOnes) {
  const std::string old = MakeTempDir() + "/index";
  fs::copy(dir + "/index", old);
  ASSERT_TRUE(OpenTestCollection(dir)->Write({MakeEntry("a", 21), MakeEntry("e", 22)}).ok());
  fs::remove_all(dir + "/index");
  fs::copy(old, dir + "/index");
  EXPECT_THAT(Verify(dir), IsEmpty());
  const auto collection = OpenTestCollection(dir);
  EXPECT_THAT(LiveIds(*collection->snapshot()), ElementsAre("a", "b", "d", "e"));
  EXPECT_TRUE(Finds(*collection->snapshot(), "a", 21));
  EXPECT_FALSE(Finds(*collection->snapshot(), "a", 1));
}

TEST_F(CollectionFiles, SurviveALaterStateOfTheStore) {
  const std::string old = MakeTempDir() + "/store";
  fs::copy(dir + "/store", old, fs::copy_options::recursive);
  ASSERT_TRUE(OpenTestCollection(dir)->Write({MakeEntry("e", 22)}).ok());
  fs::remove_all(dir + "/store");
  fs::copy(old, dir + "/store", fs::copy_options::recursive);
  EXPECT_THAT(Verify(dir), ElementsAre(HasSubstr("the item 'e', which the store lacks")));
  ExpectAnswersAsBefore();
}

TEST_F(CollectionFiles, AreNotWrittenWhenNothingChanged) {
  const auto before = fs::last_write_time(dir + "/index/CURRENT");
  ASSERT_TRUE(OpenTestCollection(dir)->Flush().ok());
  EXPECT_EQ(fs::last_write_time(dir + "/index/CURRENT"), before);
}

// Stops the last flush, and so the program, at each step.
TEST_F(CollectionFiles, SurviveAFlushThatStopsAtAnyStep) {
  for (const char* stop : {"segment", "manifest", "sweep"}) {
    SCOPED_TRACE(stop);
    int stopped = 0;
    CollectionOptions options;
    options.before_step = [&](std::string_view step) {
      if (step != stop) return absl::OkStatus();
      ++stopped;
      return absl::AbortedError("stopped");
    };
    {
      const auto collection = OpenTestCollection(dir, options);
      ASSERT_TRUE(collection->Write({MakeEntry("a", 30)}).ok());
      EXPECT_TRUE(absl::IsAborted(collection->Flush()));
    }
    EXPECT_GE(stopped, 1);
    EXPECT_THAT(Verify(dir), IsEmpty());
    EXPECT_TRUE(Finds(*OpenTestCollection(dir)->snapshot(), "a", 30));
  }
}

TEST_F(CollectionFiles, BringInWhatWasStoredButNotPublished) {
  CollectionOptions options;
  options.before_step = [](std::string_view step) {
    return step == "publish" ? absl::AbortedError("stopped") : absl::OkStatus();
  };
  {
    const auto collection = OpenTestCollection(dir, options);
    EXPECT_TRUE(absl::IsAborted(collection->Write({MakeEntry("a", 30)})));
    EXPECT_TRUE(absl::IsAborted(collection->Remove({"d"})));
  }
  const auto collection = OpenTestCollection(dir);
  EXPECT_THAT(LiveIds(*collection->snapshot()), ElementsAre("a", "b"));
  EXPECT_TRUE(Finds(*collection->snapshot(), "a", 30));
}

TEST_F(CollectionFiles, KnowNothingOfAWriteThatTheStoreRefused) {
  CollectionOptions options;
  options.before_step = [](std::string_view step) {
    return step == "apply" ? absl::AbortedError("stopped") : absl::OkStatus();
  };
  EXPECT_TRUE(absl::IsAborted(OpenTestCollection(dir, options)->Write({MakeEntry("a", 30)})));
  ExpectAnswersAsBefore();
}

}  // namespace
}  // namespace imago
