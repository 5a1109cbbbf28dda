#include "runtime/onednn/onednn_engine.h"

#include <fmt/format.h>

#include "core/error.h"
#include "runtime/engine_module_exports.h"
#include "runtime/onednn/onednn_context.h"

namespace tnn {
namespace {

class OneDnnEngine : public Engine {
 public:
  explicit OneDnnEngine(std::shared_ptr<const LoweredModel> model)
      : model_(std::move(model)), engine_(dnnl::engine::kind::cpu, 0), packed_(engine_) {}

  std::unique_ptr<EngineContext> make_context(const ContextOptions& options) const override try {
    return std::make_unique<onednn::OneDnnContext>(*model_, engine_, packed_, options);
  } catch (const dnnl::error& error) {
    throw SystemError(fmt::format("oneDNN cannot prepare '{}': {}", model_->graph().name(), error.what()));
  }

  int64_t memory_bytes() const override { return packed_.bytes(); }

  std::string describe() const override {
    const dnnl_version_t& version = *dnnl_version();
    return fmt::format("onednn: oneDNN {}.{}.{}, {} operating points, each with a packed copy of its weights", version.major, version.minor,
                       version.patch, model_->plan.points.size());
  }

 private:
  std::shared_ptr<const LoweredModel> model_;
  dnnl::engine engine_;
  mutable onednn::PackedWeights packed_;  // guards itself
};

}  // namespace

std::unique_ptr<Engine> make_onednn_engine(std::shared_ptr<const LoweredModel> model, const EngineOptions& options) {
  if (options.precision != Precision::fp32)
    throw UsageError("the onednn engine computes in fp32, not " + precision_name(options.precision));
  return std::make_unique<OneDnnEngine>(std::move(model));
}

}  // namespace tnn

TNN_ENGINE_MODULE(tnn::make_onednn_engine);
