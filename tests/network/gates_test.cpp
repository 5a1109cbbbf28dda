#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "catch_compat.h"
#include "core/error.h"
#include "graph/graph_builder.h"
#include "network/gate_network.h"
#include "random_graph.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

constexpr Compensation kCompensations[] = {Compensation::none, Compensation::mean, Compensation::inverted};

at::Tensor random_input(const Graph& graph, int64_t batch, uint64_t seed) {
  at::manual_seed(seed);
  auto sizes = graph.dimensions(graph.input().shape);
  sizes.insert(sizes.begin(), batch);
  return at::randn(sizes, at::kDouble);
}

/// In double precision, with random batch norms.
Network exact_network(const Graph& graph, Compensation compensation, uint64_t seed) {
  Network network(describe_model(graph, {"independent", Rounding::floor_plus_one, 1, compensation}, BatchNormMode::shared), seed);
  at::manual_seed(seed);
  for (const auto& entry : network.parameters().entries()) {
    at::Tensor value = entry.tensor.detach();
    if (entry.role == ParameterRole::running_variance || entry.role == ParameterRole::scale || entry.role == ParameterRole::gain)
      value.uniform_(0.5, 1.5);
    else if (entry.role != ParameterRole::weight)
      value.uniform_(-0.5, 0.5);
    entry.tensor.set_data(value.to(at::kDouble));
  }
  return network;
}

double apart(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>() / std::max(1.0, a.abs().max().item<double>());
}

/// The largest of any output.
double apart(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, apart(a[i], b[i]));
  return largest;
}

std::vector<at::Tensor> stacked(const std::vector<Configuration>& configurations) {
  std::vector<at::Tensor> all;
  for (size_t g = 0; g < configurations.front().gates.size(); ++g) {
    std::vector<at::Tensor> rows;
    for (const Configuration& configuration : configurations) rows.push_back(gate_values(configuration)[g].to(at::kDouble));
    all.push_back(at::cat(rows));
  }
  return all;
}

}  // namespace

TEST_CASE("real-valued gates of 0 and 1 equal masked and per-sample execution on random graphs with every compensation") {
  for (uint64_t seed = 0; seed < 120; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    if (graph.gates().empty()) continue;
    const Network network = exact_network(graph, kCompensations[seed % 3], seed);
    RandomStream random(seed, RandomPurpose::gating);
    std::vector<Configuration> configurations;
    for (int i = 0; i < 4; ++i) configurations.push_back(network.gating().configuration(random.uniform_above(0, 1), random));
    const at::Tensor x = random_input(graph, 4, seed);
    INFO("seed " << seed);
    const std::vector<at::Tensor> gated = network.forward(x, network.gated(stacked(configurations)), {});
    REQUIRE(apart(network.forward(x, network.per_sample(configurations), {}), gated) <= 1e-9);
    for (int64_t i = 0; i < 4; ++i) {
      std::vector<at::Tensor> sample;
      for (const at::Tensor& output : gated) sample.push_back(output.narrow(0, i, 1));
      REQUIRE(apart(network.forward(x.narrow(0, i, 1), network.masked(configurations[static_cast<size_t>(i)]), {}), sample) <= 1e-9);
    }
  }
}

TEST_CASE("masked equals sliced with every compensation in training and evaluation") {
  int changed = 0;
  for (uint64_t seed = 0; seed < 90; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    const at::Tensor x = random_input(graph, 6, seed);
    std::vector<at::Tensor> plain;
    for (const Compensation compensation : kCompensations) {
      const Network network = exact_network(graph, compensation, seed);
      const Configuration configuration = network.gating().configuration_at(0.4, seed);
      INFO("seed " << seed << " " << compensation_name(compensation));
      for (const Phase phase : {Phase::evaluate, Phase::train}) {
        const std::vector<at::Tensor> sliced = network.forward(x, network.sliced(configuration), {phase, seed});
        REQUIRE(apart(sliced, network.forward(x, network.masked(configuration), {phase, seed})) <= 1e-9);
        if (phase == Phase::train) continue;
        if (compensation == Compensation::none)
          plain = sliced;
        else
          changed += apart(plain, sliced) > 1e-6;
      }
    }
  }
  CHECK(changed > 60);
}

TEST_CASE("inverted compensation multiplies a block by D / d and mean divides it by d") {
  GraphBuilder b("block");
  const GateId gate = b.channel_gate("gate", 4);
  const Graph graph = b.finish({b.linear("out", b.linear("fc", b.input({3}), 8, gate), 2, kNone, {.bias = false})});
  const at::Tensor x = random_input(graph, 3, 1);
  const Configuration configuration{{ActiveGroups::of(4, {1, 2, 3})}};
  const auto logits = [&](Compensation compensation) {
    const Network network = exact_network(graph, compensation, 1);
    return network.first_output(x, network.sliced(configuration), {});
  };
  CHECK(apart(logits(Compensation::none) * (4.0 / 3), logits(Compensation::inverted)) <= 1e-12);
  CHECK(apart(logits(Compensation::none) / 3, logits(Compensation::mean)) <= 1e-12);
}

TEST_CASE("the gradient of relaxed gates is that of finite differences") {
  int checked = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    if (graph.gates().empty()) continue;
    const Network network = exact_network(graph, kCompensations[seed % 3], seed);
    const at::Tensor x = random_input(graph, 2, seed);
    std::vector<at::Tensor> gates;
    for (const Gate& gate : graph.gates()) gates.push_back(at::rand({2, gate.groups}, at::kDouble).mul_(0.8).add_(0.1).requires_grad_());
    const auto loss = [&] {
      at::Tensor sum = at::zeros({}, at::kDouble);
      for (const at::Tensor& output : network.forward(x, network.gated(gates), {})) sum = sum + output.sin().mean() * 10;
      return sum;
    };
    loss().backward();
    c10::NoGradGuard no_grad;
    for (at::Tensor& gate : gates) {
      const double step = 1e-6, before = gate[1][0].item<double>();
      gate[1][0].fill_(before + step);
      const double above = loss().item<double>();
      gate[1][0].fill_(before - step);
      const double below = loss().item<double>();
      gate[1][0].fill_(before);
      const double slope = (above - below) / (2 * step), found = gate.grad().defined() ? gate.grad()[1][0].item<double>() : 0.0;
      INFO("seed " << seed);
      // A kink of ReLU or max pooling inside the step is rare: it shows as a large difference.
      CHECK(std::abs(slope - found) <= 1e-4 * std::max(1.0, std::abs(slope)));
      ++checked;
    }
  }
  CHECK(checked > 50);
}

TEST_CASE("gate networks depend on u and seed alone and read back from a model file") {
  const Graph graph = RandomGraph(3).build();
  Network network(describe_model(graph, {}, BatchNormMode::shared), 1);
  GateNetwork gates(graph, 8, 5), same(graph, 8, 5), other(graph, 8, 6);
  REQUIRE(!graph.gates().empty());
  CHECK(gates.probabilities(0.3) == same.probabilities(0.3));
  CHECK_FALSE(gates.probabilities(0.3) == other.probabilities(0.3));
  CHECK_FALSE(gates.probabilities(0.3) == gates.probabilities(0.6));
  for (size_t g = 0; g < graph.gates().size(); ++g) {
    const auto p = gates.probabilities(0.5)[g];
    CHECK(p.size() == static_cast<size_t>(graph.gates()[g].groups));
    for (const double value : p) CHECK((value > 0 && value < 1));
  }
  const TemporaryFolder folder;
  save_network(folder.path() / "gates.safetensors", network, gates.tensors());
  const SafetensorsFile file(folder.path() / "gates.safetensors");
  other.load(file);
  CHECK(other.probabilities(0.3) == gates.probabilities(0.3));
  GateNetwork wider(graph, 9, 5);
  CHECK_THROWS_AS(wider.load(file), DataError);
}

TEST_CASE("real-valued gates are refused where batch norm is switchable") {
  const Graph graph = RandomGraph(3).build();
  const Network network(describe_model(graph, {}, BatchNormMode::switchable), 1);
  CHECK_THROWS_AS(network.gated(gate_values(Configuration::full(graph))), UsageError);
}
