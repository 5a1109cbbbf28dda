#include "runtime/prefix/prefix_engine.h"

#include <fmt/format.h>

#include <map>
#include <mutex>

#include "core/error.h"
#include "runtime/prefix/prefix_context.h"

namespace tnn {
namespace {

class PrefixEngine : public Engine {
 public:
  PrefixEngine(std::shared_ptr<const LoweredModel> model, const kernels::KernelSet& kernels, Precision precision)
      : parts_(std::make_shared<const prefix::ModelParts>(std::move(model), kernels, precision)) {}

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
    const std::string text = fmt::format("prefix: {}, {}, {} of {} operating points on one copy of the weights", parts_->kernels.name,
                                         precision(), shared, points);
    return copied == 0 ? text : text + fmt::format(", {} bytes packed for the others", copied);
  }

 private:
  std::string precision() const {
    if (!parts_->uses_bf16()) return "fp32";
    return fmt::format("bf16 in {} of {} layers", parts_->bf16_layers(), parts_->weighted_layers());
  }

  /// One set for all contexts of the same batch limit, as long as one of them lives.
  std::shared_ptr<const prefix::ProgramSet> programs(const ContextOptions& options) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::weak_ptr<const prefix::ProgramSet>& known = programs_[options.batch_limit];
    std::shared_ptr<const prefix::ProgramSet> programs = known.lock();
    if (!programs) known = programs = std::make_shared<const prefix::ProgramSet>(parts_, options);
    check_memory(programs->context_floats(options.threads) * static_cast<int64_t>(sizeof(float)), options);
    return programs;
  }

  std::shared_ptr<const prefix::ModelParts> parts_;
  mutable std::mutex mutex_;
  mutable std::map<int64_t, std::weak_ptr<const prefix::ProgramSet>> programs_;
};

void check_precision(Precision precision, const kernels::KernelSet& kernels) {
  if (precision == Precision::fp32) return;
  if (precision != Precision::bf16) throw UsageError("the prefix engine computes in fp32 or bf16, not " + precision_name(precision));
  if (!kernels::bf16_kernel_set() || &kernels != &kernels::best_kernel_set())
    throw UsageError(fmt::format(
        "bf16 in the prefix engine needs AVX512_BF16, which {} (allowed: fp32)",
        kernels::bf16_kernel_set() ? std::string("the instruction set '") + kernels.name + "' has not" : "this processor has not"));
}

}  // namespace

std::unique_ptr<Engine> make_prefix_engine(std::shared_ptr<const LoweredModel> model, const EngineOptions& options) {
  const kernels::KernelSet& kernels =
      options.instruction_set.empty() ? kernels::best_kernel_set() : kernels::kernel_set(options.instruction_set);
  check_precision(options.precision, kernels);
  return std::make_unique<PrefixEngine>(std::move(model), kernels, options.precision);
}

}  // namespace tnn
