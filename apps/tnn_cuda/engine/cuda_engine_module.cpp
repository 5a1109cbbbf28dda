#include <fmt/format.h>

#include "core/error.h"
#include "core/version.h"
#include "cuda_context.h"

/// The module that lib/runtime/cuda_engine.cpp loads: the engine `cuda`.

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

}  // namespace
}  // namespace tnn::cuda

#define TNN_MODULE_EXPORT extern "C" __attribute__((visibility("default")))

TNN_MODULE_EXPORT const char* tnn_cuda_engine_version() {
  static const std::string text = tnn::version();
  return text.c_str();
}

/// The caller owns the engine. Throws what make_engine() does.
TNN_MODULE_EXPORT tnn::Engine* tnn_cuda_engine_make(const std::shared_ptr<const tnn::LoweredModel>& model,
                                                    const tnn::EngineOptions& options) {
  std::string device = tnn::cuda::require_device();
  return new tnn::cuda::CudaEngine(model, options.precision, std::move(device));
}
