#include "runtime/prefix/prefix_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

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

  std::string tuned() const {
    const auto& points = parts_->tuning.points;
    if (points.empty()) return "";
    return fmt::format(", {} of {} points tuned", std::count_if(points.begin(), points.end(), [](const auto& p) { return !p.empty(); }),
                       points.size());
  }

  /// One set for all contexts of the same batch limit and number of threads, as long as one of them lives.
  std::shared_ptr<const prefix::ProgramSet> programs(const ContextOptions& options) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::weak_ptr<const prefix::ProgramSet>& known = programs_[{options.batch_limit, options.threads}];
    std::shared_ptr<const prefix::ProgramSet> programs = known.lock();
    if (!programs) known = programs = std::make_shared<const prefix::ProgramSet>(parts_, options);
    check_memory(programs->context_floats(options.threads) * static_cast<int64_t>(sizeof(float)), options);
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

/// FNV-1a of what the times of a model's steps depend on; weights are not among that.
uint64_t fingerprint(const ModelDescription& description) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const auto& [key, value] : description_to_metadata(description))
    for (const char c : key + "=" + value + ";") hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

prefix::Tuning tune(const std::shared_ptr<const LoweredModel>& model, const kernels::KernelSet& kernels, const EngineOptions& options) {
  if (options.tuning_file.empty()) return {};
  const ContextOptions& context = options.tuned_for;
  const prefix::TuningKey key =
      fmt::format("{}; {}; {}; {} threads; {} inputs; tnn {}; model {:016x}", processor_name(), kernels.name,
                  precision_name(options.precision), context.threads, context.batch_limit, version(), fingerprint(model->description));
  if (auto known = prefix::read_tuning(options.tuning_file, key)) return *known;
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
