#include "graph/graph_json.h"

#include <functional>

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
  CHECK_THROWS_WITH(
      read(R"(,{"name":"c","kind":"convolution","inputs":["input"],"space":"s","kernel":[3],"activation":"relu"})"),
      ContainsSubstring("node 'c' (convolution): unknown key 'activation'") && ContainsSubstring("allowed: bias, branches, depthwise"));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"convolution","inputs":["input"],"space":"s","kernal":[3]})"),
                    ContainsSubstring("the key 'kernel', a list of integers, is missing"));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"convolution","inputs":["input"],"space":"s","kernel":[3],"strides":[2]})"),
                    ContainsSubstring("unknown key 'strides'; did you mean 'stride'"));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"convolution","inputs":["input"],"space":"s","kernel":"3"})"),
                    ContainsSubstring("'kernel' must be a list of integers, not \"3\""));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"dropout","inputs":["input"],"probability":null})"),
                    ContainsSubstring("'probability' must be a number, not null"));
  CHECK_THROWS_WITH(read(R"(,{"kind":"relu","inputs":["input"]})"), ContainsSubstring("node 1: the key 'name', a text, is missing"));
  CHECK_THROWS_WITH(read(R"(,7)"), ContainsSubstring("node 1: an object is expected, not 7"));
  CHECK_THROWS_WITH(read(R"(,{"name":"c","kind":"relu","inputs":["input"],"branches":[{"gate":"g","index":0}]})"),
                    ContainsSubstring("node 'c' (relu), branches: unknown gate 'g'"));
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
  CHECK_THROWS_WITH(read(R"([{"name":"y"}])"), ContainsSubstring("output 0: the key 'node'"));
  CHECK_THROWS_WITH(read(R"(["fc",{"name":"fc","node":"act"}])"), ContainsSubstring("output 'fc': the name is taken"));
  CHECK_THROWS_WITH(read(R"([{"name":"","node":"act"}])"), ContainsSubstring("the name is empty"));
  CHECK_THROWS_WITH(read("[1]"), ContainsSubstring("output 0:") && ContainsSubstring("not 1"));
  CHECK_THROWS_WITH(read("[]"), ContainsSubstring("no output"));
}

namespace {

/// A list of `count` items, each of its index.
std::string list_of(int count, const std::function<std::string(const std::string&)>& item) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i > 0 ? "," : "") + item(std::to_string(i));
  return list;
}

std::string graph_text(const std::string& gates, const std::string& spaces, const std::string& nodes, const std::string& outputs) {
  return R"({"format":"tnn-graph","version":1,"name":"x","gates":[)" + gates + R"(],"spaces":[)" + spaces +
         R"(],"nodes":[{"name":"input","kind":"input","inputs":[],"shape":[4]})" + nodes + R"(],"outputs":[)" + outputs + "]}";
}

}  // namespace

TEST_CASE("graphs of very many gates, spaces and nodes are read or refused, in time that grows with them") {
  constexpr int kMany = 300000;  // what takes quadratic time takes hours
  const auto gate = [](const std::string& i) { return R"({"name":"g)" + i + R"(","kind":"channel","groups":2,"min_active":1})"; };
  const auto space = [](const std::string& i) { return R"({"name":"s)" + i + R"(","channels":4,"gate":"g)" + i + "\"}"; };
  const Graph wide = graph_from_json(graph_text(list_of(kMany, gate), list_of(kMany, space), "", R"("input")"));
  CHECK(wide.gates().size() == kMany);
  CHECK(wide.spaces().size() == kMany + 1);
  const auto node = [](const std::string& i) { return R"({"name":"r)" + i + R"(","kind":"relu","inputs":["input"]})"; };
  CHECK_THROWS_WITH(graph_from_json(graph_text("", "", "," + list_of(kMany, node), R"("input")")),
                    ContainsSubstring("more than 65536 nodes"));
  CHECK(graph_from_json(graph_text("", "", "," + list_of(60000, node), R"("r7")")).nodes().size() == 60001);
  const auto key = [](const std::string& i) { return "\"k" + i + "\":1"; };
  CHECK_THROWS_WITH(
      graph_from_json(graph_text("", "", R"(,{"name":"a","kind":"relu","inputs":["input"],)" + list_of(kMany, key) + "}", R"("a")")),
      ContainsSubstring("unknown key"));
  CHECK_THROWS_WITH(graph_from_json(graph_text(list_of(kMany, gate), R"({"name":"s","channels":4,"gate":"q"})", "", R"("input")")),
                    ContainsSubstring("unknown gate 'q'") && ContainsSubstring("more)"));
}

TEST_CASE("channels, weights and branches beyond all use are refused by name") {
  const auto linear = [](const std::string& channels) {
    return graph_text("", R"({"name":"s","channels":)" + channels + "}", R"(,{"name":"fc","kind":"linear","inputs":["input"],"space":"s"})",
                      R"("fc")");
  };
  CHECK_THROWS_WITH(graph_from_json(linear("1000000000")), ContainsSubstring("channel space 's': 1000000000 channels"));
  CHECK_THROWS_WITH(graph_from_json(linear("2.5")), ContainsSubstring("'channels' must be an integer, not 2.5"));
  const std::string wide = R"(,{"name":"a","kind":"linear","inputs":["input"],"space":"s"},)"
                           R"({"name":"b","kind":"linear","inputs":["a"],"space":"t"})";
  CHECK_THROWS_WITH(graph_from_json(graph_text("", R"({"name":"s","channels":1000000},{"name":"t","channels":1000000})", wide, R"("b")")),
                    ContainsSubstring("node 'b': its weights [1000000, 1000000] are more than"));
  const auto branch = [](const std::string& i) { return R"({"gate":"g)" + i + R"(","index":0})"; };
  const auto gate = [](const std::string& i) { return R"({"name":"g)" + i + R"(","kind":"branch","groups":1,"min_active":0})"; };
  CHECK_THROWS_WITH(graph_from_json(graph_text(
                        list_of(1000, gate), "",
                        R"(,{"name":"r","kind":"relu","inputs":["input"],"branches":[)" + list_of(1000, branch) + "]}", R"("input")")),
                    ContainsSubstring("more than 256 branches"));
}
