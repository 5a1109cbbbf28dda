#include "data/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/random_stream.h"

namespace tnn {
namespace {

constexpr size_t kLargestResizedSet = size_t{1} << 30;  // bytes; larger sets are resized image by image
constexpr int kMostWorkers = 256;

int workers_in_range(int workers) {
  if (workers < 0 || workers > kMostWorkers) throw UsageError(fmt::format("workers {}: allowed from 0 to {}", workers, kMostWorkers));
  return workers;
}

}  // namespace

Loader::Loader(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices, LoaderOptions options)
    : set_(std::move(set)),
      indices_(std::move(indices)),
      options_(std::move(options)),
      extent_{set_->height, set_->width},
      prefetcher_([this](int64_t number, Batch& batch) { make(number, batch); }, workers_in_range(options_.workers)) {
  check();
  if (set_->encoded) {
    preparation_ = std::make_unique<ImagePreparation>(options_.augmentation, options_.seed);
    return;
  }
  augmentation_ = std::make_unique<Augmentation>(options_.augmentation, options_.seed, set_->channels, extent_);
  resize_up_front();
}

void Loader::check() const {
  if (options_.batch_size < 1) throw UsageError(fmt::format("batch_size {}: allowed 1 or more", options_.batch_size));
  if (!indices_.empty() && batches_per_epoch() == 0)
    throw UsageError(fmt::format("batch_size {} with drop_last leaves no batch of {} images", options_.batch_size, size()));
  for (const uint32_t index : indices_)
    if (index >= set_->size()) throw UsageError(fmt::format("image index {}: the set has {} images", index, set_->size()));
}

void Loader::resize_up_front() {
  const ImageExtent target = augmentation_->output();
  const size_t bytes = static_cast<size_t>(set_->channels) * static_cast<size_t>(target.height) * static_cast<size_t>(target.width);
  if (target == extent_ || indices_.size() > kLargestResizedSet / bytes) return;
  resized_.resize(indices_.size() * bytes);
  for (size_t i = 0; i < indices_.size(); ++i)
    resize_planes(set_->image(indices_[i]), set_->channels, extent_, resized_.data() + i * bytes, target);
  extent_ = target;
  augmentation_ = std::make_unique<Augmentation>(options_.augmentation, options_.seed, set_->channels, extent_);
}

int64_t Loader::batches_per_epoch() const { return (size() + (options_.drop_last ? 0 : options_.batch_size - 1)) / options_.batch_size; }

void Loader::start_epoch(int64_t epoch, int64_t first_batch) {
  if (epoch < 0) throw UsageError(fmt::format("epoch {}: allowed 0 or more", epoch));
  if (first_batch < 0 || first_batch > batches_per_epoch())
    throw UsageError(fmt::format("batch {} of an epoch: allowed from 0 to {}", first_batch, batches_per_epoch()));
  prefetcher_.stop();
  epoch_ = static_cast<uint64_t>(epoch);
  nothing_came_ = first_batch == 0 && batches_per_epoch() > 0;
  order_.resize(indices_.size());
  std::iota(order_.begin(), order_.end(), uint32_t{0});
  if (options_.shuffle) RandomStream(options_.seed, RandomPurpose::shuffle, {epoch_}).shuffle(order_);
  prefetcher_.start(first_batch, batches_per_epoch());
}

bool Loader::next(Batch& batch) {
  while (prefetcher_.next(batch)) {
    if (batch.size == 0) continue;
    nothing_came_ = false;
    return true;
  }
  if (!std::exchange(nothing_came_, false)) return false;
  const auto [name, problem] = set_->encoded->damage().first();
  throw DataError(fmt::format("all {} images are damaged, such as {}: {}", size(), name, problem));
}

const uint8_t* Loader::image(size_t position) const {
  if (resized_.empty()) return set_->image(indices_[position]);
  return resized_.data() + position * (resized_.size() / indices_.size());
}

bool Loader::decode_image(uint32_t index, float* out) const {
  thread_local std::vector<uint8_t> bytes;
  try {
    set_->encoded->read(index, bytes);
    preparation_->apply(bytes, epoch_, index, out, options_.channels_last);
    return true;
  } catch (const DamagedImage& damage) {
    const std::string name = set_->encoded->name(index);
    if (options_.augmentation.decoding.damaged == DamagePolicy::stop)
      throw DataError(fmt::format("{}: damaged: {} (data.damaged: skip goes on without such images)", name, damage.what()));
    set_->encoded->damage().add(name, damage.what());
    return false;
  }
}

bool Loader::write_image(size_t position, float* out) const {
  if (preparation_) return decode_image(indices_[position], out);
  augmentation_->apply(image(position), epoch_, indices_[position], out, options_.channels_last);
  return true;
}

void Loader::make(int64_t number, Batch& batch) const {
  const auto batch_size = static_cast<size_t>(options_.batch_size), first = static_cast<size_t>(number) * batch_size;
  const size_t asked = std::min(batch_size, order_.size() - first);
  const ImageExtent output = preparation_ ? preparation_->output() : augmentation_->output();
  const size_t values = static_cast<size_t>(set_->channels) * static_cast<size_t>(output.height) * static_cast<size_t>(output.width);
  batch.inputs.values.resize(asked * values);
  batch.indices.resize(asked);
  size_t count = 0;
  for (size_t i = 0; i < asked; ++i) {
    const size_t position = order_[first + i];
    if (write_image(position, batch.inputs.values.data() + count * values)) batch.indices[count++] = indices_[position];
  }
  batch.number = number;
  batch.size = static_cast<int64_t>(count);
  batch.inputs.shape = {batch.size, set_->channels, output.height, output.width};
  batch.inputs.channels_last = options_.channels_last;
  batch.inputs.values.resize(count * values);
  batch.indices.resize(count);
  set_->targets->write(batch);
}

}  // namespace tnn
