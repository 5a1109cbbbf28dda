#include "data/packed_images.h"

#include <atomic>
#include <thread>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/interruption.h"
#include "data/class_labels.h"
#include "data/dataset.h"
#include "image_tree.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

class Messages : public Progress {
 public:
  void message(const std::string& line) override { all += line + "\n"; }
  std::string all;
};

struct Packed {
  PackedCount count;
  int64_t damaged;
};

Packed pack(const DatasetCard& card, const fs::path& folder, const fs::path& file, DamagePolicy policy = DamagePolicy::stop,
            int workers = 2) {
  DamageLog damage;
  Progress silent;
  const PackedCount count = pack_images(card, folder, file, policy, workers, damage, silent);
  return {count, damage.count()};
}

std::vector<uint8_t> bytes_of(const ImageSet& set, size_t index) {
  std::vector<uint8_t> bytes;
  set.encoded->read(index, bytes);
  return bytes;
}

size_t files_in(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a packed file holds the bytes, labels, names and classes of the folder it was made from") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path file = target.path() / "images.h5";
  const Packed packed = pack(card, folder.path(), file);
  CHECK((packed.count.images == 18 && packed.damaged == 0));
  CHECK(files_in(target.path()) == 1);
  CHECK(packed_classes(file) == card.class_folders);
  int64_t bytes = 0;
  for (const char* split : {"train", "test"}) {
    const ImageSet original = load_split(card, folder.path(), split), set = load_split(card, file, split);
    CHECK(labels_of(set) == labels_of(original));
    CHECK(set.targets->class_names() == original.targets->class_names());
    for (size_t i = 0; i < static_cast<size_t>(set.size()); ++i) {
      CHECK(bytes_of(set, i) == bytes_of(original, i));
      CHECK(fs::path(set.encoded->name(i)).filename() == fs::path(original.encoded->name(i)).filename());
      bytes += static_cast<int64_t>(bytes_of(set, i).size());
    }
    CHECK(labels_of(load_split(card, file, split, 3)) == labels_of(load_split(card, folder.path(), split, 3)));
  }
  CHECK(packed.count.bytes == bytes);
}

TEST_CASE("images in subfolders are packed in their order under names that tell them apart") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_image_tree(folder.path());
  for (const char* part : {"a", "b"}) {
    fs::create_directory(folder.path() / "train/n02" / part);
    fs::copy(folder.path() / "train/n02/n02_0.JPEG", folder.path() / "train/n02" / part / "same.JPEG");
  }
  pack(card, folder.path(), target.path() / "images.h5");
  const ImageSet original = load_split(card, folder.path(), "train"), set = load_split(card, target.path() / "images.h5", "train");
  REQUIRE(labels_of(set) == labels_of(original));
  CHECK(set.size() == 14);
  for (size_t i = 0; i < static_cast<size_t>(set.size()); ++i) CHECK(set.encoded->name_in_class(i) == original.encoded->name_in_class(i));
  CHECK(set.encoded->name(9) == (target.path() / "images.h5").string() + ":train/n02/b/same.JPEG");
}

TEST_CASE("several threads read a packed file at once") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_image_tree(folder.path());
  pack(card, folder.path(), target.path() / "images.h5");
  const ImageSet original = load_split(card, folder.path(), "train"), set = load_split(card, target.path() / "images.h5", "train");
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 200; ++i) {
        const size_t index = (i * 7 + static_cast<size_t>(t)) % static_cast<size_t>(set.size());
        if (bytes_of(set, index) != bytes_of(original, index)) ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("labels of a packed file follow the classes of the card that reads it") {
  const TemporaryFolder folder, target;
  DatasetCard card = write_image_tree(folder.path());
  const fs::path file = target.path() / "images.h5";
  pack(card, folder.path(), file);
  card.class_folders.insert(card.class_folders.begin(), "n00");
  card.classes.insert(card.classes.begin(), "n00");
  CHECK(labels_of(load_split(card, file, "test")) == std::vector<int>{1, 1, 2, 2, 3, 3});
  card.class_folders.pop_back();
  CHECK_THROWS_WITH(load_split(card, file, "test"), ContainsSubstring("n03"));
}

TEST_CASE("a damaged image stops packing and leaves nothing, or is left out and counted") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path damaged = folder.path() / "val/n02/n02_1.JPEG", file = target.path() / "images.h5";
  write_file_atomically(damaged, read_file(damaged).substr(0, 200));
  CHECK_THROWS_WITH(pack(card, folder.path(), file), ContainsSubstring("n02_1.JPEG: damaged"));
  CHECK(files_in(target.path()) == 0);
  const Packed packed = pack(card, folder.path(), file, DamagePolicy::skip);
  CHECK((packed.count.images == 17 && packed.damaged == 1));
  CHECK(labels_of(load_split(card, file, "test")) == std::vector<int>{0, 0, 1, 2, 2});
}

TEST_CASE("packing names class folders without an image, and takes a link that leads nowhere for a damaged image") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path file = target.path() / "images.h5", link = folder.path() / "train/n01/n01_0.JPEG";
  for (const auto& entry : fs::directory_iterator(folder.path() / "val/n03")) fs::remove(entry.path());
  Messages messages;
  DamageLog damage;
  pack_images(card, folder.path(), file, DamagePolicy::stop, 1, damage, messages);
  CHECK(messages.all == (folder.path() / "val/n03").string() + ": no image of this class\n");
  fs::remove(link);
  fs::create_symlink("nowhere", link);
  CHECK_THROWS_WITH(pack(card, folder.path(), file), ContainsSubstring(link.string() + ": damaged: a link to 'nowhere'"));
  const Packed packed = pack(card, folder.path(), file, DamagePolicy::skip);
  CHECK((packed.count.images == 15 && packed.damaged == 1));
}

TEST_CASE("packing that is interrupted leaves the file that was there") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path file = target.path() / "images.h5";
  write_file_atomically(file, "old");
  request_interruption(15);
  CHECK_THROWS_AS(pack(card, folder.path(), file), Interrupted);
  clear_interruption();
  CHECK(read_file(file) == "old");
  CHECK(files_in(target.path()) == 1);
  CHECK_THROWS_AS(pack(card, folder.path(), target.path() / "images.hdf"), UsageError);
}

TEST_CASE("files that are not packed images, or are cut off, are data errors") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path file = target.path() / "images.h5";
  CHECK_THROWS_WITH(load_split(card, file, "train"), ContainsSubstring("No such file"));
  write_file_atomically(file, "no HDF5 at all");
  CHECK_THROWS_WITH(load_split(card, file, "train"), ContainsSubstring("not an HDF5 file"));
  fs::remove_all(folder.path() / "train");
  pack(card, folder.path(), file);
  CHECK_THROWS_WITH(load_split(card, file, "train"), ContainsSubstring("no split 'train'"));
  const std::string whole = read_file(file);
  for (size_t kept = 100; kept < whole.size(); kept += whole.size() / 23) {
    write_file_atomically(file, whole.substr(0, kept));
    CHECK_THROWS_AS(load_split(card, file, "test"), DataError);
  }
}
