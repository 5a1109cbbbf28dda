#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "catch_compat.h"
#include "network/model_file.h"
#include "random_graph.h"
#include "runtime/random_model.h"
#include "runtime/throttled_network.h"
#include "temporary_folder.h"

using namespace tnn;

TEST_CASE("masked and sliced execution in LibTorch equal every engine of the runtime at every operating point") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    const TemporaryFolder folder;
    const auto path = folder.path() / "model.safetensors";
    const RandomModel model = random_model(seed);
    model.save(path);
    const Network network = load_network(path);
    c10::InferenceMode inference;
    const int64_t batch = 1 + static_cast<int64_t>(seed % 9);
    std::vector<float> input = model.input(batch, seed);
    auto sizes = network.graph().dimensions(network.graph().input().shape);
    sizes.insert(sizes.begin(), batch);
    const at::Tensor x = at::from_blob(input.data(), sizes, at::kFloat);
    for (const std::string& engine : engine_names()) {
      ThrottledNetwork net = ThrottledNetwork::load(path, {.engine = engine, .batch_limit = batch});
      InferenceContext context = net.context();
      at::Tensor y = at::empty({batch, net.output_shape().front()});
      for (size_t p = 0; p < net.operating_points().size(); ++p) {
        INFO(engine << " at point " << p << ", batch " << batch);
        net.set_operating_point(static_cast<int>(p));
        context.run(input.data(), batch, y.data_ptr<float>());
        const Configuration& configuration = network.description().points[p].configuration;
        for (const Execution& execution : {network.masked(configuration), network.sliced(configuration)}) {
          const at::Tensor expected = network.forward(x, execution, {});
          const double largest = std::max(1.0, expected.abs().max().item<double>());
          REQUIRE((y - expected).abs().max().item<double>() <= 1e-5 * largest);
        }
      }
    }
  }
}
