#include "data/packed_clips.h"

#include "catch_compat.h"
#include "clip_tree.h"
#include "core/atomic_file.h"
#include "data/class_labels.h"
#include "data/dataset.h"
#include "data/dataset_folder.h"
#include "data/set_identity.h"
#include "data/verify.h"
#include "image_tree.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

PackedClipCount pack(const DatasetCard& card, const fs::path& folder, const fs::path& file, DamagePolicy policy = DamagePolicy::stop) {
  DamageLog damage;
  Progress silent;
  return pack_clips(card, folder, file, policy, 2, damage, silent);
}

}  // namespace

TEST_CASE("packed clips give the batches of the folder they were made from, bit by bit") {
  const TemporaryFolder folder, target;
  for (const bool in_lists : {true, false}) {
    const fs::path root = folder.path() / (in_lists ? "lists" : "classes"), file = target.path() / (in_lists ? "a.h5" : "b.h5");
    const DatasetCard card = in_lists ? write_jester_tree(root, "", "own") : write_clip_folder_tree(root);
    const PackedClipCount count = pack(card, root, file);
    CHECK((count.clips == (in_lists ? 9 : 10) && count.frames == (in_lists ? 81 : 60)));
    CHECK(is_packed(locate(card, file)));
    CHECK(complete_card(shipped_clip_card(card.name), file).classes == card.classes);
    for (const char* split : {"train", "test"}) {
      const auto loose = std::make_shared<const ImageSet>(load_split(card, root, split));
      const auto packed = std::make_shared<const ImageSet>(load_split(card, file, split));
      CHECK(labels_of(*packed) == labels_of(*loose));
      CHECK(set_identity(*packed) == set_identity(*loose));
      for (const bool augment : {true, false})
        CHECK(same_batches(clip_epoch(packed, clip_loader_options(2, augment), 3), clip_epoch(loose, clip_loader_options(0, augment), 3)));
      CHECK(labels_of(load_split(card, file, split, 2)) == labels_of(load_split(card, root, split, 2)));
    }
    const VerifyReport report = verify_dataset(card, file);
    CHECK((report.ok() && report.train_counts == std::vector<int64_t>(card.classes.size(), in_lists ? 2 : 3)));
  }
}

TEST_CASE("a damaged clip stops packing, or is left out whole") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_jester_tree(folder.path(), "", "own");
  const fs::path file = target.path() / "clips.h5";
  write_file_atomically(folder.path() / "20bn-jester-v1/2/00006.jpg", "no image");
  CHECK_THROWS_WITH(pack(card, folder.path(), file), ContainsSubstring("20bn-jester-v1/2: damaged: frame 00006.jpg: "));
  CHECK_FALSE(fs::exists(file));
  const PackedClipCount count = pack(card, folder.path(), file, DamagePolicy::skip);
  CHECK((count.clips == 8 && count.frames == 75));
  const ImageSet set = load_split(card, file, "train");
  CHECK(labels_of(set) == std::vector<int>{0, 1, 0, 1, 2});
  CHECK(set.clips->name(1) == file.string() + ":train/Swiping Right/1");
  CHECK(set.clips->open(1)->frames() == 5);
}

TEST_CASE("a frame whose bytes are not those that were packed is damage of its clip alone") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_jester_tree(folder.path(), "", "own");
  const fs::path file = target.path() / "clips.h5", frame = folder.path() / "20bn-jester-v1/1/00003.jpg";
  pack(card, folder.path(), file);
  std::string bytes = read_file(file);
  const size_t place = bytes.find(read_file(frame));
  REQUIRE(place != std::string::npos);
  bytes[place + 200] = static_cast<char>(bytes[place + 200] ^ 1);
  write_file_atomically(file, bytes);
  const auto set = std::make_shared<const ImageSet>(load_split(card, file, "train"));
  LoaderOptions options = clip_loader_options(0, false);
  options.augmentation.frames = 5;
  CHECK_THROWS_WITH(clip_epoch(set, options), ContainsSubstring("train/Swiping Right/1: damaged: frame 3: other bytes than were packed"));
  options.augmentation.decoding.damaged = DamagePolicy::skip;
  clip_epoch(set, options);
  CHECK(set->clips->damage().count() == 1);
}

TEST_CASE("packed clips are not taken for images, nor packed images for clips") {
  const TemporaryFolder folder, target;
  const DatasetCard clips = write_jester_tree(folder.path() / "clips", "", "own"), images = write_image_tree(folder.path() / "images");
  pack(clips, folder.path() / "clips", target.path() / "clips.h5");
  DamageLog damage;
  Progress silent;
  pack_images(images, folder.path() / "images", target.path() / "images.h5", DamagePolicy::stop, 1, damage, silent);
  CHECK_THROWS_WITH(load_split(images, target.path() / "clips.h5", "train"), ContainsSubstring("it holds clips, not images"));
  CHECK_THROWS_WITH(load_split(clips, target.path() / "images.h5", "train"), ContainsSubstring("it holds images, not clips"));
}
