#include "data/class_labels.h"

#include <stdexcept>

#include "catch_compat.h"
#include "data/loader.h"
#include "data/set_identity.h"
#include "data/split.h"
#include "tiny_files.h"

using namespace tnn;
using namespace tnn::test;

namespace {

/// Sample i has i modulo 4 boxes, [rows, 2], and two weights, [N, 2]: targets of another kind than classes.
class Boxes : public TargetSet {
 public:
  explicit Boxes(int64_t size) : size_(size) {}
  static float value(uint32_t sample, int64_t row) { return static_cast<float>(sample) + 0.25F * static_cast<float>(row); }

  int64_t size() const override { return size_; }
  const std::vector<std::string>& class_names() const override { return names_; }
  int stratum(size_t sample) const override { return static_cast<int>(sample % 4); }
  void identify(IdentityDigest&) const override {}
  void write(Batch& batch) const override {
    batch.targets.resize(2);
    std::vector<int64_t> offsets{0};
    for (const uint32_t sample : batch.indices) offsets.push_back(offsets.back() + stratum(sample));
    auto& boxes = batch.targets[0].become<float>("boxes", {offsets.back(), 2});
    for (size_t i = 0; i < batch.indices.size(); ++i)
      for (int64_t row = offsets[i]; row < offsets[i + 1]; ++row)
        for (int64_t k = 0; k < 2; ++k) boxes[static_cast<size_t>(2 * row + k)] = value(batch.indices[i], row - offsets[i]);
    batch.targets[0].offsets = std::move(offsets);
    auto& weights = batch.targets[1].become<int64_t>("weights", {static_cast<int64_t>(batch.indices.size()), 2});
    for (size_t i = 0; i < weights.size(); ++i) weights[i] = batch.indices[i / 2];
  }

 private:
  int64_t size_;
  std::vector<std::string> names_;
};

ImageSet images_with_boxes(int count) {
  ImageSet set = tiny_images(count, 1, 3, 5);
  set.targets = std::make_shared<Boxes>(count);
  return set;
}

}  // namespace

TEST_CASE("class labels are written as one integer a sample under the name label") {
  const ClassLabels labels({2, 0, 1, 1}, {"a", "b", "c"});
  Batch batch;
  batch.targets.resize(3);
  batch.targets[0].offsets = {0, 7};
  batch.targets[0].values = std::vector<float>{1, 2};
  for (const std::vector<uint32_t>& indices : std::vector<std::vector<uint32_t>>{{3, 0, 0}, {1}, {}, {0, 1, 2, 3}}) {
    batch.indices = indices;
    labels.write(batch);
    REQUIRE(batch.targets.size() == 1);
    CHECK(batch.targets[0].name == "label");
    CHECK(batch.targets[0].shape == std::vector<int64_t>{static_cast<int64_t>(indices.size())});
    CHECK(batch.targets[0].offsets.empty());
    REQUIRE(labels_of(batch).size() == indices.size());
    for (size_t i = 0; i < indices.size(); ++i) CHECK(labels_of(batch)[i] == labels.labels()[indices[i]]);
  }
}

TEST_CASE("a split by targets is the split by their strata, and of class labels by their classes") {
  const ImageSet set = tiny_images(40, 1, 2, 2), other = images_with_boxes(40);
  CHECK(validation_split(*set.targets, 0.3, 5).validation == validation_split(labels_of(set), 0.3, 5).validation);
  std::vector<int> strata;
  for (int i = 0; i < 40; ++i) strata.push_back(i % 4);
  CHECK(validation_split(*other.targets, 0.3, 5).validation == validation_split(strata, 0.3, 5).validation);
}

TEST_CASE("a loader hands on targets of any kind, with as many rows a sample as there are") {
  const auto set = std::make_shared<const ImageSet>(images_with_boxes(23));
  LoaderOptions options;
  options.batch_size = 5;
  options.shuffle = true;
  options.augmentation.mean = {0};
  options.augmentation.std = {1};
  std::vector<uint32_t> all(23);
  for (uint32_t i = 0; i < 23; ++i) all[i] = i;
  for (const int workers : {0, 2}) {
    options.workers = workers;
    Loader loader(set, all, options);
    Batch batch;
    int64_t samples = 0;
    for (loader.start_epoch(1); loader.next(batch); samples += batch.size) {
      REQUIRE(batch.targets.size() == 2);
      const auto& boxes = std::get<std::vector<float>>(batch.targets[0].values);
      const auto& offsets = batch.targets[0].offsets;
      REQUIRE(offsets.size() == batch.indices.size() + 1);
      CHECK(batch.targets[0].shape == std::vector<int64_t>{offsets.back(), 2});
      for (size_t i = 0; i < batch.indices.size(); ++i) {
        REQUIRE(offsets[i + 1] - offsets[i] == batch.indices[i] % 4);
        for (int64_t row = offsets[i]; row < offsets[i + 1]; ++row)
          CHECK(boxes[static_cast<size_t>(2 * row)] == Boxes::value(batch.indices[i], row - offsets[i]));
        CHECK(std::get<std::vector<int64_t>>(batch.targets[1].values)[2 * i] == batch.indices[i]);
      }
    }
    CHECK(samples == 23);
  }
}

TEST_CASE("labels are asked of class labels alone") {
  CHECK(labels_of(tiny_images(4, 1, 2, 2)) == std::vector<int>{0, 1, 2, 0});
  CHECK_THROWS_AS(labels_of(images_with_boxes(4)), std::logic_error);
}
