#include "data/packed_annotated.h"

#include "annotated_tree.h"
#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/read_file.h"
#include "data/box_targets.h"
#include "data/dataset.h"
#include "data/packed_images.h"
#include "data/set_identity.h"
#include "data/verify.h"
#include "image_tree.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

PackedCount pack(const DatasetCard& card, const fs::path& folder, const fs::path& file, DamagePolicy policy = DamagePolicy::stop) {
  DamageLog damage;
  Progress silent;
  return pack_images(card, folder, file, policy, 2, damage, silent);
}

}  // namespace

TEST_CASE("packed images with boxes have the bytes, names, annotations and identity of those they were made from") {
  const TemporaryFolder folder, target;
  for (const bool coco : {false, true}) {
    const fs::path tree = folder.path() / (coco ? "coco" : "voc"), file = target.path() / (coco ? "coco.h5" : "voc.h5");
    const DatasetCard card = coco ? write_coco_tree(tree) : write_voc_tree(tree);
    CHECK(pack(card, tree, file).images == 16);
    CHECK(complete_card(load_card(fs::path(TNN_SOURCE_DIR) / "datasets", "voc_folder"), file).classes == card.classes);
    for (const char* split : {"train", "test"})
      for (const int64_t limit : {0, 4}) {
        const ImageSet loose = load_split(card, tree, split, limit), packed = load_split(card, file, split, limit);
        CHECK(boxes_of(*packed.targets).annotations() == boxes_of(*loose.targets).annotations());
        CHECK(set_identity(packed) == set_identity(loose));
        std::vector<uint8_t> a, b;
        for (size_t i = 0; i < static_cast<size_t>(loose.size()); ++i) {
          loose.encoded->read(i, a);
          packed.encoded->read(i, b);
          CHECK(a == b);
        }
      }
    CHECK(verify_dataset(card, file).ok());
  }
}

TEST_CASE("a damaged image stops packing, or is left out together with its objects") {
  const TemporaryFolder folder, target;
  const DatasetCard card = write_voc_tree(folder.path());
  fs::remove(folder.path() / "JPEGImages/t3.jpg");
  CHECK_THROWS_WITH(pack(card, folder.path(), target.path() / "a.h5"), ContainsSubstring("t3.jpg: damaged: there is an annotation"));
  CHECK(pack(card, folder.path(), target.path() / "a.h5", DamagePolicy::skip).images == 15);
  AnnotatedImages expected = boxes_of(*load_split(card, folder.path(), "train").targets).annotations();
  expected.images.erase(expected.images.begin() + 3);
  CHECK(boxes_of(*load_split(card, target.path() / "a.h5", "train").targets).annotations() == expected);
}

TEST_CASE("packed files with boxes and without are told apart") {
  const TemporaryFolder boxes, classes, target;
  const DatasetCard with = write_voc_tree(boxes.path()), without = write_image_tree(classes.path());
  pack(with, boxes.path(), target.path() / "with.h5");
  pack(without, classes.path(), target.path() / "without.h5");
  CHECK_THROWS_WITH(load_split(without, target.path() / "with.h5", "train"), ContainsSubstring("it holds images with boxes"));
  CHECK_THROWS_WITH(load_split(with, target.path() / "without.h5", "train"), ContainsSubstring("it holds images without boxes"));
}

TEST_CASE("classes of a packed file follow those of the card by their names") {
  const TemporaryFolder folder, target;
  DatasetCard card = write_voc_tree(folder.path());
  pack(card, folder.path(), target.path() / "a.h5");
  card.classes = card.class_folders = {"aye", "cow", "bee", "ant"};
  const AnnotatedImages read = boxes_of(*load_split(card, target.path() / "a.h5", "train").targets).annotations();
  CHECK(read.categories == card.classes);
  CHECK(read.images[0].objects[0].category == 3);
  card.classes = card.class_folders = {"ant", "bee"};
  CHECK_THROWS_WITH(load_split(card, target.path() / "a.h5", "train"), ContainsSubstring("'cow' is none of the 2 classes"));
}
