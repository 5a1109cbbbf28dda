#include "catch_compat.h"
#include "core/error.h"
#include "export/onnx_evaluator.h"
#include "export/onnx_lowering.h"
#include "export/static_cut.h"
#include "models/registry.h"
#include "random_graph.h"
#include "random_model.h"

using namespace tnn;

namespace {

OnnxModel through_file(const OnnxModel& model) { return onnx_from_bytes(onnx_to_bytes(model), "test"); }

HostTensor scalar(double u) { return {{}, {static_cast<float>(u)}}; }

/// Whether the throttleable file and the static nets agree at every operating point.
void check_all_points(const StoredModel& model, uint64_t seed) {
  const bool throttleable = model.description.points.size() > 1;
  const OnnxModel whole = through_file(lower_to_onnx(model, {}));
  const HostTensor input = random_input(model.description.graph, 2, seed);
  for (size_t i = 0; i < model.description.points.size(); ++i) {
    const double u = model.description.points[i].u;
    INFO("u " << u);
    REQUIRE(operating_point_at(model.description, u) == static_cast<int>(i));
    const OnnxModel small = through_file(lower_to_onnx(cut_model(model, static_cast<int>(i)), {}));
    CHECK(small.graph.inputs.size() == 1);
    const HostTensor expected = evaluate_onnx(small, {{"input", input}});
    std::map<std::string, HostTensor> inputs{{"input", input}};
    if (throttleable) inputs["u"] = scalar(u);
    CHECK(relative_difference(evaluate_onnx(whole, inputs), expected) < 1e-5);
  }
}

}  // namespace

TEST_CASE("a throttleable ONNX file equals the static nets at every operating point, for random graphs") {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    for (const char* strategy : {"nested", "independent"}) {
      GatingRule rule;
      rule.strategy = strategy;
      rule.rounding = seed % 2 ? Rounding::ceil : Rounding::floor_plus_one;
      const bool random = rule.strategy == "independent";
      const BatchNormMode mode = seed % 3 == 0             ? BatchNormMode::shared
                                 : seed % 3 == 1 || random ? BatchNormMode::recalibrated
                                                           : BatchNormMode::switchable;
      INFO("seed " << seed << ' ' << strategy);
      check_all_points(random_model(graph, rule, mode, seed), seed);
    }
  }
}
