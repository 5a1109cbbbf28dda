#include "cuda_context.h"

#include <cstring>

namespace tnn::cuda {
namespace {

size_t float_bytes(int64_t elements) { return static_cast<size_t>(elements) * sizeof(float); }

/// Ends a capture that an exception leaves open: a stream that records cannot be used.
class CaptureGuard {
 public:
  explicit CaptureGuard(cudaStream_t stream) : stream_(stream) {
    CHECKED(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  }
  CaptureGuard(const CaptureGuard&) = delete;
  CaptureGuard& operator=(const CaptureGuard&) = delete;
  ~CaptureGuard() {
    if (!open_) return;
    cudaGraph_t graph = nullptr;
    if (cudaStreamEndCapture(stream_, &graph) == cudaSuccess && graph) cudaGraphDestroy(graph);
    cudaGetLastError();
  }
  CapturedGraph end() {
    cudaGraph_t graph = nullptr;
    open_ = false;
    CHECKED(cudaStreamEndCapture(stream_, &graph));
    return CapturedGraph(graph);
  }

 private:
  cudaStream_t stream_;
  bool open_ = true;
};

}  // namespace

CudaContext::CudaContext(std::shared_ptr<const GpuModel> model, const ContextOptions& options)
    : model_(std::move(model)),
      batch_limit_(options.batch_limit),
      stream_(make_stream()),
      executor_(*model_, options, stream_.get()),
      host_input_(float_bytes(options.batch_limit * executor_.input_elements())),
      host_output_(float_bytes(output_offset(executor_.output_elements().size()))),
      input_(host_input_.bytes()),
      output_(host_output_.bytes()) {
  std::memset(host_input_.floats(), 0, host_input_.bytes());
  const auto points = static_cast<int>(model_->model().plan.points.size());
  for (int point = 0; point < points; ++point) recorded(point, options.batch_limit);
}

int64_t CudaContext::output_offset(size_t output) const {
  int64_t elements = 0;
  for (size_t i = 0; i < output; ++i) elements += executor_.output_elements()[i];
  return batch_limit_ * elements;
}

void CudaContext::run(const float* input, int64_t batch, int point, OutputPointers outputs) {
  const Recorded& ready = recorded(point, batch);
  std::memcpy(host_input_.floats(), input, float_bytes(batch * executor_.input_elements()));
  CHECKED(cudaGraphLaunch(ready.graph.get(), stream_.get()));
  CHECKED(cudaStreamSynchronize(stream_.get()));
  for (size_t i = 0; i < executor_.output_elements().size(); ++i)
    if (float* const output = outputs.at(i))
      std::memcpy(output, host_output_.floats() + output_offset(i), float_bytes(batch * executor_.output_elements()[i]));
}

int64_t CudaContext::memory_bytes() const {
  return executor_.memory_bytes() + static_cast<int64_t>(input_.bytes() + output_.bytes() + host_input_.bytes() + host_output_.bytes());
}

const CudaContext::Recorded& CudaContext::recorded(int point, int64_t batch) {
  const auto key = std::make_pair(point, batch);
  const auto known = recorded_.find(key);
  return known != recorded_.end() ? known->second : recorded_.emplace(key, record(point, batch)).first->second;
}

/// Runs once before it records: libraries load their kernels at the first use, which a recording does not allow.
CudaContext::Recorded CudaContext::record(int point, int64_t batch) const {
  Recorded made;
  made.plans = executor_.find_plans(static_cast<size_t>(point), batch);
  enqueue(point, batch, made.plans);
  CHECKED(cudaStreamSynchronize(stream_.get()));
  made.graph = capture(point, batch, made.plans);
  return made;
}

void CudaContext::enqueue(int point, int64_t batch, const Executor::Plans& plans) const {
  const size_t inputs = float_bytes(batch * executor_.input_elements());
  const std::vector<int64_t>& elements = executor_.output_elements();
  std::vector<float*> outputs;
  for (size_t i = 0; i < elements.size(); ++i) outputs.push_back(output_.as<float>() + output_offset(i));
  CHECKED(cudaMemcpyAsync(input_.get(), host_input_.floats(), inputs, cudaMemcpyHostToDevice, stream_.get()));
  executor_.enqueue(static_cast<size_t>(point), batch, plans, input_.as<const float>(), outputs);
  for (size_t i = 0; i < outputs.size(); ++i)
    CHECKED(cudaMemcpyAsync(host_output_.floats() + output_offset(i), outputs[i], float_bytes(batch * elements[i]), cudaMemcpyDeviceToHost,
                            stream_.get()));
}

ExecutableGraph CudaContext::capture(int point, int64_t batch, const Executor::Plans& plans) const {
  CaptureGuard guard(stream_.get());
  enqueue(point, batch, plans);
  const CapturedGraph graph = guard.end();
  cudaGraphExec_t executable = nullptr;
  CHECKED(cudaGraphInstantiate(&executable, graph.get(), 0));
  return ExecutableGraph(executable);
}

}  // namespace tnn::cuda
