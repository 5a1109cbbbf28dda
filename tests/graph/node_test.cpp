#include "graph/node.h"

#include <set>

#include "catch_compat.h"
#include "core/error.h"
#include "graph/node_traits.h"
#include "random_detector.h"
#include "random_graph.h"

using namespace tnn;

TEST_CASE("every kind of node has a name of its own, and random graphs hold them all") {
  std::set<std::string> names, used;
  for (const Operation& operation : every_kind()) CHECK(names.insert(kind_name(operation)).second);
  for (size_t i = 0; i < std::variant_size_v<Operation>; ++i) {
    const auto kinds = every_kind();
    CHECK(std::any_of(kinds.begin(), kinds.end(), [&](const Operation& operation) { return operation.index() == i; }));
  }
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Graph graph = seed % 10 == 9 ? random_detector(seed).graph : RandomGraph(seed).build();
    for (const Node& node : graph.nodes()) used.insert(kind_name(node.operation));
  }
  CHECK(used == names);
}

TEST_CASE("traits of a kind do not contradict each other") {
  for (const Operation& operation : every_kind()) {
    INFO(kind_name(operation));
    const NodeTraits traits = traits_of(operation);
    if (traits.is_weighted || traits.normalizes) CHECK(traits.has_affine);
    if (traits.has_affine) CHECK_FALSE(traits.keeps_zeros);  // a shift is not 0
    if (traits.is_weighted) CHECK_FALSE(traits.works_in_place);
  }
}

TEST_CASE("a reader refuses a kind by its name") {
  CHECK_THROWS_WITH(refuse_kind("the reference engine", "flat", Flatten{}),
                    "the reference engine cannot compute 'flat', a node of kind 'flatten'");
  CHECK_THROWS_AS(refuse_kind("the reference engine", "flat", Flatten{}), UsageError);
}
