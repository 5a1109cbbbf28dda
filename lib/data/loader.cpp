#include "data/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/random_stream.h"

namespace tnn {
namespace {

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
      prefetcher_([this](int64_t number, Batch& batch) { make(number, batch); }, workers_in_range(options_.workers)) {
  check();
  source_ = make_sample_source(set_, indices_, {options_.seed, options_.channels_last, options_.augmentation});
}

void Loader::check() const {
  if (options_.batch_size < 1) throw UsageError(fmt::format("batch_size {}: allowed 1 or more", options_.batch_size));
  if (options_.share_index < 0 || options_.share_index >= options_.share_count)
    throw UsageError(fmt::format("share {} of {}: allowed from 0 to one less", options_.share_index, options_.share_count));
  if (!indices_.empty() && batches_per_epoch() == 0)
    throw UsageError(fmt::format("batch_size {} with drop_last leaves no batch of {} images", options_.batch_size, size()));
  for (const uint32_t index : indices_)
    if (index >= set_->size()) throw UsageError(fmt::format("image index {}: the set has {} images", index, set_->size()));
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
    if (batch.size == 0 && options_.share_count == 1) continue;
    nothing_came_ = false;
    return true;
  }
  if (!std::exchange(nothing_came_, false)) return false;
  const EncodedSamples& samples = *set_->samples();
  const auto [name, problem] = samples.damage().first();
  throw DataError(fmt::format("all {} {} are damaged, such as {}: {}", size(), samples.noun(), name, problem));
}

int64_t Loader::batch_size(int64_t number) const { return std::min(options_.batch_size, size() - number * options_.batch_size); }

std::vector<int64_t> Loader::places(const Batch& batch) const {
  const int64_t first = batch.number * options_.batch_size, end = batch_size(batch.number);
  std::vector<int64_t> places;
  for (int64_t place = options_.share_index; place < end && places.size() < batch.indices.size(); place += options_.share_count)
    if (indices_[order_[static_cast<size_t>(first + place)]] == batch.indices[places.size()]) places.push_back(place);
  return places;
}

void Loader::make(int64_t number, Batch& batch) const {
  const auto first = static_cast<size_t>(number * options_.batch_size), stride = static_cast<size_t>(options_.share_count);
  const auto begin = first + static_cast<size_t>(options_.share_index), end = first + static_cast<size_t>(batch_size(number));
  const size_t asked = begin < end ? (end - begin + stride - 1) / stride : 0;
  batch.inputs.shape = source_->shape();
  size_t values = 1;
  for (const int64_t size : batch.inputs.shape) values *= static_cast<size_t>(size);
  batch.inputs.values.resize(asked * values);
  batch.indices.resize(asked);
  batch.geometry.resize(asked);
  size_t count = 0;
  for (size_t i = 0; i < asked; ++i) {
    const size_t position = order_[begin + i * stride];
    const auto geometry = source_->write(position, epoch_, batch.inputs.values.data() + count * values);
    if (!geometry) continue;
    batch.indices[count] = indices_[position];
    batch.geometry[count++] = *geometry;
  }
  batch.number = number;
  batch.size = static_cast<int64_t>(count);
  batch.inputs.shape.insert(batch.inputs.shape.begin(), batch.size);
  batch.inputs.channels_last = options_.channels_last;
  batch.inputs.values.resize(count * values);
  batch.indices.resize(count);
  batch.geometry.resize(count);
  set_->targets->write(batch);
}

}  // namespace tnn
