#include "pipelines/step_time.h"

#include <ATen/ATen.h>

#include "catch_compat.h"
#include "data/class_labels.h"
#include "graph/graph_builder.h"

using namespace tnn;

namespace {

Network small_network() {
  GraphBuilder b("small");
  const NodeId x = b.input({1, 2, 2});
  return Network(describe_model(b.finish({b.linear("classifier", b.flatten("flatten", x), 3)}), {}, BatchNormMode::shared), 1);
}

TrainingData images(uint32_t count) {
  LabelledImages set;
  set.images.channels = 1, set.images.height = set.images.width = 2;
  set.class_names = {"a", "b", "c"};
  set.images.pixels.assign(count * 4, 100);
  TrainingData data;
  for (uint32_t i = 0; i < count; ++i) set.labels.push_back(static_cast<int>(i % 3)), data.train.push_back(i);
  data.images = std::make_shared<ImageSet>(with_targets(std::move(set)));
  data.augmentation.mean = {0.5f};
  data.augmentation.std = {0.5f};
  return data;
}

}  // namespace

TEST_CASE("as many steps are timed as an epoch has batches after the warm-up, up to those asked for") {
  const Network network = small_network();
  for (const auto& [batches, timed] : std::vector<std::pair<uint32_t, int>>{{1, 0}, {2, 0}, {3, 1}, {5, 3}, {6, 4}, {9, 4}}) {
    std::vector<int> numbers;
    int64_t seen = 0;
    const StepTime time = measure_steps(network, images(batches * 4), 4, {2, 4}, [&](const InputBatch& batch, int number) {
      numbers.push_back(number);
      seen += batch.size();
    });
    CHECK(time.steps == timed);
    CHECK((time.seconds > 0) == (timed > 0));
    CHECK(numbers.size() == std::min<size_t>(batches, 6));
    for (size_t i = 0; i < numbers.size(); ++i) CHECK(numbers[i] == static_cast<int>(i) - 2);
    CHECK(seen == static_cast<int64_t>(4 * numbers.size()));
  }
}
