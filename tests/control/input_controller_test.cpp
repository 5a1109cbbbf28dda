#include "control/input_controller.h"

#include <algorithm>
#include <set>

#include "catch_compat.h"
#include "control/floor_certificate.h"
#include "control/random_controller.h"
#include "core/error.h"
#include "runtime/tnn_runtime.h"

using namespace tnn;

TEST_CASE("each input of a batch is computed at the point that its controller chooses, whatever its neighbours are") {
  const SavedModel model(random_classifier(3));
  const ThrottledNetwork network = ThrottledNetwork::load(model.path, reference_engine());
  InferenceContext context = network.context();
  const std::vector<float> inputs = model.model.input(kBatch, 9);
  for (const auto input : kInputs) {
    std::set<int> points;  // of the controllers together: one with random weights may choose one for all
    for (uint64_t seed = 0; seed < 6; ++seed) {
      const SavedController saved(model, input, seed);
      const auto controller = load_controller(network, model.path, saved.path, reference_engine());
      std::vector<float> outputs(kBatch * kClasses), alone(kClasses);
      std::vector<Decision> decisions(kBatch);
      controller->run(inputs.data(), kBatch, outputs.data(), decisions.data());
      for (int64_t i = 0; i < kBatch; ++i) {
        const Decision& decision = decisions[static_cast<size_t>(i)];
        points.insert(decision.point);
        context.run_at(decision.point, inputs.data() + i * 64, 1, alone.data());
        CHECK(std::equal(alone.begin(), alone.end(), outputs.begin() + i * kClasses));
        Decision one;
        std::vector<float> again(kClasses);
        controller->run(inputs.data() + i * 64, 1, again.data(), &one);
        CHECK(one.point == decision.point);
        CHECK(one.macs == decision.macs);
        CHECK(decision.macs > network.operating_points()[static_cast<size_t>(decision.point)].cost.macs);
      }
    }
    CHECK(points.size() > 1);
    CHECK(network.operating_point() == static_cast<int>(network.operating_points().size()) - 1);  // never touched
  }
}

TEST_CASE("a least utilization raises the choices below it and leaves the others alone") {
  const SavedModel model(random_classifier(3));
  const ThrottledNetwork network = ThrottledNetwork::load(model.path, reference_engine());
  const std::vector<float> inputs = model.model.input(kBatch, 9);
  int raised = 0;
  for (const double least : {0.5, 1.0})
    for (uint64_t seed = 0; seed < 6; ++seed) {
      const SavedController saved(model, ControllerInput::pixels, seed);
      std::vector<float> outputs(kBatch * kClasses);
      std::vector<Decision> free(kBatch), floored(kBatch);
      load_controller(network, model.path, saved.path, reference_engine())->run(inputs.data(), kBatch, outputs.data(), free.data());
      load_controller(network, model.path, saved.path, reference_engine(), least)
          ->run(inputs.data(), kBatch, outputs.data(), floored.data());
      for (size_t i = 0; i < free.size(); ++i) {
        CHECK(floored[i].point == std::max(free[i].point, network.find_operating_point(least)));
        raised += floored[i].point != free[i].point ? 1 : 0;
      }
    }
  CHECK(raised > 0);
}

TEST_CASE("a cascade goes on while the confidence is below the threshold, and pays for every pass") {
  const SavedModel model(random_classifier(4));
  const ThrottledNetwork network = ThrottledNetwork::load(model.path, reference_engine());
  const std::vector<float> inputs = model.model.input(kBatch, 2);
  const auto& points = network.operating_points();
  const auto run = [&](double threshold) {
    const auto cascade =
        make_cascade(network, {ConfidenceMeasure::max_softmax, {{0.25, threshold}, {0.5, threshold}, {1, 0}}}, reference_engine());
    std::vector<float> outputs(kBatch * kClasses);
    std::vector<Decision> decisions(kBatch);
    cascade->run(inputs.data(), kBatch, outputs.data(), decisions.data());
    return decisions;
  };
  for (const Decision& decision : run(0)) CHECK((decision.point == 0 && decision.macs == points[0].cost.macs));
  for (const Decision& decision : run(2))
    CHECK((decision.point == 3 && decision.macs == points[0].cost.macs + points[1].cost.macs + points[3].cost.macs));
}

TEST_CASE("a controller of another network, or of no network, is refused by name") {
  const SavedModel model(random_classifier(3)), other(random_classifier(4));
  const SavedController saved(model, ControllerInput::pixels, 5);
  const ThrottledNetwork network = ThrottledNetwork::load(other.path, reference_engine());
  CHECK_THROWS_WITH(load_controller(network, other.path, saved.path, reference_engine()), ContainsSubstring("chooses for another network"));
  CHECK_THROWS_AS(load_controller(network, other.path, saved.path, reference_engine()), UsageError);
  CHECK_THROWS_WITH(load_controller(network, other.path, model.path, reference_engine()), ContainsSubstring("holds no controller"));
}

TEST_CASE("a certified floor is stored in a model file, which stays the same network") {
  const SavedModel model(random_classifier(3)), other(random_classifier(4));
  const std::string identity = model_identity(SafetensorsFile(model.path));
  CHECK_THROWS_WITH(read_floor(SafetensorsFile(model.path)), ContainsSubstring("has no certified floor"));
  FloorCertificate written;
  written.setting.stages = {{0.25, 0.75}, {1, 0}};
  written.risk = 0.02, written.confidence = 0.9, written.samples = 500, written.losses = 3;
  written.network = identity;
  write_floor(model.path, written);
  const FloorCertificate read = read_floor(SafetensorsFile(model.path));
  CHECK(read.setting == written.setting);
  CHECK(read.samples == 500);
  CHECK(read.losses == 3);
  CHECK(read.risk == 0.02);
  CHECK(model_identity(SafetensorsFile(model.path)) == identity);
  written.network = model_identity(SafetensorsFile(other.path));
  write_floor(model.path, written);
  CHECK_THROWS_WITH(read_floor(SafetensorsFile(model.path)), ContainsSubstring("other weights"));
}

TEST_CASE("the C interface runs each input at its controller's point") {
  const SavedModel model(random_classifier(3));
  const SavedController saved(model, ControllerInput::logits, 5);
  const ThrottledNetwork expected = ThrottledNetwork::load(model.path, reference_engine());
  const auto cpp = load_controller(expected, model.path, saved.path, reference_engine());
  const std::vector<float> inputs = model.model.input(kBatch, 9);
  std::vector<float> outputs(kBatch * kClasses), reference(outputs.size());
  std::vector<Decision> decisions(kBatch);
  cpp->run(inputs.data(), kBatch, reference.data(), decisions.data());

  tnn_options options{};
  options.struct_size = sizeof options, options.engine = "reference", options.batch_limit = kBatch;
  tnn_network* network = nullptr;
  tnn_controller* controller = nullptr;
  REQUIRE(tnn_network_load(model.path.c_str(), &options, &network) == TNN_OK);
  CHECK(tnn_controller_floor(network, &options, &controller) == TNN_USAGE);
  CHECK(tnn_controller_load(network, "/nowhere", &options, &controller) == TNN_DATA);
  REQUIRE(tnn_controller_load(network, saved.path.c_str(), &options, &controller) == TNN_OK);
  tnn_network_free(network);
  float* places[] = {outputs.data()};
  std::vector<int64_t> points(kBatch), macs(kBatch);
  REQUIRE(tnn_run_controlled(controller, inputs.data(), kBatch, places, 1, points.data(), macs.data()) == TNN_OK);
  CHECK(outputs == reference);
  for (size_t i = 0; i < decisions.size(); ++i) CHECK((points[i] == decisions[i].point && macs[i] == decisions[i].macs));
  CHECK(tnn_run_controlled(controller, inputs.data(), kBatch + 1, places, 1, nullptr, nullptr) == TNN_USAGE);
  tnn_controller_free(controller);
}
