#include "formats/pretrained/pretrained.h"

#include "catch_compat.h"
#include "core/error.h"
#include "formats/pretrained/torch_writer.h"
#include "graph/graph_builder.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// A linear layer of two features and a classifier of two classes.
Graph small_graph() {
  GraphBuilder b("small");
  const NodeId x = b.linear("hidden", b.input({3}), 2);
  return b.finish({b.linear("fc", x, 2, kNone, {.bias = false})});
}

std::filesystem::path write(const TemporaryFolder& folder, const std::vector<WrittenTensor>& tensors) {
  const auto path = folder.path() / "net.th";
  write_torch_legacy(path, pickled_state_dict(tensors), tensors);
  return path;
}

const WrittenTensor kWeight{"module.hidden.weight", "0", {1, 2, 3, 4, 5, 6}, 0, {2, 3}, {3, 1}};
const WrittenTensor kBias{"module.hidden.bias", "1", {7, 8}, 0, {2}, {1}};
const WrittenTensor kClassifier{"module.linear.weight", "2", {1, 2, 3, 4}, 0, {2, 2}, {2, 1}};

std::string linear_to_fc(const std::string& name) { return name == "linear.weight" ? "fc.weight" : name; }

}  // namespace

TEST_CASE("a trained network's tensors are found by the graph's names") {
  const TemporaryFolder folder;
  WrittenTensor counter{"module.hidden.num_batches_tracked", "3", {0}, 0, {}, {}};
  const auto path = write(folder, {kWeight, kBias, kClassifier, counter});
  const PretrainedTensors trained = read_pretrained(small_graph(), {path, linear_to_fc, {}});
  REQUIRE(trained.by_name.size() == 3);
  CHECK(trained.by_name.at("hidden.weight").shape == std::vector<int64_t>{2, 3});
  CHECK(trained.by_name.at("fc.weight").name == "module.linear.weight");
}

TEST_CASE("every tensor that does not fit is listed in one error") {
  const TemporaryFolder folder;
  WrittenTensor narrow = kClassifier, other{"module.extra.weight", "3", {1}, 0, {1}, {1}}, again{"hidden.bias", "4", {7, 8}, 0, {2}, {1}};
  narrow.shape = {1, 2};
  const auto path = write(folder, {kBias, narrow, other, again});
  CHECK_THROWS_WITH(read_pretrained(small_graph(), {path, linear_to_fc, {}}),
                    ContainsSubstring("net.th") && ContainsSubstring("missing (1): hidden.weight") &&
                        ContainsSubstring("unexpected (1): module.extra.weight") && ContainsSubstring("given twice (1): hidden.bias") &&
                        ContainsSubstring("module.linear.weight is F32 [1, 2] and should be [2, 2]"));
}

TEST_CASE("excepted layers are neither asked for nor taken") {
  const TemporaryFolder folder;
  WrittenTensor narrow = kClassifier;
  narrow.shape = {1, 2};
  const auto path = write(folder, {kWeight, kBias, narrow});
  const PretrainedTensors trained = read_pretrained(small_graph(), {path, linear_to_fc, {"fc"}});
  CHECK(trained.by_name.size() == 2);
  CHECK_THROWS_WITH(read_pretrained(small_graph(), {path, linear_to_fc, {"head"}}), ContainsSubstring("'head'"));
}
