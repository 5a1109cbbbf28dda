#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <map>

#include "catch_compat.h"
#include "network/model_file.h"
#include "random_graph.h"
#include "runtime/difference.h"
#include "runtime/saved_model.h"
#include "runtime/throttled_network.h"

using namespace tnn;

namespace {

/// The same network in double precision.
Network exact_network(const std::filesystem::path& path) {
  Network network = load_network(path);
  for (const auto& entry : network.parameters().entries()) entry.tensor.set_data(entry.tensor.to(at::kDouble));
  return network;
}

double difference(const at::Tensor& y, const at::Tensor& exact) {
  return (y.to(at::kDouble) - exact).abs().max().item<double>() / std::max(1e-3, exact.abs().max().item<double>());
}

using Outputs = std::vector<at::Tensor>;

double difference(const Outputs& y, const Outputs& exact) {
  double largest = 0;
  for (size_t i = 0; i < exact.size(); ++i) largest = std::max(largest, difference(y[i], exact[i]));
  return largest;
}

/// The outputs of every engine at the operating points of a model, for a batch of inputs: [engine][point]; with the values of nodes that
/// are no outputs of the file's graph.
std::map<std::string, std::vector<Outputs>> outputs_of_engines(const std::filesystem::path& path, std::vector<float>& input, int64_t batch,
                                                               const std::vector<std::string>& extra = {}) {
  std::map<std::string, std::vector<Outputs>> outputs;
  for (const std::string& engine : engine_names()) {
    ThrottledNetwork net = ThrottledNetwork::load(path, {.engine = engine, .batch_limit = batch, .extra_outputs = extra});
    InferenceContext context = net.context();
    for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
      outputs[engine].emplace_back();
      std::vector<float*> places;
      for (const OutputInfo& output : net.outputs()) {
        std::vector<int64_t> sizes = output.shape;
        sizes.insert(sizes.begin(), batch);
        outputs[engine].back().push_back(at::empty(sizes));
        places.push_back(outputs[engine].back().back().data_ptr<float>());
      }
      context.run_at(point, input.data(), batch, places);
    }
  }
  return outputs;
}

/// Inputs as LibTorch takes them, on the memory of `numbers`.
at::Tensor tensor_of(const Network& network, std::vector<float>& numbers, int64_t batch) {
  std::vector<int64_t> sizes = network.graph().dimensions(network.graph().input().shape);
  sizes.insert(sizes.begin(), batch);
  return at::from_blob(numbers.data(), sizes, at::kFloat);
}

/// Some node that is no output but may be one.
NodeId inner_node(const Graph& graph, uint64_t seed) {
  std::vector<NodeId> nodes;
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& parts = graph.nodes()[i].shape.parts;
    const bool always = std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.branches.empty(); });
    if (always && !find_output(graph, static_cast<NodeId>(i))) nodes.push_back(static_cast<NodeId>(i));
  }
  return nodes.at(RandomStream(seed).below(nodes.size()));
}

}  // namespace

TEST_CASE("masked and sliced execution in LibTorch and every engine of the runtime are equal at every operating point") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const SavedModel saved(seed);
    const Network network = load_network(saved.path), exact = exact_network(saved.path);
    c10::InferenceMode inference;
    const int64_t batch = 1 + static_cast<int64_t>(seed % 9);
    std::vector<float> input = saved.model.input(batch, seed);
    const at::Tensor x = tensor_of(network, input, batch);
    const auto outputs = outputs_of_engines(saved.path, input, batch);
    for (size_t p = 0; p < network.description().points.size(); ++p) {
      INFO("seed " << seed << ", point " << p << ", batch " << batch);
      const int point = static_cast<int>(p);
      const Outputs expected = exact.forward(x.to(at::kDouble), exact.masked_at_point(point), {});
      for (const auto& [engine, results] : outputs) {
        INFO(engine);
        REQUIRE(difference(results[p], expected) <= 1e-5);
      }
      for (const Execution& execution : {network.masked_at_point(point), network.at_point(point)})
        REQUIRE(difference(network.forward(x, execution, {}), expected) <= 1e-5);
    }
  }
}

TEST_CASE("the value of any node is the same as an added output, masked, sliced and in every engine") {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const SavedModel saved(seed);
    Network network = load_network(saved.path), exact = exact_network(saved.path);
    const NodeId node = inner_node(network.graph(), seed);
    const std::string name = network.graph().node(node).name;
    const Graph with_node = GraphBuilder::with_output(network.graph(), name);
    network.description().graph = exact.description().graph = with_node;
    c10::InferenceMode inference;
    const int64_t batch = 1 + static_cast<int64_t>(seed % 5);
    std::vector<float> input = saved.model.input(batch, seed);
    const at::Tensor x = tensor_of(network, input, batch);
    const auto outputs = outputs_of_engines(saved.path, input, batch, {name});
    for (size_t p = 0; p < network.description().points.size(); ++p) {
      INFO("seed " << seed << ", node " << name << ", point " << p << ", batch " << batch);
      const int point = static_cast<int>(p);
      const Outputs expected = exact.forward(x.to(at::kDouble), exact.masked_at_point(point), {});
      REQUIRE(expected.size() == saved.model.description.graph.outputs().size() + 1);
      for (const auto& [engine, results] : outputs) {
        INFO(engine);
        REQUIRE(results[p].size() == expected.size());
        REQUIRE(difference(results[p], expected) <= 1e-5);
      }
      for (const Execution& execution : {network.masked_at_point(point), network.at_point(point)})
        REQUIRE(difference(network.forward(x, execution, {}), expected) <= 1e-5);
    }
  }
}
