#include "embed/pair_pictures.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "embed/decode_image.h"

namespace imago {
namespace {

absl::StatusOr<Image> LoadPicture(const std::string& path, const PreprocessOptions& preprocess) {
  DecodeOptions decode;
  decode.min_short_side = 2 * preprocess.size;
  const auto decoded = DecodeImageFile(path, decode);
  if (!decoded.ok()) return decoded.status();
  return ResizeAndCrop(decoded->image, preprocess);
}

// What the threads share.
struct Work {
  std::atomic<size_t> next = 0;
  std::atomic<bool> ended = false;
  std::mutex mutex;  // of what follows
  size_t done = 0;
  absl::Status status;
};

}  // namespace

absl::StatusOr<std::vector<Image>> LoadPictures(const std::vector<std::string>& paths,
                                                const PictureLoad& load, TrainControl& control) {
  std::vector<Image> pictures(paths.size());
  Work work;
  const auto finish = [&](absl::Status status) {
    const std::lock_guard lock(work.mutex);
    if (work.status.ok()) work.status = std::move(status);
    if (!work.status.ok()) work.ended = true;
    ++work.done;
    if (!control.on_progress || work.ended) return;
    control.on_progress(
        {load.phase, static_cast<int64_t>(work.done), static_cast<int64_t>(paths.size()), 0, 0, 0});
  };
  const auto run = [&] {
    for (size_t i = work.next++; i < paths.size() && !work.ended; i = work.next++) {
      if (control.stop) return finish(absl::CancelledError("stopped; run it again to go on"));
      auto picture = LoadPicture(paths[i], load.preprocess);
      if (picture.ok()) pictures[i] = *std::move(picture);
      finish(picture.status());
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i < load.threads; ++i) threads.emplace_back(run);
    run();
  }
  if (!work.status.ok()) return work.status;
  return pictures;
}

}  // namespace imago
