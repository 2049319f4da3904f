#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <thread>

#include "embed/decode_worker.h"
#include "gmock/gmock.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::HasSubstr;

// Sanitizers reserve terabytes of address space.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

IsolatedDecoderOptions Options() {
  IsolatedDecoderOptions options;
  if (kSanitized) options.max_memory_bytes = 0;
  return options;
}

std::unique_ptr<IsolatedDecoder> StartDecoder() {
  auto decoder = IsolatedDecoder::Start(IMAGO_DECODE_WORKER, Options());
  EXPECT_TRUE(decoder.ok()) << decoder.status();
  return decoder.ok() ? *std::move(decoder) : nullptr;
}

absl::Span<const uint8_t> Bytes(const std::string& file) {
  return {reinterpret_cast<const uint8_t*>(file.data()), file.size()};
}

std::string Picture(const std::string& name) {
  return ReadTestFile(SourcePath("tests/golden/pictures/" + name));
}

PrepareOptions SmallInput() {
  PrepareOptions options;
  options.preprocess.size = 10;
  options.thumbnail_side = 20;
  return options;
}

// A decoder that misbehaves as `how` says, see tests/support/decode_worker/main.cc.
absl::StatusOr<std::unique_ptr<IsolatedDecoder>> StartBadDecoder(const std::string& how) {
  const std::string program = MakeTempDir() + "/" + how;
  std::filesystem::create_symlink(IMAGO_DECODE_WORKER, program);
  return IsolatedDecoder::Start(program, {.cpu_seconds = 0});
}

absl::Status StatusFrom(const std::string& how) {
  auto decoder = StartBadDecoder(how);
  if (!decoder.ok()) return decoder.status();
  return (*decoder)->Prepare(Bytes(Picture("rgb.png")), SmallInput()).status();
}

TEST(IsolatedDecoder, GivesWhatPrepareImageGivesForEveryPicture) {
  const auto decoder = StartDecoder();
  ASSERT_NE(decoder, nullptr);
  const pid_t child = decoder->pid();
  int pictures = 0;
  int errors = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(SourcePath("tests/golden/pictures"))) {
    SCOPED_TRACE(entry.path().filename());
    const std::string file = ReadTestFile(entry.path().string());
    const auto apart = decoder->Prepare(Bytes(file), SmallInput());
    const auto here = PrepareImage(Bytes(file), SmallInput());
    ASSERT_EQ(apart.status(), here.status());
    ++(here.ok() ? pictures : errors);
    if (!here.ok()) continue;
    EXPECT_EQ(apart->input, here->input);
    EXPECT_EQ(apart->thumbnail, here->thumbnail);
    EXPECT_EQ(apart->format, here->format);
    EXPECT_EQ(apart->full_width, here->full_width);
    EXPECT_EQ(apart->full_height, here->full_height);
  }
  EXPECT_GE(pictures, 60);
  EXPECT_GE(errors, 10);
  EXPECT_EQ(decoder->pid(), child) << "an error in a file must not cost the child";
}

TEST(IsolatedDecoder, RefusesTooManyBytesWithoutSendingThem) {
  const auto decoder = StartDecoder();
  ASSERT_NE(decoder, nullptr);
  PrepareOptions options = SmallInput();
  options.decode.max_bytes = 10;
  const auto prepared = decoder->Prepare(Bytes(Picture("rgb.png")), options);
  EXPECT_EQ(prepared.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(IsolatedDecoder, LeavesTheThumbnailAwayWhenNoneIsWanted) {
  const auto decoder = StartDecoder();
  ASSERT_NE(decoder, nullptr);
  PrepareOptions options = SmallInput();
  options.thumbnail_side = 0;
  const auto prepared = decoder->Prepare(Bytes(Picture("rgb.png")), options);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_EQ(prepared->thumbnail, "");
}

TEST(IsolatedDecoder, StartsAnotherChildWhenOneWasKilled) {
  const auto decoder = StartDecoder();
  ASSERT_NE(decoder, nullptr);
  const pid_t child = decoder->pid();
  ASSERT_EQ(kill(child, SIGKILL), 0);
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
  const auto prepared = decoder->Prepare(Bytes(Picture("rgb.png")), SmallInput());
  EXPECT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_NE(decoder->pid(), child);
}

TEST(IsolatedDecoder, CallsACrashAnErrorOfThePicture) {
  auto decoder = StartBadDecoder("crashes");
  ASSERT_TRUE(decoder.ok()) << decoder.status();
  for (int picture = 0; picture < 2; ++picture) {  // the second one meets a new child
    const auto prepared = (*decoder)->Prepare(Bytes(Picture("rgb.png")), SmallInput());
    EXPECT_EQ(prepared.status().code(), absl::StatusCode::kDataLoss);
    if (kSanitized) continue;  // turns the signal into an exit code
    EXPECT_THAT(std::string(prepared.status().message()), HasSubstr("crashed with signal 11"));
  }
}

TEST(IsolatedDecoder, GivesUpOnADecoderThatHangs) {
  const std::string program = MakeTempDir() + "/hangs";
  std::filesystem::create_symlink(IMAGO_DECODE_WORKER, program);
  auto decoder = IsolatedDecoder::Start(program, {.timeout_ms = 500});
  ASSERT_TRUE(decoder.ok()) << decoder.status();
  const auto prepared = (*decoder)->Prepare(Bytes(Picture("rgb.png")), SmallInput());
  EXPECT_EQ(prepared.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(prepared.status().message()), HasSubstr("over 500 ms"));
}

TEST(IsolatedDecoder, EndsADecoderThatComputesForTooLong) {
  const absl::Status status = StatusFrom("burns");
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("computed for over 0 s"));
}

TEST(IsolatedDecoder, BelievesNoNonsense) {
  const absl::Status status = StatusFrom("lies");
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("astray"));
}

TEST(IsolatedDecoder, ForbidsTheChildToOpenFiles) {
  EXPECT_THAT(std::string(StatusFrom("opens").message()), HasSubstr("signal 31"));
}

TEST(IsolatedDecoder, LimitsTheMemoryOfTheChild) {
  if (kSanitized) GTEST_SKIP() << "sanitizers reserve terabytes of address space";
  EXPECT_THAT(std::string(StatusFrom("greedy").message()), HasSubstr("exit code 7"));
}

TEST(IsolatedDecoder, SaysThatAProgramCannotServe) {
  const absl::Status status = StatusFrom("dead");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("does not come up"));
  EXPECT_EQ(IsolatedDecoder::Start("/is/not/there").status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(IsolatedDecoder, FindsTheDecoderBesideTheRunningProgram) {
  EXPECT_EQ(std::filesystem::path(DecodeWorkerProgram()).filename(), "imago-decoder");
  const auto decoder = IsolatedDecoder::Start(DecodeWorkerProgram(), Options());
  EXPECT_TRUE(decoder.ok()) << decoder.status();
}

TEST(IsolatedDecoder, WorksOnSeveralThreadsWithOneEach) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([] {
      const auto decoder = StartDecoder();
      ASSERT_NE(decoder, nullptr);
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(decoder->Prepare(Bytes(Picture("large.jpg")), SmallInput()).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace imago
