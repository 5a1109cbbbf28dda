#include "data/split.h"

#include <algorithm>

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

namespace {

std::vector<int> labels_of_three_classes() {
  std::vector<int> labels;
  for (int i = 0; i < 1000; ++i) labels.push_back(i % 10 == 0 ? 2 : i % 10 < 4 ? 1 : 0);  // 600, 300, 100
  return labels;
}

}  // namespace

TEST_CASE("a validation split has the same share of every class, and every image once") {
  const auto labels = labels_of_three_classes();
  const auto split = validation_split(labels, 0.15, 1);
  std::vector<int> counts(3, 0);
  for (const auto index : split.validation) ++counts[static_cast<size_t>(labels[index])];
  CHECK(counts == std::vector<int>{90, 45, 15});
  CHECK(std::is_sorted(split.train.begin(), split.train.end()));
  CHECK(std::is_sorted(split.validation.begin(), split.validation.end()));
  std::vector<uint32_t> all;
  std::merge(split.train.begin(), split.train.end(), split.validation.begin(), split.validation.end(), std::back_inserter(all));
  REQUIRE(all.size() == labels.size());
  for (uint32_t i = 0; i < all.size(); ++i) CHECK(all[i] == i);
}

TEST_CASE("a validation split depends on the seed alone") {
  const auto labels = labels_of_three_classes();
  CHECK(validation_split(labels, 0.1, 7).validation == validation_split(labels, 0.1, 7).validation);
  CHECK(validation_split(labels, 0.1, 7).validation != validation_split(labels, 0.1, 8).validation);
}

TEST_CASE("fraction 0 leaves the validation part empty, no fraction leaves a class without training images, others are errors") {
  const auto labels = labels_of_three_classes();
  CHECK(validation_split(labels, 0, 1).validation.empty());
  CHECK(validation_split(labels, 0, 1).train.size() == 1000);
  CHECK(validation_split({5, 5, 6}, 0.9, 1).train.size() == 2);
  CHECK(validation_split({}, 0.5, 1).train.empty());
  for (const double fraction : {-0.1, 1.0, 2.0}) CHECK_THROWS_AS(validation_split(labels, fraction, 1), UsageError);
}
