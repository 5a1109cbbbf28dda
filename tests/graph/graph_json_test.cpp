#include "graph/graph_json.h"

#include "catch_compat.h"
#include "core/error.h"
#include "random_graph.h"

using namespace tnn;

TEST_CASE("a graph survives JSON exactly, and the text is stable") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    const std::string text = graph_to_json(graph);
    const Graph back = graph_from_json(text);
    REQUIRE(back == graph);
    REQUIRE(graph_to_json(back) == text);
  }
}

TEST_CASE("mistakes in graph JSON name the node and what is allowed") {
  const auto read = [](const std::string& nodes) {
    return graph_from_json(R"({"format":"tnn-graph","version":1,"name":"x","gates":[],"spaces":[{"name":"s","channels":4}],)"
                           R"("nodes":[{"name":"input","kind":"input","inputs":[],"shape":[3,8,8]})" +
                           nodes + R"(],"outputs":["input"]})");
  };
  CHECK_NOTHROW(read(""));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"convolution","inputs":["imput"],"space":"s","kernel":[3]})"),
                    ContainsSubstring("node 'c'") && ContainsSubstring("did you mean 'input'"));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"convolutoin","inputs":["input"]})"), ContainsSubstring("did you mean 'convolution'"));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"relu","inputs":["input"],"slope":1})"), ContainsSubstring("node 'c'"));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"convolution","inputs":["input"],"space":"t","kernel":[3]})"),
                    ContainsSubstring("channel space 't'"));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"convolution","inputs":["input"],"space":"s","kernel":"3"})"),
                    ContainsSubstring("'kernel'"));
  CHECK_THROWS_AS(graph_from_json("{"), UsageError);
  CHECK_THROWS_AS(graph_from_json("[]"), UsageError);
  CHECK_THROWS_WITH(graph_from_json(R"({"format":"tnn-graph","version":2})"), ContainsSubstring("version 2"));
}

TEST_CASE("an output is a node's name, or has a name of its own") {
  const auto read = [](const std::string& outputs) {
    return graph_from_json(R"({"format":"tnn-graph","version":1,"name":"x","gates":[],"spaces":[{"name":"s","channels":4}],)"
                           R"("nodes":[{"name":"input","kind":"input","inputs":[],"shape":[3]},)"
                           R"({"name":"fc","kind":"linear","inputs":["input"],"space":"s"},{"name":"act","kind":"relu","inputs":["fc"]}],)"
                           R"("outputs":)" +
                           outputs + "}");
  };
  const Graph graph = read(R"(["fc",{"name":"positive","node":"act"}])");
  CHECK(graph.outputs() == std::vector<Output>{{"fc", 1}, {"positive", 2}});
  CHECK(graph_from_json(graph_to_json(graph)) == graph);
  CHECK_THAT(graph_to_json(graph), ContainsSubstring(R"("outputs":["fc",{"name":"positive","node":"act"}])"));
  CHECK_THROWS_WITH(read(R"(["fcc"])"), ContainsSubstring("did you mean 'fc'"));
  CHECK_THROWS_WITH(read(R"([{"name":"y","node":"fcc"}])"), ContainsSubstring("did you mean 'fc'"));
  CHECK_THROWS_WITH(read(R"([{"name":"y"}])"), ContainsSubstring("'node' is missing"));
  CHECK_THROWS_WITH(read(R"(["fc",{"name":"fc","node":"act"}])"), ContainsSubstring("output 'fc': the name is taken"));
  CHECK_THROWS_WITH(read(R"([{"name":"","node":"act"}])"), ContainsSubstring("the name is empty"));
  CHECK_THROWS_WITH(read("[1]"), ContainsSubstring("'outputs'"));
  CHECK_THROWS_WITH(read("[]"), ContainsSubstring("no output"));
}
