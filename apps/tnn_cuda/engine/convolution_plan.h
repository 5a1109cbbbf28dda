#pragma once

#include <memory>
#include <optional>

#include "convolution_graph.h"

namespace tnn::cuda {

/// A convolution as cuDNN will run it: its operations and the kernel chosen for them.
class ConvolutionPlan {
 public:
  /// The first of cuDNN's proposals that can be had within the workspace and keeps to the precision: fp32 without tensor cores, none that
  /// is not deterministic. Empty where there is none.
  static std::optional<ConvolutionPlan> find(cudnnHandle_t handle, const gpu::Contraction& command, int64_t batch, Precision precision,
                                             bool fused, size_t workspace_bytes);
  bool fused() const { return fused_; }
  void launch(cudnnHandle_t handle, const ConvolutionPointers& pointers, void* workspace) const {
    graph_->execute(handle, plan_, pointers, workspace);
  }

 private:
  ConvolutionPlan(std::unique_ptr<ConvolutionGraph> graph, BackendDescriptor proposal, BackendDescriptor plan, bool fused)
      : graph_(std::move(graph)), proposal_(std::move(proposal)), plan_(std::move(plan)), fused_(fused) {}
  std::unique_ptr<ConvolutionGraph> graph_;
  BackendDescriptor proposal_, plan_;  // the plan refers to the proposal
  bool fused_;
};

}  // namespace tnn::cuda
