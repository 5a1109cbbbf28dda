#include <fmt/format.h>

#include "core/error.h"
#include "cuda_context.h"
#include "runtime/engine_module_exports.h"

/// The engine `cuda`: a module that lib/runtime/engine_module.cpp loads.

namespace tnn::cuda {
namespace {

class CudaEngine : public Engine {
 public:
  CudaEngine(std::shared_ptr<const LoweredModel> model, Precision precision, std::string device)
      : model_(std::make_shared<const GpuModel>(std::move(model), precision)), device_(std::move(device)) {}

  std::unique_ptr<EngineContext> make_context(const ContextOptions& options) const override {
    return std::make_unique<CudaContext>(model_, options);
  }
  int64_t memory_bytes() const override { return model_->memory_bytes(); }
  std::string describe() const override {
    const auto megabytes = [&](int64_t numbers) {
      return static_cast<double>(numbers) * static_cast<double>(bytes_of(storage_of(model_->precision()))) / 1e6;
    };
    return fmt::format("cuda: {}, {}, {:.1f} MB of weights shared by all operating points, {:.1f} MB packed for each", device_,
                       precision_name(model_->precision()), megabytes(model_->packed().packed_once),
                       megabytes(model_->packed().packed_per_point));
  }

 private:
  std::shared_ptr<const GpuModel> model_;
  std::string device_;
};

/// The name of the GPU; UsageError where there is none.
std::string require_device() {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0)
    throw UsageError(fmt::format("the engine 'cuda' needs a GPU: {} (allowed here: other engines)",
                                 status == cudaSuccess ? "none is visible" : cudaGetErrorString(status)));
  cudaDeviceProp properties{};
  CHECKED(cudaGetDeviceProperties(&properties, 0));
  if (properties.major * 10 + properties.minor < 75)
    throw UsageError(
        fmt::format("the engine 'cuda' needs a GPU of sm_75 or newer; {} is sm_{}{}", properties.name, properties.major, properties.minor));
  return properties.name;
}

std::unique_ptr<Engine> make_cuda_engine(const std::shared_ptr<const LoweredModel>& model, const EngineOptions& options) {
  std::string device = require_device();
  return std::make_unique<CudaEngine>(model, options.precision, std::move(device));
}

}  // namespace
}  // namespace tnn::cuda

TNN_ENGINE_MODULE(tnn::cuda::make_cuda_engine);
