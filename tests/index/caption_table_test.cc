#include "index/caption_table.h"

#include <filesystem>

#include "fmt/format.h"
#include "index/importer.h"
#include "tests/index/collection_fixture.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Pictures and tables in a folder, and a collection to import them into.
class CaptionTable : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    collection_.reset();
    CollectionOptions options;
    options.extractor = extractor_.get();
    collection_ = Collection::Open(data_, encoder_->model(), encoder_->dim(), options).value();
  }
  std::string PathOf(const std::string& name) const { return dir_ + "/" + name; }
  void Put(const std::string& name, const std::string& bytes) {
    WriteTestFile(PathOf(name), bytes);
  }
  ImportReport Import(const ImportOptions& options) {
    return RunImport(*collection_, *encoder_, NewJobId(), options, control_).value();
  }
  ImportReport ImportTable(const std::string& text) {
    Put("captions.tsv", text);
    return Import({.paths = {PathOf("captions.tsv")}});
  }
  Item Find(const std::string& id) { return collection_->store().GetItem(id).value(); }

  const std::string dir_ = MakeTempDir();
  const std::string data_ = MakeTempDir();
  const std::unique_ptr<Encoder> encoder_ = NewHashEncoder();
  const std::unique_ptr<EventExtractor> extractor_ =
      NewRuleExtractor(EventOntology::House().value());
  ImportControl control_;
  std::unique_ptr<Collection> collection_;
};

TEST_F(CaptionTable, IsKnownByItsName) {
  EXPECT_EQ(CaptionTableOf("a/b.tsv"), "a/b.tsv");
  EXPECT_EQ(CaptionTableOf("a/b.tsv:12"), "a/b.tsv");
  EXPECT_EQ(CaptionTableOf("a/b.tsv:"), "");
  EXPECT_EQ(CaptionTableOf("a/b.jpg"), "");
  EXPECT_EQ(CaptionTableOf("a/b.jpg:12"), "");
}

TEST_F(CaptionTable, GivesPicturesTheirCaptionsByIdByNameAndByFile) {
  for (const char* name : {"a.bmp", "b.bmp", "c.bmp"}) {
    Put(name, PlainBmp({static_cast<uint8_t>(name[0]), 1, 2}));
  }
  Import({.paths = {dir_}});
  // One that came under another name for the same place.
  Entry entry;
  entry.item = Find(PathOf("c.bmp"));
  entry.item.id = "elsewhere";
  entry.vectors = collection_->store().GetVectors(PathOf("c.bmp"), "").value();
  entry.vectors[0].key.item_id = "elsewhere";
  ASSERT_TRUE(collection_->Write({entry}).ok());
  ASSERT_TRUE(collection_->Remove({PathOf("c.bmp")}).ok());

  const ImportReport report = ImportTable("file\tcaption\n" + PathOf("a.bmp") +
                                          "\tPolice arrested a man.\n"
                                          "b.bmp\tA woman vaccinates a girl.\n"
                                          "c.bmp\tA red car.\n");
  EXPECT_EQ(report.state, ImportState::kCompleted);
  EXPECT_EQ(report.counts.indexed, 3u);
  EXPECT_EQ(Find(PathOf("a.bmp")).events.at(0).type, "Arrest");
  EXPECT_EQ(Find(PathOf("b.bmp")).events.at(0).type, "Vaccination");
  EXPECT_EQ(Find("elsewhere").caption, "A red car.");
  EXPECT_EQ(collection_->snapshot()->live_items, 3u);
  EXPECT_EQ(collection_->snapshot()->live_rows, 3u) << "the pictures keep their vectors";
}

TEST_F(CaptionTable, MakesItemsOfCaptionsWithoutAPicture) {
  const ImportReport report =
      ImportTable("id\tsource\tcaption\r\nx\tnews\tPolice arrested a man.\r\ny\tnews\tA car.\r\n");
  EXPECT_EQ(report.counts.discovered, 2u);
  EXPECT_EQ(report.counts.indexed, 2u);
  const Item item = Find("x");
  EXPECT_EQ(item.kind, MediaKind::kCaption);
  EXPECT_EQ(item.caption, "Police arrested a man.");
  EXPECT_EQ(item.events.size(), 1u);
  EXPECT_EQ(collection_->snapshot()->live_rows, 0u);
  collection_.reset();
  EXPECT_THAT(Verify(data_), IsEmpty());
}

TEST_F(CaptionTable, KeepsSeveralCaptionsOfOneItemAsLinesAndSkipsWhatIsThere) {
  const std::string table = "file\tcaption\na.jpg\tPolice arrested a man\nb.jpg\tA car\n" +
                            PathOf("a.jpg") + "\tA woman vaccinates a girl\n";
  EXPECT_EQ(ImportTable(table).counts.indexed, 2u);
  EXPECT_EQ(Find(PathOf("a.jpg")).caption, "Police arrested a man\nA woman vaccinates a girl");
  EXPECT_EQ(Find(PathOf("a.jpg")).events.size(), 2u);
  const ImportReport again = ImportTable(table);
  EXPECT_EQ(again.counts.indexed, 0u);
  EXPECT_EQ(again.counts.skipped, 2u);
}

TEST_F(CaptionTable, HandsItsCaptionToThePictureThatComesLater) {
  ImportTable("file\tcaption\na.bmp\tPolice arrested a man.\n");
  Put("a.bmp", PlainBmp(kRed));
  Import({.paths = {dir_}});
  const Item item = Find(PathOf("a.bmp"));
  EXPECT_EQ(item.kind, MediaKind::kImage);
  EXPECT_EQ(item.caption, "Police arrested a man.");
  EXPECT_EQ(item.events.size(), 1u);
  EXPECT_EQ(collection_->snapshot()->live_items, 1u);
}

TEST_F(CaptionTable, NamesEachLineThatIsNoGood) {
  const ImportReport report = ImportTable(
      "id\tcaption\n\tA car.\na\t \nb\tgood\n\xff\tx\nc\t\xff\n" + std::string(513, 'd') + "\tx\n");
  EXPECT_EQ(report.state, ImportState::kCompletedWithErrors);
  EXPECT_EQ(report.counts.indexed, 1u);
  std::vector<std::string> lines;
  for (const FailedFile& one : report.failed) {
    lines.push_back(one.path.substr(PathOf("captions.tsv").size()));
  }
  EXPECT_THAT(lines, ElementsAre(":2", ":3", ":5", ":6", ":7"));
}

TEST_F(CaptionTable, ThatCannotBeReadIsAFailure) {
  const auto why = [](const ImportReport& report) {
    return report.failed.size() == 1 ? report.failed[0].error : "";
  };
  EXPECT_THAT(why(ImportTable("id\tx\na\tb\n")), HasSubstr("no column \"caption\""));
  EXPECT_THAT(why(ImportTable("name\tcaption\na\tb\n")), HasSubstr("\"file\" or \"id\""));
  EXPECT_THAT(why(ImportTable("id\tcaption\na\n")), HasSubstr(":2 has 1 fields"));
  EXPECT_THAT(why(Import({.paths = {PathOf("gone.tsv")}})), HasSubstr("gone.tsv"));
  EXPECT_EQ(Import({.only = {PathOf("captions.tsv") + ":2"}}).counts.failed, 1u);
}

TEST_F(CaptionTable, MayHaveAnyNameWhereItIsSaidToBeOne) {
  Put("list", "id\tcaption\nx\tPolice arrested a man.\n");
  EXPECT_EQ(Import({.captions = {PathOf("list")}}).counts.indexed, 1u);
}

}  // namespace
}  // namespace imago
