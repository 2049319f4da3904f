// `imago classify`, the program itself, with the encoder that knows colours by name.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"
#include "tests/support/shell.h"

namespace imago {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ClassifyCommand : public testing::Test {
 protected:
  ClassifyCommand() {
    WriteTestFile(model_ + "/model.json",
                  R"({"format":1,"family":"hash","name":"hash","dim":64,
                      "preprocess":{"size":32,"mode":"short_side","mean":[0,0,0],"std":[1,1,1]}})");
    WriteTestFile(Path("red.bmp"), PlainBmp(kRed));
    WriteTestFile(Path("deep/er/blue.bmp"), PlainBmp(kBlue));
    WriteTestFile(Path("deep/notes.txt"), "no picture");
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  // The program with "classify" and these arguments.
  Outcome Run(const std::vector<std::string>& arguments) const {
    std::string command = fmt::format("'{}' --data '{}' --model '{}' classify", IMAGO_PROGRAM,
                                      home_ + "/data", model_);
    for (const std::string& argument : arguments) command += fmt::format(" '{}'", argument);
    return RunShell(command, home_);
  }

  const std::string home_ = MakeTempDir();
  const std::string folder_ = MakeTempDir();
  const std::string model_ = home_ + "/model";
};

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  return lines;
}

TEST_F(ClassifyCommand, PrintsATableWithTheBestLabelFirst) {
  const Outcome run = Run({"--labels", "red, green,blue", folder_});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  const auto lines = Lines(run.out);
  ASSERT_EQ(lines.size(), 2u) << run.out;
  EXPECT_THAT(lines[0], HasSubstr(Path("deep/er/blue.bmp") + "  blue"));
  EXPECT_EQ(lines[1].rfind(Path("red.bmp") + " ", 0), 0u) << lines[1];
  EXPECT_EQ(lines[0].find("  blue "), lines[1].find("  red ")) << "columns are aligned";
  EXPECT_EQ(lines[0].size(), lines[1].size()) << run.out;
  EXPECT_THAT(lines[1], HasSubstr(" %  "));
}

TEST_F(ClassifyCommand, PrintsTheJsonOfTheService) {
  const Outcome run = Run({"--json", "--labels", "red,green,blue", "--top", "2", Path("red.bmp"),
                           Path("deep/er/blue.bmp")});
  EXPECT_EQ(run.code, 0) << run.err;
  const json answer = json::parse(run.out, nullptr, false);
  ASSERT_TRUE(answer.is_object()) << run.out;
  EXPECT_EQ(answer["model"], "hash@00000000");
  EXPECT_EQ(answer["templates"], 1);
  ASSERT_EQ(answer["results"].size(), 2u);
  EXPECT_EQ(answer["results"][0]["path"], Path("red.bmp"));
  ASSERT_EQ(answer["results"][0]["labels"].size(), 2u);
  EXPECT_EQ(answer["results"][0]["labels"][0]["label"], "red");
  EXPECT_EQ(answer["results"][1]["labels"][0]["label"], "blue");
}

TEST_F(ClassifyCommand, NamesABrokenFileAndGoesOn) {
  WriteTestFile(Path("torn.bmp"), PlainBmp(kGreen).substr(0, 99));
  const Outcome run = Run({"--json", "--labels", "red,blue", folder_, Path("none.jpg")});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("imago: " + Path("torn.bmp") + ": "));
  EXPECT_THAT(run.err, HasSubstr("imago: " + Path("none.jpg") + ": "));
  EXPECT_EQ(Lines(run.err).size(), 2u) << run.err;
  const json answer = json::parse(run.out, nullptr, false);
  ASSERT_EQ(answer["results"].size(), 2u) << run.out;
  EXPECT_EQ(answer["results"][1]["path"], Path("red.bmp"));
}

TEST_F(ClassifyCommand, AFileThatIsNoPictureIsAnErrorWhereItIsNamed) {
  const Outcome run = Run({"--labels", "red", Path("deep/notes.txt")});
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("notes.txt"));
}

TEST_F(ClassifyCommand, ReadsLabelsFromAFile) {
  WriteTestFile(home_ + "/labels", "red\r\n\n  a black cat, sleeping  \nblue");
  const Outcome run = Run({"--json", "--labels-file", home_ + "/labels", Path("red.bmp")});
  EXPECT_EQ(run.code, 0) << run.err;
  const json answer = json::parse(run.out, nullptr, false);
  std::vector<std::string> labels;
  for (const json& one : answer["results"][0]["labels"]) labels.push_back(one["label"]);
  EXPECT_THAT(labels, testing::UnorderedElementsAre("red", "a black cat, sleeping", "blue"));
}

TEST_F(ClassifyCommand, TakesSeveralTemplatesOrASet) {
  const auto templates = [&](const std::vector<std::string>& options) {
    std::vector<std::string> all = {"--json", "--labels", "red,blue"};
    all.insert(all.end(), options.begin(), options.end());
    all.push_back(Path("red.bmp"));
    const json answer = json::parse(Run(all).out, nullptr, false);
    return answer.is_object() ? answer["templates"].get<int>() : -1;
  };
  EXPECT_EQ(templates({"--template", "a {} wall", "--template", "my {}"}), 2);
  EXPECT_EQ(templates({"--prompts", "best7"}), 7);
  EXPECT_EQ(templates({}), 1);
}

TEST_F(ClassifyCommand, RefusesWrongUse) {
  const auto error = [&](const std::vector<std::string>& arguments) {
    const Outcome run = Run(arguments);
    EXPECT_EQ(run.code, 2) << run.out << run.err;
    return run.err;
  };
  EXPECT_THAT(error({"--labels", "red"}), HasSubstr("PATH"));
  EXPECT_THAT(error({folder_}), HasSubstr("labels: must be 1 to 1000, are 0"));
  EXPECT_THAT(error({folder_, "--labels", "red,red"}), HasSubstr("\"red\" is given twice"));
  EXPECT_THAT(error({folder_, "--labels", "red", "--prompts", "pets"}), HasSubstr("\"pets\""));
  EXPECT_THAT(error({folder_, "--labels", "red", "--template", "x"}), HasSubstr("exactly once"));
  EXPECT_THAT(error({folder_, "--labels", "red", "--top", "0"}), HasSubstr("--top"));
  EXPECT_THAT(error({folder_, "--labels-file", home_ + "/none"}), HasSubstr("/none"));
  EXPECT_THAT(error({folder_, "--labels", "red", "--template", "{}", "--prompts", "pet"}),
              HasSubstr("--prompts"));
}

TEST_F(ClassifyCommand, SaysSoWhereThereAreNoPictures) {
  const Outcome run = Run({"--labels", "red", Path("deep/er/none")});
  EXPECT_EQ(run.code, 1);
  std::filesystem::remove(Path("deep/er/blue.bmp"));
  const Outcome empty = Run({"--json", "--labels", "red", Path("deep")});
  EXPECT_EQ(empty.code, 0);
  EXPECT_THAT(empty.err, HasSubstr("no pictures"));
  EXPECT_EQ(json::parse(empty.out, nullptr, false)["results"], json::array());
}

}  // namespace
}  // namespace imago
