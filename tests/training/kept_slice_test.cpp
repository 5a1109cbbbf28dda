#include "training/kept_slice.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "catch_compat.h"
#include "network/network.h"
#include "random_graph.h"

using namespace tnn;

namespace {

/// What an update does to parameters that have no gradient of their own: decay and momentum.
void move_everything(const Network& network) {
  const c10::NoGradGuard no_grad;
  for (const auto& entry : network.parameters().trainable()) entry.tensor.detach().mul_(0.9).add_(at::randn_like(entry.tensor), 0.3);
}

bool same(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (!a[i].equal(b[i])) return false;
  return true;
}

}  // namespace

TEST_CASE("a kept slice leaves its operating point and all smaller ones as they were, and frees every weight beyond") {
  at::manual_seed(3);
  int freed = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed)
    for (const BatchNormMode mode : {BatchNormMode::recalibrated, BatchNormMode::switchable}) {
      const Graph graph = RandomGraph(seed).build();
      const Network network(describe_model(graph, {}, mode), seed);
      const int points = static_cast<int>(network.description().points.size());
      if (points < 2) continue;
      const int point = static_cast<int>(seed % static_cast<uint64_t>(points - 1));
      std::vector<int64_t> sizes{2, graph.channels(graph.node(0).shape)};
      sizes.insert(sizes.end(), graph.node(0).shape.extent.begin(), graph.node(0).shape.extent.end());
      const at::Tensor x = at::randn(sizes);
      const auto outputs = [&](int at_point) { return network.forward(x, network.at_point(at_point), {}); };
      std::vector<std::vector<at::Tensor>> before;
      for (int p = 0; p < points; ++p) before.push_back(outputs(p));

      const KeptSlice kept(network, point);
      move_everything(network);
      kept.restore();
      for (int p = 0; p <= point; ++p) REQUIRE(same(outputs(p), before[static_cast<size_t>(p)]));
      if (!same(outputs(points - 1), before.back())) ++freed;
    }
  CHECK(freed > 60);
}

TEST_CASE("gradients of a kept slice are cleared, those of the new slice are not") {
  GraphBuilder b("one layer");
  const GateId gate = b.channel_gate("gate", 4);
  const NodeId x = b.linear("hidden", b.input({3}), 4, gate);
  const Network network(describe_model(b.finish({b.linear("classifier", x, 2)}), {}, BatchNormMode::shared), 1);
  for (const auto& entry : network.parameters().trainable()) entry.tensor.mutable_grad() = at::ones_like(entry.tensor);
  KeptSlice(network, 1).clear_gradients();  // two of four hidden units
  for (const auto& entry : network.parameters().trainable()) {
    INFO(entry.name);
    const at::Tensor gradient = entry.tensor.grad();
    const double kept_sum = entry.name == "hidden.weight" ? 6 : entry.name == "hidden.bias" ? 2 : entry.name == "classifier.weight" ? 4 : 2;
    CHECK(gradient.sum().item<double>() == static_cast<double>(gradient.numel()) - kept_sum);
  }
}
