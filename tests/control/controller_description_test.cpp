#include "control/controller_description.h"

#include <cmath>

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

TEST_CASE("a controller's description reads back from its metadata") {
  const ControllerDescription written{ControllerInput::pixels,
                                      {0.1, 0.2, 1.0 / 3, 1},
                                      "0123456789abcdef",
                                      {{ConfidenceMeasure::entropy, {{0.1, 0.7}, {1, 0}}}, {ConfidenceMeasure::max_softmax, {{1, 0}}}}};
  const ControllerDescription read = controller_from_metadata(controller_to_metadata(written), "c.safetensors");
  CHECK(read.input == written.input);
  CHECK(read.actions == written.actions);
  CHECK(read.datapath == written.datapath);
  CHECK(read.cascades == written.cascades);
  for (const Cascade& cascade : written.cascades) CHECK(cascade_from_json(cascade_to_json(cascade)) == cascade);
}

TEST_CASE("a file without a controller, or with a damaged one, is refused by its name") {
  CHECK_THROWS_WITH(controller_from_metadata({}, "net.safetensors"),
                    ContainsSubstring("'net.safetensors' holds no controller") && ContainsSubstring("train-controller"));
  for (
      const char* damaged :
      {"{", "[]", R"({"version":2})", R"({"version":1,"input":"sound","actions":[1],"datapath":"","cascades":[]})",
       R"({"version":1,"input":"pixels","actions":[],"datapath":"","cascades":[]})",
       R"({"version":1,"input":"pixels","actions":[0.5,0.5],"datapath":"","cascades":[]})",
       R"({"version":1,"input":"pixels","actions":[0.5,2],"datapath":"","cascades":[]})",
       R"({"version":1,"input":"pixels","actions":[1],"datapath":"","cascades":[{"measure":"entropy","stages":[]}]})",
       R"({"version":1,"input":"pixels","actions":[1],"datapath":"","cascades":[{"measure":"entropy","stages":[{"u":1,"threshold":0},{"u":0.5,"threshold":0}]}]})"}) {
    INFO(damaged);
    CHECK_THROWS_AS(controller_from_metadata({{"tnn.controller", damaged}}, "c.safetensors"), DataError);
    CHECK_THROWS_WITH(controller_from_metadata({{"tnn.controller", damaged}}, "c.safetensors"), ContainsSubstring("'c.safetensors'"));
  }
}

TEST_CASE("confidence is the largest probability, or the entropy's distance from that of a guess") {
  const float sure[] = {100, 0, 0}, guess[] = {1, 1, 1}, some[] = {std::log(6.0f), std::log(3.0f), std::log(1.0f)};
  for (const auto measure : {ConfidenceMeasure::max_softmax, ConfidenceMeasure::entropy}) {
    CHECK(confidence(measure, sure, 3) == Approx(1));
    CHECK(confidence(measure, sure, 1) == 1);
  }
  CHECK(confidence(ConfidenceMeasure::max_softmax, guess, 3) == Approx(1.0 / 3));
  CHECK(confidence(ConfidenceMeasure::entropy, guess, 3) == Approx(0).margin(1e-12));
  CHECK(confidence(ConfidenceMeasure::max_softmax, some, 3) == Approx(0.6));
  const double entropy = -(0.6 * std::log(0.6) + 0.3 * std::log(0.3) + 0.1 * std::log(0.1));
  CHECK(confidence(ConfidenceMeasure::entropy, some, 3) == Approx(1 - entropy / std::log(3.0)));
  const float bad[] = {1, NAN, 2}, endless[] = {INFINITY, 0, 0};
  CHECK(confidence(ConfidenceMeasure::max_softmax, bad, 3) == 0);
  CHECK(confidence(ConfidenceMeasure::entropy, endless, 3) == 0);
  CHECK(top_class(some, 3) == 0);
  CHECK(top_class(guess, 3) == 0);
  CHECK(top_class(bad, 3) == 1);
}
