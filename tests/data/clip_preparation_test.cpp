#include "data/clip_preparation.h"

#include <set>

#include "catch_compat.h"
#include "clip_tree.h"
#include "core/error.h"
#include "data/clip_frames.h"
#include "data/file_bytes.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

constexpr size_t kFrames = 4, kPlane = 12 * 16;

AugmentationOptions options(bool augment) {
  AugmentationOptions options = clip_loader_options(0, augment).augmentation;
  options.flip = augment;
  options.decoding.jitter = {0.2, 0.2, 0.2, 0.1};
  options.cutout = 5;
  return options;
}

std::vector<float> prepared(const ClipPreparation& preparation, const fs::path& clip, uint64_t epoch, uint64_t sample,
                            bool channels_last = false) {
  std::vector<float> values(3 * kFrames * kPlane);
  preparation.apply(*open_clip_folder(clip), epoch, sample, values.data(), channels_last);
  return values;
}

/// What an image alone becomes, with the same draws.
std::vector<float> image_alone(const fs::path& file, bool augment, uint64_t epoch, uint64_t sample) {
  std::vector<uint8_t> bytes;
  read_file_bytes(file, bytes);
  std::vector<float> values(3 * kPlane);
  ImagePreparation(options(augment), 7).apply(bytes, epoch, sample, values.data());
  return values;
}

std::vector<float> frame_of(const std::vector<float>& clip, size_t frame) {
  std::vector<float> values;
  for (size_t c = 0; c < 3; ++c) {
    const auto begin = clip.begin() + static_cast<std::ptrdiff_t>((c * kFrames + frame) * kPlane);
    values.insert(values.end(), begin, begin + static_cast<std::ptrdiff_t>(kPlane));
  }
  return values;
}

}  // namespace

TEST_CASE("the first frame is drawn from all that leave enough, by seed, epoch and sample; evaluation takes the middle") {
  const ClipPreparation drawn(options(true), 7), other(options(true), 8), middle(options(false), 7);
  std::set<size_t> starts;
  bool differs_by_seed = false;
  for (uint64_t epoch = 0; epoch < 10; ++epoch)
    for (uint64_t sample = 0; sample < 20; ++sample) {
      const size_t start = drawn.start(10, epoch, sample);
      CHECK(start == ClipPreparation(options(true), 7).start(10, epoch, sample));
      differs_by_seed = differs_by_seed || start != other.start(10, epoch, sample);
      starts.insert(start);
      CHECK(middle.start(10, epoch, sample) == 3);
    }
  CHECK(starts == std::set<size_t>{0, 1, 2, 3, 4, 5, 6});
  CHECK(differs_by_seed);
  for (const size_t frames : {1, 3, 4}) CHECK((drawn.start(frames, 0, 0) == 0 && middle.start(frames, 0, 0) == 0));
  CHECK(middle.start(37, 0, 0) == 16);
}

TEST_CASE("all frames of a clip have one crop, flip, colours and blank square: those of an image with the same draws") {
  const TemporaryFolder folder;
  write_clip(folder.path() / "clip", 9);
  for (const bool augment : {true, false}) {
    const ClipPreparation preparation(options(augment), 7);
    CHECK(preparation.shape() == std::vector<int64_t>{3, 4, 12, 16});
    for (const uint64_t sample : {0, 1, 2, 3}) {
      const auto clip = prepared(preparation, folder.path() / "clip", 2, sample);
      const size_t start = preparation.start(9, 2, sample);
      for (size_t i = 0; i < kFrames; ++i) {
        const fs::path file = folder.path() / "clip" / ("0000" + std::to_string(start + i + 1) + ".jpg");
        CHECK(frame_of(clip, i) == image_alone(file, augment, 2, sample));
      }
      const auto last = prepared(preparation, folder.path() / "clip", 2, sample, true);
      bool same = true;
      for (size_t c = 0; c < 3; ++c)
        for (size_t i = 0; i < kFrames * kPlane; ++i) same = same && last[i * 3 + c] == clip[c * kFrames * kPlane + i];
      CHECK(same);
    }
  }
}

TEST_CASE("the last frame of a clip that is too short repeats") {
  const TemporaryFolder folder;
  write_clip(folder.path() / "clip", 2);
  for (const bool augment : {true, false}) {
    const ClipPreparation preparation(options(augment), 7);
    const auto clip = prepared(preparation, folder.path() / "clip", 0, 3);
    CHECK(frame_of(clip, 0) == image_alone(folder.path() / "clip/00001.jpg", augment, 0, 3));
    for (const size_t i : {1, 2, 3}) CHECK(frame_of(clip, i) == image_alone(folder.path() / "clip/00002.jpg", augment, 0, 3));
    const auto last = prepared(preparation, folder.path() / "clip", 0, 3, true);
    CHECK(std::vector<float>(last.begin() + 3 * kPlane, last.begin() + 6 * kPlane) ==
          std::vector<float>(last.end() - 3 * kPlane, last.end()));
  }
}

TEST_CASE("frames of different sizes are damage, and frames out of range a usage error") {
  const TemporaryFolder folder;
  write_clip(folder.path() / "clip", 2);
  write_clip(folder.path() / "clip", 2, 20, 32, 3);
  const ClipPreparation preparation(options(false), 7);
  CHECK_THROWS_AS(prepared(preparation, folder.path() / "clip", 0, 0), DamagedImage);
  CHECK_THROWS_WITH(prepared(preparation, folder.path() / "clip", 0, 0),
                    ContainsSubstring("frame 00003.jpg has 20 x 32 pixels, '00001.jpg' 20 x 30"));
  AugmentationOptions none = options(false);
  none.frames = 0;
  CHECK_THROWS_AS(ClipPreparation(none, 7), UsageError);
}
