#include "distributed/gradient_reducer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "catch_compat.h"
#include "network/network.h"
#include "random_graph.h"
#include "together.h"

using namespace tnn;

namespace {

/// The gradients of one pass over some samples.
void accumulate(const Network& network, const at::Tensor& x, const Execution& execution, double weight) {
  const std::vector<at::Tensor> outputs = network.forward(x, execution, {});
  at::Tensor loss = (outputs.front() * outputs.front()).sum();
  for (size_t i = 1; i < outputs.size(); ++i) loss = loss + outputs[i].sum();
  (loss * weight).backward();
}

at::Tensor inputs_for(const Graph& graph, uint64_t seed) {
  std::vector<int64_t> sizes{6, graph.channels(graph.node(0).shape)};
  sizes.insert(sizes.end(), graph.node(0).shape.extent.begin(), graph.node(0).shape.extent.end());
  auto generator = at::detail::createCPUGenerator(seed);
  return at::randn(sizes, generator);
}

}  // namespace

TEST_CASE("the reduced gradients of any graph are those of one process, at every operating point, and nothing but what is open is sent") {
  at::set_num_threads(1);
  int sent_less = 0;
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    const BatchNormMode mode = seed % 3 == 0 ? BatchNormMode::switchable : BatchNormMode::recalibrated;
    const at::Tensor x = inputs_for(graph, seed);
    const Network alone(describe_model(graph, {}, mode), seed);
    const int points = static_cast<int>(alone.description().points.size());
    const int first = static_cast<int>(seed) % points, second = static_cast<int>(2 * seed) % points;
    for (const int point : {first, second}) accumulate(alone, x, alone.at_point(point), 0.5);
    std::vector<int> right(2, 0);
    std::vector<int64_t> bytes(2);
    run_together(2, [&](const auto& group) {
      const Network network(describe_model(graph, {}, mode), seed);
      GradientReducer reducer(*group, network.parameters().trainable());
      const std::vector<OperatingPoint>& all = network.description().points;
      reducer.begin(graph, {all[static_cast<size_t>(first)].configuration, all[static_cast<size_t>(second)].configuration},
                    {first, second});
      const int64_t half = group->rank() == 0 ? 2 : 4, begin = group->rank() == 0 ? 0 : 2;
      for (const int point : {first, second}) accumulate(network, x.narrow(0, begin, half), network.at_point(point), 0.5);
      reducer.finish();
      bytes[static_cast<size_t>(group->rank())] = reducer.bytes();
      for (size_t i = 0; i < network.parameters().trainable().size(); ++i) {
        const at::Tensor reduced = network.parameters().trainable()[i].tensor.grad(),
                         wanted = alone.parameters().trainable()[i].tensor.grad();
        if (reduced.defined() != wanted.defined()) return;
        if (wanted.defined() && !at::allclose(reduced, wanted, 1e-4, 1e-4 * (1 + wanted.abs().max().template item<double>()))) return;
      }
      right[static_cast<size_t>(group->rank())] = 1;
    });
    INFO("graph " << seed << ", points " << first << " and " << second << " of " << points);
    CHECK(right == std::vector<int>{1, 1});
    CHECK(bytes[0] == bytes[1]);
    int64_t whole = 0;
    for (const auto& parameter : alone.parameters().trainable()) whole += 4 * (parameter.tensor.numel() + 1);
    CHECK(bytes[0] <= whole);
    if (bytes[0] < whole) ++sent_less;
  }
  CHECK(sent_less > 10);
}

TEST_CASE("a gradient that only one process has is everyone's, and one that none has stays away") {
  std::vector<char> right(2, 0);
  run_together(2, [&](const auto& group) {
    const at::Tensor a = at::zeros({3, 2}), b = at::zeros({5}), big = at::zeros({1200, 1200});
    for (const at::Tensor& tensor : {a, b, big}) tensor.set_requires_grad(true);
    GradientReducer reducer(*group,
                            {{"a", a, ParameterRole::weight, 0}, {"b", b, ParameterRole::bias, 0}, {"big", big, ParameterRole::weight, 0}});
    reducer.begin();
    if (group->rank() == 1) at::Tensor(a).mutable_grad() = at::full({3, 2}, 2.0);
    at::Tensor(big).mutable_grad() = at::full({1200, 1200}, 1.0 + group->rank());
    reducer.finish();
    right[static_cast<size_t>(group->rank())] =
        a.grad().eq(2).all().item<bool>() && !b.grad().defined() && big.grad().eq(3).all().item<bool>();
  });
  CHECK(right[0]);
  CHECK(right[1]);
}
