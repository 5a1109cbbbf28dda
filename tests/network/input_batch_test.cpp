#include "network/input_batch.h"

#include <ATen/ATen.h>

#include <numeric>

#include "catch_compat.h"

using namespace tnn;

namespace {

/// A batch whose element at [n, c, ...] is its place in the order n, c, ..., in either order in memory.
Batch numbered_batch(std::vector<int64_t> shape, bool channels_last) {
  Batch batch;
  batch.size = shape.front();
  batch.inputs.shape = std::move(shape);
  const at::Tensor numbers = at::arange(c10::multiply_integers(batch.inputs.shape), at::kFloat).reshape(batch.inputs.shape);
  const at::Tensor memory = channels_last ? numbers.movedim(1, -1).contiguous() : numbers;
  batch.inputs.channels_last = channels_last;
  batch.inputs.values.assign(memory.data_ptr<float>(), memory.data_ptr<float>() + memory.numel());
  return batch;
}

}  // namespace

TEST_CASE("inputs of images and clips are the same tensor in either order in memory") {
  for (const std::vector<int64_t>& shape :
       std::vector<std::vector<int64_t>>{{2, 3, 4, 5}, {1, 1, 6, 2}, {2, 3, 4, 5, 6}, {3, 1, 2, 2, 1}}) {
    const auto form = shape.size() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::ChannelsLast3d;
    for (const bool channels_last : {false, true}) {
      Batch batch = numbered_batch(shape, channels_last);
      const at::Tensor inputs = to_tensors(batch, at::kCPU).inputs;
      CHECK(inputs.sizes() == at::IntArrayRef(shape));
      CHECK(inputs.is_contiguous(channels_last ? form : at::MemoryFormat::Contiguous));
      CHECK(at::equal(inputs.flatten(), at::arange(inputs.numel(), at::kFloat)));
    }
  }
}

TEST_CASE("targets become tensors by name, and part of a batch has the rows of its samples") {
  Batch batch = numbered_batch({4, 1, 2, 2}, false);
  batch.targets.resize(2);
  batch.targets[0].become<int64_t>("label", {4}) = {3, 1, 0, 2};
  auto& boxes = batch.targets[1].become<float>("boxes", {6, 4});
  std::iota(boxes.begin(), boxes.end(), 0.0F);
  batch.targets[1].offsets = {0, 2, 2, 5, 6};
  const InputBatch whole = to_tensors(batch, at::kCPU);
  CHECK(whole.targets.at("label").scalar_type() == at::kLong);
  CHECK(whole.targets.at("boxes").sizes() == at::IntArrayRef({6, 4}));
  CHECK_THROWS_AS(whole.targets.at("mask"), std::logic_error);
  for (int64_t begin = 0; begin <= 4; ++begin)
    for (int64_t count = 0; begin + count <= 4; ++count) {
      const InputBatch part = whole.narrow(begin, count);
      CHECK(part.size() == count);
      CHECK(at::equal(part.targets.at("label"), whole.targets.at("label").slice(0, begin, begin + count)));
      const auto& offsets = part.targets.offsets("boxes");
      REQUIRE(static_cast<int64_t>(offsets.size()) == count + 1);
      CHECK(offsets.back() == part.targets.at("boxes").size(0));
      for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
        const auto sample = static_cast<size_t>(begin) + i;
        const at::Tensor rows = part.targets.at("boxes").slice(0, offsets[i], offsets[i + 1]);
        CHECK(at::equal(rows, whole.targets.at("boxes").slice(0, batch.targets[1].offsets[sample], batch.targets[1].offsets[sample + 1])));
      }
    }
}

TEST_CASE("a batch in which no sample has a row of a target gives an empty tensor") {
  Batch batch = numbered_batch({2, 1, 1, 1}, false);
  batch.targets.resize(1);
  batch.targets[0].become<float>("boxes", {0, 4});
  batch.targets[0].offsets = {0, 0, 0};
  const InputBatch input = to_tensors(batch, at::kCPU);
  CHECK(input.targets.at("boxes").sizes() == at::IntArrayRef({0, 4}));
  CHECK(input.narrow(1, 1).targets.at("boxes").size(0) == 0);
}
