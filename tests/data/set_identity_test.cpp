#include "data/set_identity.h"

#include <chrono>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "data/dataset.h"
#include "data/packed_images.h"
#include "image_tree.h"
#include "temporary_folder.h"
#include "tiny_files.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

DatasetCard card_of(const fs::path& folder) { return complete_card(load_card(TNN_SOURCE_DIR "/datasets", "image_folder"), folder); }

std::string identity_of(const fs::path& folder, const std::string& split = "train") {
  return set_identity(load_split(card_of(folder), folder, split));
}

}  // namespace

TEST_CASE("the identity of an image folder is that of its copies, of touched files and of its packed file") {
  const TemporaryFolder folder, elsewhere;
  const DatasetCard card = write_image_tree(folder.path());
  fs::create_directories(folder.path() / "train/n02/part");
  fs::copy(folder.path() / "train/n02/n02_0.JPEG", folder.path() / "train/n02/part/n02_0.JPEG");
  const std::string identity = identity_of(folder.path());
  CHECK(identity.size() == 64);
  for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
    fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::hours(1000));
  CHECK(identity_of(folder.path()) == identity);
  fs::copy(folder.path(), elsewhere.path() / "copy", fs::copy_options::recursive);
  CHECK(identity_of(elsewhere.path() / "copy") == identity);
  DamageLog damage;
  Progress silent;
  pack_images(card, folder.path(), elsewhere.path() / "x.h5", DamagePolicy::stop, 1, damage, silent);
  CHECK(identity_of(elsewhere.path() / "x.h5") == identity);
  CHECK(identity_of(elsewhere.path() / "x.h5", "test") == identity_of(folder.path(), "test"));
  CHECK(identity_of(folder.path(), "test") != identity);
}

TEST_CASE("the identity of a flat folder with a list is that of its packed file, and changes with the list") {
  const TemporaryFolder folder;
  write_image_tree(folder.path());
  for (const char* name : {"n01", "n02", "n03"}) {
    fs::rename(folder.path() / "val" / name / (std::string(name) + "_0.JPEG"), folder.path() / "val" / (std::string(name) + "_0.JPEG"));
    fs::remove_all(folder.path() / "val" / name);
  }
  write_file_atomically(folder.path() / "val.txt", "n01_0.JPEG n03\nn02_0.JPEG n01\nn03_0.JPEG n02\n");
  const std::string identity = identity_of(folder.path(), "test");
  DamageLog damage;
  Progress silent;
  pack_images(card_of(folder.path()), folder.path(), folder.path() / "x.h5", DamagePolicy::stop, 1, damage, silent);
  CHECK(identity_of(folder.path() / "x.h5", "test") == identity);
  write_file_atomically(folder.path() / "val.txt", "n01_0.JPEG n03\nn02_0.JPEG n02\nn03_0.JPEG n02\n");
  CHECK(identity_of(folder.path(), "test") != identity);
}

TEST_CASE("the identity of an image folder changes with a class's name, an image's name or class, and with an image more or less") {
  const TemporaryFolder folder;
  write_image_tree(folder.path());
  const fs::path train = folder.path() / "train";
  const std::string identity = identity_of(folder.path());
  const auto changes = [&](const fs::path& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    fs::rename(from, to);
    INFO(from << " is " << to);
    CHECK(identity_of(folder.path()) != identity);
    fs::rename(to, from);
    CHECK(identity_of(folder.path()) == identity);
  };
  changes(train / "n01", train / "n00");                                // the same order
  changes(train / "n01", train / "n09");                                // another order
  changes(train / "n02/n02_1.JPEG", train / "n02/n02_1b.JPEG");         // a name
  changes(train / "n02/n02_1.JPEG", folder.path() / "elsewhere.JPEG");  // gone
  changes(train / "n02/n02_1.JPEG", train / "n01/n02_1.JPEG");          // another label
  fs::copy(train / "n02/n02_1.JPEG", train / "n02/n02_9.JPEG");
  CHECK(identity_of(folder.path()) != identity);
}

TEST_CASE("the identity of images in memory changes with labels, sizes, pixels and classes") {
  const std::string identity = set_identity(tiny_images(10, 2, 4, 6));
  CHECK(set_identity(tiny_images(10, 2, 4, 6)) == identity);
  CHECK(set_identity(tiny_images(11, 2, 4, 6)) != identity);
  CHECK(set_identity(tiny_images(10, 2, 6, 4)) != identity);
  const auto changes = [&](const auto& change) {
    LabelledImages changed = tiny_labelled_images(10, 2, 4, 6);
    change(changed);
    CHECK(set_identity(with_targets(std::move(changed))) != identity);
  };
  changes([](LabelledImages& other) { std::swap(other.labels[0], other.labels[1]); });
  changes([](LabelledImages& other) { other.images.pixels[17] ^= 1; });
  changes([](LabelledImages& other) { other.class_names[1] = "bee"; });
  changes([](LabelledImages& other) { std::swap(other.class_names[0], other.class_names[1]); });
}
