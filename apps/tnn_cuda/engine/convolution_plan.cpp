#include "convolution_plan.h"

#include <algorithm>

#include "core/error.h"

namespace tnn::cuda {
namespace {

/// cuDNN's proposals for a graph, best first; none where its heuristic knows none.
std::vector<BackendDescriptor> proposals(const BackendDescriptor& graph, cudnnBackendHeurMode_t mode) {
  BackendDescriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph).set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
  std::vector<BackendDescriptor> found;
  if (!heuristic.try_finalize()) return found;
  int64_t count = 0;
  CHECKED(cudnnBackendGetAttribute(heuristic.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr));
  std::vector<cudnnBackendDescriptor_t> handles;
  for (int64_t i = 0; i < count; ++i) handles.push_back(found.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR).get());
  int64_t given = 0;
  if (count > 0)
    CHECKED(cudnnBackendGetAttribute(heuristic.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &given,
                                     handles.data()));
  found.erase(found.begin() + std::clamp<int64_t>(given, 0, count), found.end());
  return found;
}

std::vector<cudnnBackendNumericalNote_t> numerical_notes(const BackendDescriptor& proposal) {
  const BackendDescriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  cudnnBackendDescriptor_t handle = engine.get();
  int64_t count = 0;
  CHECKED(cudnnBackendGetAttribute(proposal.get(), CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &handle));
  std::vector<cudnnBackendNumericalNote_t> notes(CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
  CHECKED(cudnnBackendGetAttribute(handle, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, CUDNN_NUMERICAL_NOTE_TYPE_COUNT,
                                   &count, notes.data()));
  notes.resize(static_cast<size_t>(std::clamp<int64_t>(count, 0, CUDNN_NUMERICAL_NOTE_TYPE_COUNT)));
  return notes;
}

bool keeps_to(Precision precision, const std::vector<cudnnBackendNumericalNote_t>& notes) {
  return std::none_of(notes.begin(), notes.end(), [precision](cudnnBackendNumericalNote_t note) {
    switch (note) {
      case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC:
      case CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION:
      case CUDNN_NUMERICAL_NOTE_FFT:
      case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6:
      case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13:
        return true;
      case CUDNN_NUMERICAL_NOTE_TENSOR_CORE:
      case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS:
        return precision == Precision::fp32;
      default:
        return false;
    }
  });
}

}  // namespace

std::optional<ConvolutionPlan> ConvolutionPlan::find(cudnnHandle_t handle, const gpu::Contraction& command, int64_t batch,
                                                     Precision precision, bool fused, size_t workspace_bytes) {
  if (!ConvolutionGraph::is_possible(command, fused)) return std::nullopt;
  std::unique_ptr<ConvolutionGraph> graph;
  try {
    graph = std::make_unique<ConvolutionGraph>(handle, command, batch, precision, fused);
  } catch (const SystemError&) {
    return std::nullopt;  // a combination that cuDNN does not describe
  }
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (BackendDescriptor& proposal : proposals(graph->graph(), mode)) {
      if (!keeps_to(precision, numerical_notes(proposal))) continue;
      BackendDescriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, proposal).set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle);
      if (!plan.try_finalize() || plan.integer(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE) > static_cast<int64_t>(workspace_bytes)) continue;
      return ConvolutionPlan(std::move(graph), std::move(proposal), std::move(plan), fused);
    }
  return std::nullopt;
}

}  // namespace tnn::cuda
