#include "training/gradient_scores.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "catch_compat.h"
#include "core/error.h"
#include "data/class_labels.h"
#include "graph/graph_builder.h"
#include "tasks/classification.h"

using namespace tnn;

namespace {

std::shared_ptr<const ImageSet> images(int count) {
  LabelledImages set;
  set.images.channels = 1, set.images.height = set.images.width = 4;
  set.class_names = {"dark", "bright"};
  RandomStream random(5);
  for (int i = 0; i < count; ++i) {
    set.labels.push_back(i % 2);
    for (int p = 0; p < 16; ++p) set.images.pixels.push_back(static_cast<uint8_t>(random.below(120) + (i % 2 ? 120 : 0)));
  }
  return std::make_shared<ImageSet>(with_targets(std::move(set)));
}

Network small_network() {
  GraphBuilder b("small");
  NodeId x = b.convolution("conv", b.input({1, 4, 4}), 4, kNone, {.window = {{3}, {}, {1}, {}}});
  x = b.flatten("flatten", b.relu("relu", b.batch_norm("bn", x)));
  return Network(describe_model(b.finish({b.linear("fc", b.dropout("dropout", x, 0.5), 2)}), {}, BatchNormMode::shared), 3);
}

Loader batches(const std::shared_ptr<const ImageSet>& set, std::vector<uint32_t> indices, int64_t size) {
  LoaderOptions options;
  options.batch_size = size;
  options.augmentation.mean = {0.4f};
  options.augmentation.std = {0.3f};
  return Loader(set, std::move(indices), options);
}

}  // namespace

TEST_CASE("a score is the weight times the summed gradient of the mini-batches, without its sign") {
  const auto set = images(12);
  Network network = small_network();
  const auto task = make_task("classification", {{"dark", "bright"}});
  Progress progress;
  Loader loader = batches(set, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 4);
  const WeightScores scores = gradient_scores(network, *task, loader, 2, progress);

  // The same by differences: the sum of the mean losses of two batches as a function of one weight.
  const auto loss = [&] {
    c10::NoGradGuard no_grad;
    Loader again = batches(set, {0, 1, 2, 3, 4, 5, 6, 7}, 4);
    double sum = 0;
    Batch batch;
    for (again.start_epoch(0); again.next(batch);) {
      const InputBatch input = to_tensors(batch, network.device());
      sum += task->loss(network.forward(input.inputs, network.sliced(Configuration::full(network.graph())), {}), input.targets, 0)
                 .item<double>();
    }
    return sum;
  };
  for (const auto& entry : network.parameters().trainable()) {
    INFO(entry.name);
    REQUIRE(scores.at(entry.name).size() == static_cast<size_t>(entry.tensor.numel()));
    CHECK_FALSE(entry.tensor.grad().defined());
    c10::NoGradGuard no_grad;
    at::Tensor parameter = entry.tensor;
    for (int64_t i = 0; i < std::min<int64_t>(5, parameter.numel()); ++i) {
      // Row-major, as a model file has it, whatever the order in memory.
      at::Tensor place = parameter;
      int64_t rest = i, each = parameter.numel();
      for (int64_t d = 0; d < parameter.dim(); ++d) {
        each /= parameter.size(d);
        place = place.select(0, rest / each);
        rest %= each;
      }
      const double value = place.item<double>(), step = 1e-2;
      place.fill_(value + step);
      const double above = loss();
      place.fill_(value - step);
      const double below = loss();
      place.fill_(value);
      CHECK(scores.at(entry.name)[static_cast<size_t>(i)] == Approx(std::fabs(value * (above - below) / (2 * step))).margin(2e-3));
    }
  }
}

TEST_CASE("a loss that is not finite has no importance") {
  Network network = small_network();
  {
    c10::NoGradGuard no_grad;
    for (const auto& entry : network.parameters().trainable()) at::Tensor(entry.tensor).fill_(1e38);
  }
  const auto task = make_task("classification", {{"dark", "bright"}});
  Progress progress;
  Loader loader = batches(images(4), {0, 1, 2, 3}, 4);
  CHECK_THROWS_WITH(gradient_scores(network, *task, loader, 100, progress), ContainsSubstring("its units have no importance"));
}
