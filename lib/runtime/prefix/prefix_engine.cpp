#include "runtime/prefix/prefix_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "core/content_hash.h"
#include "core/error.h"
#include "core/processor.h"
#include "core/version.h"
#include "runtime/prefix/prefix_context.h"
#include "runtime/prefix/tuner.h"
#include "runtime/prefix/tuning_file.h"

namespace tnn {
namespace {

class PrefixEngine : public Engine {
 public:
  PrefixEngine(std::shared_ptr<const LoweredModel> model, const kernels::KernelSet& kernels, Precision precision, prefix::Tuning tuning)
      : parts_(std::make_shared<const prefix::ModelParts>(std::move(model), kernels, precision, std::move(tuning))) {}

  std::unique_ptr<EngineContext> make_context(const ContextOptions& options) const override {
    return std::make_unique<prefix::PrefixContext>(programs(options), options.threads);
  }

  int64_t memory_bytes() const override { return parts_->bytes(); }

  std::string describe() const override {
    const auto points = static_cast<int>(parts_->plan().points.size());
    int shared = 0;
    int64_t copied = 0;
    for (int point = 0; point < points; ++point) {
      const int64_t bytes = parts_->copied_bytes(point);
      shared += bytes == 0;
      copied += bytes;
    }
    const std::string text = fmt::format("prefix: {}, {}{}, {} of {} operating points on one copy of the weights", parts_->kernels.name,
                                         precision(), tuned(), shared, points);
    return copied == 0 ? text : text + fmt::format(", {} bytes packed for the others", copied);
  }

 private:
  std::string precision() const {
    if (!parts_->uses_bf16()) return "fp32";
    return fmt::format("bf16 in {} of {} layers", parts_->bf16_layers(), parts_->weighted_layers());
  }

  std::string tuned() const { return parts_->tuning.points.empty() ? "" : ", tuned"; }

  /// One set for all contexts of the same batch limit and number of threads, as long as one of them lives.
  std::shared_ptr<const prefix::ProgramSet> programs(const ContextOptions& options) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::weak_ptr<const prefix::ProgramSet>& known = programs_[{options.batch_limit, options.threads}];
    std::shared_ptr<const prefix::ProgramSet> programs = known.lock();
    if (!programs) known = programs = std::make_shared<const prefix::ProgramSet>(parts_, options);
    check_memory(programs->context_floats() * static_cast<int64_t>(sizeof(float)), options);
    return programs;
  }

  std::shared_ptr<const prefix::ModelParts> parts_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<int64_t, int>, std::weak_ptr<const prefix::ProgramSet>> programs_;
};

void check_precision(Precision precision, const kernels::KernelSet& kernels) {
  if (precision == Precision::fp32) return;
  if (precision != Precision::bf16) throw UsageError("the prefix engine computes in fp32 or bf16, not " + precision_name(precision));
  if (!kernels::bf16_kernel_set() || &kernels != &kernels::best_kernel_set())
    throw UsageError(fmt::format(
        "bf16 in the prefix engine needs AVX512_BF16, which {} (allowed: fp32)",
        kernels::bf16_kernel_set() ? std::string("the instruction set '") + kernels.name + "' has not" : "this processor has not"));
}

/// A hash of what the times of a model's steps depend on: graph, and the active groups at each point.
uint64_t fingerprint(const ModelDescription& description) {
  std::string text = description_to_metadata(description).at("tnn.graph");
  for (const OperatingPoint& point : description.points)
    for (const ActiveGroups& gate : point.configuration.gates) {
      text += ';';
      for (const int group : gate.indices()) text += fmt::format("{},", group);
    }
  ContentHash hash;
  hash.add(text.data(), text.size());
  return hash.value();
}

prefix::Tuning tune(const std::shared_ptr<const LoweredModel>& model, const kernels::KernelSet& kernels, const EngineOptions& options) {
  if (options.tuning_file.empty()) return {};
  const ContextOptions& context = options.tuned_for;
  const prefix::TuningKey key =
      fmt::format("{}; {}; {}; {} threads; {} inputs; tnn {}; model {:016x}", processor_name(), kernels.name,
                  precision_name(options.precision), context.threads, context.batch_limit, version(), fingerprint(model->description));
  static std::mutex one_at_a_time;  // in this process; measuring two at a time would be wrong, too
  const std::lock_guard<std::mutex> lock(one_at_a_time);
  if (auto known = prefix::read_tuning(options.tuning_file, key, model->plan.points.size(), model->plan.steps.size())) return *known;
  prefix::check_writable(options.tuning_file);
  prefix::Tuning tuning = prefix::measure_steps(model, kernels, options.precision, context);
  prefix::write_tuning(options.tuning_file, key, tuning);
  return tuning;
}

}  // namespace

std::unique_ptr<Engine> make_prefix_engine(std::shared_ptr<const LoweredModel> model, const EngineOptions& options) {
  const kernels::KernelSet& kernels =
      options.instruction_set.empty() ? kernels::best_kernel_set() : kernels::kernel_set(options.instruction_set);
  check_precision(options.precision, kernels);
  prefix::Tuning tuning = tune(model, kernels, options);
  return std::make_unique<PrefixEngine>(std::move(model), kernels, options.precision, std::move(tuning));
}

}  // namespace tnn
