#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "catch_compat.h"
#include "graph/graph_builder.h"
#include "network/network.h"

using namespace tnn;

namespace {

/// Values into 8 channels under a gate of 4 groups, normalised.
Graph normalised(const std::vector<int64_t>& input) {
  GraphBuilder b("normalised");
  const GateId gate = b.channel_gate("gate", 4);
  NodeId x = b.input(input);
  const Window one{std::vector<int64_t>(std::max<size_t>(1, input.size() - 1), 1), {}, {}, {}};
  x = input.size() == 1 ? b.linear("before", x, 8, gate) : b.convolution("before", x, 8, gate, {.window = one});
  return b.finish({b.layer_norm("norm", x), x});
}

at::Tensor parameter(const Network& network, const std::string& name) {
  for (const auto& entry : network.parameters().entries())
    if (entry.name == name) return entry.tensor;
  FAIL("no parameter '" << name << "'");
  return {};
}

}  // namespace

TEST_CASE("layer norm is LibTorch's over the active channels, of features, images and clips") {
  const c10::NoGradGuard no_grad;
  for (const std::vector<int64_t>& input : {std::vector<int64_t>{3}, {3, 4, 5}, {3, 2, 4, 5}})
    for (const bool channels_last : {false, true}) {
      const Graph graph = normalised(input);
      Network network(describe_model(graph, {"independent"}, BatchNormMode::shared), 1, at::kCPU, channels_last);
      CHECK(parameter(network, "norm.weight").equal(at::ones({8})));
      CHECK(parameter(network, "norm.bias").equal(at::zeros({8})));
      at::manual_seed(1);
      parameter(network, "norm.weight").uniform_(0.5, 1.5);
      parameter(network, "norm.bias").uniform_(-0.5, 0.5);
      std::vector<int64_t> sizes = input;
      sizes.insert(sizes.begin(), 3);
      const at::Tensor x = at::randn(sizes);
      const Configuration configuration{{ActiveGroups::of(4, {1, 3})}};
      const at::Tensor open = at::tensor({2, 3, 6, 7}, at::kLong);
      for (const Execution& execution : {network.sliced(configuration), network.masked(configuration),
                                         network.per_sample({configuration, configuration, configuration})}) {
        const std::vector<at::Tensor> outputs = network.forward(x, execution, {});
        const at::Tensor before = outputs[1].index_select(1, open).movedim(1, -1);
        const at::Tensor expected = at::layer_norm(before, {4}, parameter(network, "norm.weight").index_select(0, open),
                                                   parameter(network, "norm.bias").index_select(0, open), 1e-6);
        CHECK(at::allclose(outputs[0].index_select(1, open).movedim(1, -1), expected, 1e-4, 1e-5));
        CHECK(outputs[0].index_select(1, at::tensor({0, 1, 4, 5}, at::kLong)).abs().max().item<float>() == 0);
      }
    }
}

TEST_CASE("the statistics of a sample are those of the channels that it sees") {
  const c10::NoGradGuard no_grad;
  const Network network(describe_model(normalised({3, 4, 5}), {}, BatchNormMode::shared), 2);
  at::manual_seed(2);
  const at::Tensor x = at::randn({4, 3, 4, 5});
  std::vector<Configuration> configurations;
  for (int d = 1; d <= 4; ++d) configurations.push_back({{ActiveGroups::first(4, d)}});
  const at::Tensor together = network.first_output(x, network.per_sample(configurations), {});
  for (int64_t i = 0; i < 4; ++i) {
    const at::Tensor alone = network.first_output(x.narrow(0, i, 1), network.sliced(configurations[static_cast<size_t>(i)]), {});
    CHECK(at::allclose(together.narrow(0, i, 1), alone, 1e-4, 1e-5));
    const at::Tensor open = together.narrow(0, i, 1).narrow(1, 0, 2 * (i + 1));
    CHECK(open.mean(1).abs().max().item<float>() < 1e-5);
  }
}
