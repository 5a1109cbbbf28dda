#include "pipelines/top_classes.h"

#include <cmath>
#include <limits>

#include "catch_compat.h"
#include "core/error.h"
#include "graph/graph_builder.h"

using namespace tnn;

namespace {

ModelDescription classifier(bool spatial = false) {
  GraphBuilder builder("net");
  const NodeId x = builder.input(spatial ? std::vector<int64_t>{3, 2, 2} : std::vector<int64_t>{3});
  ModelDescription description;
  description.graph = builder.finish(
      {spatial ? builder.activation("y", x, ActivationKind::relu) : builder.linear("y", x, builder.space("classes", 3), Linear{})});
  description.class_names = {"ant", "bee", "cow"};
  return description;
}

}  // namespace

TEST_CASE("top classes are those of the largest logits, with their softmax") {
  const NpyArray logits{{2, 3}, {0.0f, 1.0f, -1.0f, 2.0f, 2.0f, -1000.0f}, false};
  const Table table = top_classes(classifier(), {"a.jpg", "b.jpg"}, logits, 5, false);
  CHECK(table.rows == std::vector<std::vector<std::string>>{{"a.jpg", "1", "1", "bee", "0.6652"},
                                                            {"a.jpg", "2", "0", "ant", "0.2447"},
                                                            {"a.jpg", "3", "2", "cow", "0.0900"},
                                                            {"b.jpg", "1", "0", "ant", "0.5000"},
                                                            {"b.jpg", "2", "1", "bee", "0.5000"},
                                                            {"b.jpg", "3", "2", "cow", "0.0000"}});
  CHECK(top_classes(classifier(), {"a.jpg", "b.jpg"}, logits, 1, false).rows.size() == 2);
  const Table exact = top_classes(classifier(), {"a.jpg", "b.jpg"}, logits, 1, true);
  CHECK(std::stod(exact.rows[0].back()) == Approx(std::exp(1) / (1 + std::exp(1) + std::exp(-1))).epsilon(1e-15));
}

TEST_CASE("classes without labels are told by their index") {
  ModelDescription description = classifier();
  description.class_names.clear();
  CHECK(top_classes(description, {"a"}, {{1, 3}, {0.0f, 0.0f, 1.0f}, false}, 1, false).rows.front()[3] == "2");
}

TEST_CASE("there are no top classes of what is no classifier, or of logits that are not finite") {
  CHECK_NOTHROW(require_classifier(classifier()));
  CHECK_THROWS_AS(require_classifier(classifier(true)), UsageError);
  ModelDescription other = classifier();
  other.task = "detection";
  CHECK_THROWS_WITH(require_classifier(other), ContainsSubstring("detection"));
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    CHECK_THROWS_WITH(top_classes(classifier(), {"a.jpg"}, {{1, 3}, {0.0f, value, 0.0f}, false}, 1, false), ContainsSubstring("a.jpg"));
}
