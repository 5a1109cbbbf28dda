#include "data/box_targets.h"

#include <limits>

#include "catch_compat.h"
#include "core/error.h"
#include "data/identity_digest.h"

using namespace tnn;

namespace {

using Numbers = std::vector<float>;
using Integers = std::vector<int64_t>;

AnnotatedImages three_images() {
  AnnotatedImages set;
  set.categories = {"ant", "bee", "cow"};
  set.category_ids = {1, 2, 3};
  set.images.resize(3);
  for (AnnotatedImage& image : set.images) image.width = 100, image.height = 50;
  set.images[0].objects.resize(2);
  set.images[0].objects[0] = {{10, 20, 30, 40}, 2};
  set.images[0].objects[1] = {{50, 0, 90, 10}, 1, true};
  set.images[2].objects.resize(4);
  set.images[2].objects[0] = {{-5, 30, 20, 90}, 0, false, true, true};  // reaches beyond the image
  set.images[2].objects[1] = {{110, 0, 130, 20}, 1};                    // lies beside it
  set.images[2].objects[2] = {{0, 0, 4, 4}, 1};
  set.images[2].objects[3] = {{7, 7, 7, 9}, 2};  // empty
  return set;
}

/// Images of 50 x 100 that became twice as large in the corner of 120 x 240.
Batch doubled(std::vector<uint32_t> indices, bool flipped = false) {
  Batch batch;
  batch.inputs.shape = {static_cast<int64_t>(indices.size()), 3, 120, 240};
  batch.geometry.assign(indices.size(), {2, 2, 0, 0, flipped, {50, 100}, {120, 240}, {100, 200}});
  batch.indices = std::move(indices);
  batch.size = static_cast<int64_t>(batch.indices.size());
  return batch;
}

const TargetArray& target(const Batch& batch, const char* name) {
  for (const TargetArray& array : batch.targets)
    if (array.name == name) return array;
  throw std::logic_error(name);
}
const Numbers& numbers(const Batch& batch, const char* name) { return std::get<Numbers>(target(batch, name).values); }
const Integers& integers(const Batch& batch, const char* name) { return std::get<Integers>(target(batch, name).values); }

std::string digest_of(const AnnotatedImages& set) {
  IdentityDigest digest;
  BoxTargets(set).identify(digest);
  return digest.hex();
}

}  // namespace

TEST_CASE("boxes become rows in pixels of the input, clipped to the image, without those of which nothing is left") {
  const BoxTargets targets(three_images());
  Batch batch = doubled({2, 1, 0});
  targets.write(batch);
  CHECK(batch.targets.size() == 6);
  CHECK(target(batch, "boxes").shape == Integers{4, 4});
  CHECK(numbers(batch, "boxes") == Numbers{0, 60, 40, 100, 0, 0, 8, 8, 20, 40, 60, 80, 100, 0, 180, 20});
  CHECK(integers(batch, "box_labels") == Integers{0, 1, 2, 1});
  CHECK(integers(batch, "box_flags") == Integers{BoxTargets::kCrowd, 0, 0, BoxTargets::kDifficult});
  for (const char* name : {"boxes", "box_labels", "box_flags"}) CHECK(target(batch, name).offsets == Integers{0, 2, 2, 4});
  CHECK(numbers(batch, "image_extent") == Numbers{100, 200, 100, 200, 100, 200});
  CHECK(target(batch, "geometry").shape == Integers{3, 5});
  CHECK(numbers(batch, "geometry") == Numbers{2, 2, 0, 0, 0, 2, 2, 0, 0, 0, 2, 2, 0, 0, 0});
  CHECK(integers(batch, "image_index") == Integers{2, 1, 0});
}

TEST_CASE("a flipped image mirrors its boxes within the part that it fills, and the way back is the same") {
  const BoxTargets targets(three_images());
  Batch batch = doubled({0}, true);
  targets.write(batch);
  CHECK(numbers(batch, "boxes") == Numbers{140, 40, 180, 80, 20, 0, 100, 20});
  CHECK(unmap_box({140, 40, 180, 80}, numbers(batch, "geometry").data(), numbers(batch, "image_extent").data()) == Box{10, 20, 30, 40});
}

TEST_CASE("arrays of targets are used again for batches of other sizes, also without any object") {
  const BoxTargets targets(three_images());
  Batch batch = doubled({0, 1, 2});
  targets.write(batch);
  const auto first = batch.targets;
  batch.indices = {1};
  batch.geometry.resize(1);
  targets.write(batch);
  CHECK(target(batch, "boxes").shape == Integers{0, 4});
  CHECK(target(batch, "boxes").offsets == Integers{0, 0});
  CHECK(numbers(batch, "boxes").empty());
  Batch again = doubled({0, 1, 2});
  again.targets = batch.targets;
  targets.write(again);
  CHECK(again.targets == first);
}

TEST_CASE("the stratum of an image is its smallest class, or one more where it shows nothing") {
  const BoxTargets targets(three_images());
  CHECK(targets.size() == 3);
  CHECK(targets.class_names().size() == 3);
  CHECK((targets.stratum(0) == 1 && targets.stratum(1) == 3 && targets.stratum(2) == 0));
}

TEST_CASE("another box, class, flag or order of images is another identity") {
  const AnnotatedImages set = three_images();
  CHECK(digest_of(set) == digest_of(three_images()));
  std::vector<AnnotatedImages> others(5, set);
  others[0].images[0].objects[0].box.x2 += 1e-9;
  others[1].images[0].objects[0].category = 0;
  others[2].images[0].objects[0].difficult = true;
  std::swap(others[3].images[0], others[3].images[1]);
  others[4].categories[0] = "bat";
  for (const auto& other : others) CHECK(digest_of(other) != digest_of(set));
}

TEST_CASE("objects of no class and boxes that are no numbers are refused with the image's file") {
  AnnotatedImages set = three_images();
  set.images[2].file = "2.jpg";
  set.images[2].objects[0].category = 3;
  CHECK_THROWS_AS(BoxTargets(set), DataError);
  CHECK_THROWS_WITH(BoxTargets(set), ContainsSubstring("2.jpg: an object of class 3, but there are 3 classes"));
  set.images[2].objects[0].category = 0;
  set.images[2].objects[0].box.y2 = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(BoxTargets(set), DataError);
}

TEST_CASE("a batch is trimmed to its largest image, rounded up, and never beyond its inputs") {
  Batch batch = doubled({0, 1});
  CHECK(trim_extent(batch, 1) == ImageExtent{100, 200});
  CHECK(trim_extent(batch, 16) == ImageExtent{112, 208});
  CHECK(trim_extent(batch, 64) == ImageExtent{120, 240});
  batch.geometry[1].part = {120, 30};
  CHECK(trim_extent(batch, 32) == ImageExtent{120, 224});
  batch.geometry[0].part = {};  // all of the input
  CHECK(trim_extent(batch, 32) == ImageExtent{120, 240});
  CHECK_THROWS_AS(trim_extent(batch, 0), UsageError);
}
