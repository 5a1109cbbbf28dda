#include "formats/model_description.h"

#include "catch_compat.h"
#include "core/error.h"
#include "random_graph.h"

using namespace tnn;

TEST_CASE("a model's description survives its metadata, for nested and independent gating") {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    ModelDescription description =
        describe_model(RandomGraph(seed).build(), {seed % 2 ? "nested" : "independent", Rounding::ceil, 1}, BatchNormMode::recalibrated);
    description.gating.compensation = static_cast<Compensation>(seed % 3);
    description.dataset = "fashion_mnist";
    description.class_names = {"a", "b \"quoted\""};
    description.preprocessing = {{0.1, 0.2}, {0.3, 1.0 / 3.0}};
    if (seed % 2) description.preprocessing.whole = WholeImages{600, 1000};
    if (seed % 3 == 0) description.points.front().validation_accuracy = 0.875;
    const ModelDescription back = description_from_metadata(description_to_metadata(description), "x");
    REQUIRE(back.graph == description.graph);
    REQUIRE(back.gating == description.gating);
    REQUIRE(back.points.size() == description.points.size());
    for (size_t i = 0; i < back.points.size(); ++i) {
      REQUIRE(back.points[i].configuration == description.points[i].configuration);
      REQUIRE(back.points[i].u == description.points[i].u);
      REQUIRE(back.points[i].validation_accuracy == description.points[i].validation_accuracy);
    }
    REQUIRE(back.batch_norm == description.batch_norm);
    REQUIRE(back.class_names == description.class_names);
    REQUIRE(back.preprocessing == description.preprocessing);
  }
}

TEST_CASE("missing or damaged metadata is a data error that names the file and the key") {
  const ModelDescription description = describe_model(RandomGraph(1).build(), {}, BatchNormMode::shared);
  const SafetensorsMetadata whole = description_to_metadata(description);
  for (const auto& [key, value] : whole) {
    if (key == "tnn.task") continue;  // older files lack it
    SafetensorsMetadata less = whole;
    less.erase(key);
    CHECK_THROWS_WITH(description_from_metadata(less, "m.safetensors"), ContainsSubstring("m.safetensors") && ContainsSubstring(key));
    if (key == "tnn.dataset") continue;
    for (const char* wrong : {"[{", "{}", "[1]", "[[]]", "7", "{\"strategy\": 1, \"mean\": [\"x\"]}", ""}) {
      less[key] = wrong;
      CHECK_THROWS_AS(description_from_metadata(less, "m.safetensors"), DataError);
      if (key == "tnn.version") continue;
      const auto named = ContainsSubstring("'m.safetensors': damaged metadata: " + key + ": ");
      CHECK_THROWS_WITH(description_from_metadata(less, "m.safetensors"), named && !ContainsSubstring("json.exception"));
    }
  }
}

TEST_CASE("a model file that does not name its task is a classifier's") {
  SafetensorsMetadata metadata = description_to_metadata(describe_model(RandomGraph(1).build(), {}, BatchNormMode::shared));
  metadata["tnn.task"] = "other";
  CHECK(description_from_metadata(metadata, "m.safetensors").task == "other");
  metadata.erase("tnn.task");
  CHECK(description_from_metadata(metadata, "m.safetensors").task == "classification");
}

TEST_CASE("switchable batch norm needs operating points that can be listed") {
  CHECK_THROWS_WITH(describe_model(RandomGraph(1).build(), {"independent", Rounding::ceil, 1}, BatchNormMode::switchable),
                    ContainsSubstring("nested"));
}
