#include "meters/network_workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/random_stream.h"

namespace tnn {
namespace {

int64_t elements(const std::vector<int64_t>& shape) {
  int64_t product = 1;
  for (const int64_t extent : shape) product *= extent;
  return product;
}

/// How far outputs may lie from the reference engine's, which sums in double precision.
double tolerance_of(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return 1e-3;
    case Precision::tf32:
    case Precision::fp16:
      return 2e-2;
    case Precision::bf16:
      return 1e-1;
  }
  return 0;
}

RuntimeOptions with_batch(RuntimeOptions options, int64_t batch_limit) {
  options.batch_limit = batch_limit;
  return options;
}

}  // namespace

BenchInputs noise_inputs(const std::vector<int64_t>& input_shape, int64_t count, uint64_t seed) {
  BenchInputs inputs{std::vector<float>(static_cast<size_t>(count * elements(input_shape))), count};
  RandomStream random(seed);
  for (float& value : inputs.values) value = static_cast<float>(random.normal());
  return inputs;
}

double relative_difference(const std::vector<float>& expected, const std::vector<float>& found) {
  double apart = 0, largest = 1e-6;
  if (expected.size() != found.size()) return std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < expected.size(); ++i) {
    const double a = expected[i], b = found[i];
    if (a == b || (std::isnan(a) && std::isnan(b))) {
      if (std::isfinite(a)) largest = std::max(largest, std::abs(a));
      continue;
    }
    if (!std::isfinite(a) || !std::isfinite(b)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, std::abs(a));
    apart = std::max(apart, std::abs(a - b));
  }
  return apart / largest;
}

NetworkUnderTest::NetworkUnderTest(std::string name, const std::filesystem::path& file, const RuntimeOptions& options, int64_t batch_limit)
    : name_(std::move(name)),
      file_(file),
      tolerance_(tolerance_of(options.precision)),
      network_(ThrottledNetwork::load(file, with_batch(options, 1))),
      single_(network_.context()),
      input_elements_(elements(network_.input_shape())),
      batch_limit_(batch_limit) {
  if (batch_limit > 1) {
    batch_network_.emplace(ThrottledNetwork::load(file, with_batch(options, batch_limit)));
    batches_.emplace(batch_network_->context());
  }
  for (const OutputInfo& output : network_.outputs()) outputs_.emplace_back(static_cast<size_t>(batch_limit * output.elements()));
  for (std::vector<float>& output : outputs_) pointers_.push_back(output.data());
}

void NetworkUnderTest::set_inputs(BenchInputs inputs) {
  if (inputs.count < 1 || static_cast<int64_t>(inputs.values.size()) != inputs.count * input_elements_)
    throw DataError(
        fmt::format("{}: {} numbers are no {} inputs of {} numbers each", name_, inputs.values.size(), inputs.count, input_elements_));
  inputs_ = std::move(inputs);
  // A batch is a stretch of consecutive inputs, from the first on again where they are too few.
  const auto own = static_cast<int64_t>(inputs_.values.size());
  for (int64_t i = 0; inputs_.count < batch_limit_ && i < (batch_limit_ - inputs_.count) * input_elements_; ++i)
    inputs_.values.push_back(inputs_.values[static_cast<size_t>(i % own)]);
}

int64_t NetworkUnderTest::memory_bytes() const {
  int64_t bytes = network_.engine().memory_bytes() + single_.memory_bytes();
  if (batches_) bytes += batch_network_->engine().memory_bytes() + batches_->memory_bytes();
  return bytes;
}

void NetworkUnderTest::run() {
  single_.run(inputs_.values.data() + next_ * input_elements_, 1, OutputPointers(pointers_));
  next_ = next_ + 1 == inputs_.count ? 0 : next_ + 1;
}

void NetworkUnderTest::run_batch(int64_t inputs) {
  if (!batches_) throw UsageError(fmt::format("{}: batches of {} were not prepared", name_, inputs));
  batch_network_->set_operating_point(network_.operating_point());
  batches_->run(inputs_.values.data(), inputs, OutputPointers(pointers_));
}

std::vector<float> NetworkUnderTest::first_outputs() {
  single_.run(inputs_.values.data(), 1, OutputPointers(pointers_));
  std::vector<float> all;
  for (size_t i = 0; i < outputs_.size(); ++i)
    all.insert(all.end(), outputs_[i].begin(), outputs_[i].begin() + network_.outputs()[i].elements());
  return all;
}

std::vector<float> NetworkUnderTest::reference_outputs(int point) {
  if (!reference_) {
    RuntimeOptions options;
    options.engine = "reference";
    reference_.emplace(ThrottledNetwork::load(file_, options));
  }
  std::vector<float> all;
  std::vector<std::vector<float>> outputs;
  std::vector<float*> pointers;
  for (const OutputInfo& output : reference_->outputs()) outputs.emplace_back(static_cast<size_t>(output.elements()));
  for (std::vector<float>& output : outputs) pointers.push_back(output.data());
  reference_->context().run_at(point, inputs_.values.data(), 1, OutputPointers(pointers));
  for (const std::vector<float>& output : outputs) all.insert(all.end(), output.begin(), output.end());
  return all;
}

bool NetworkWorkload::select_other() {
  const auto count = static_cast<int>(network_.network().operating_points().size());
  if (count < 2) return false;
  // From the other end: what a governor's longest jump costs.
  network_.network().set_operating_point(point_ >= count / 2 ? 0 : count - 1);
  return true;
}

void NetworkWorkload::run_batch(int64_t inputs) { network_.run_batch(inputs); }

void NetworkWorkload::check() {
  if (expected_.empty()) expected_ = network_.reference_outputs(point_);
  const double difference = relative_difference(expected_, network_.first_outputs());
  if (difference <= network_.tolerance()) return;
  throw Error(
      ExitCode::failed,
      fmt::format("{} at u = {}: the outputs differ from those of the engine 'reference' by {:.3g} of the largest (allowed: {:.3g}); "
                  "a wrong answer is not timed",
                  network_.name(), u_, difference, network_.tolerance()));
}

}  // namespace tnn
