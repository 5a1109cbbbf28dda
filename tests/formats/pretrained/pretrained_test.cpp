#include "formats/pretrained/pretrained.h"

#include <algorithm>
#include <functional>
#include <limits>

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
  const PretrainedTensors trained = read_pretrained(small_graph(), {.file = path, .known_name = linear_to_fc});
  REQUIRE(trained.by_name.size() == 3);
  CHECK(trained.by_name.at("hidden.weight").shape == std::vector<int64_t>{2, 3});
  CHECK(trained.by_name.at("fc.weight").name == "module.linear.weight");
}

TEST_CASE("every tensor that does not fit is listed in one error") {
  const TemporaryFolder folder;
  WrittenTensor narrow = kClassifier, other{"module.extra.weight", "3", {1}, 0, {1}, {1}}, again{"hidden.bias", "4", {7, 8}, 0, {2}, {1}};
  narrow.shape = {1, 2};
  const auto path = write(folder, {kBias, narrow, other, again});
  CHECK_THROWS_WITH(read_pretrained(small_graph(), {.file = path, .known_name = linear_to_fc}),
                    ContainsSubstring("net.th") && ContainsSubstring("missing (1): hidden.weight") &&
                        ContainsSubstring("unexpected (1): module.extra.weight") && ContainsSubstring("given twice (1): hidden.bias") &&
                        ContainsSubstring("module.linear.weight is F32 [1, 2] and should be [2, 2]"));
}

TEST_CASE("excepted layers are neither asked for nor taken") {
  const TemporaryFolder folder;
  WrittenTensor narrow = kClassifier;
  narrow.shape = {1, 2};
  const auto path = write(folder, {kWeight, kBias, narrow});
  const PretrainedTensors trained = read_pretrained(small_graph(), {.file = path, .known_name = linear_to_fc, .except = {"fc"}});
  CHECK(trained.by_name.size() == 2);
  CHECK_THROWS_WITH(read_pretrained(small_graph(), {.file = path, .known_name = linear_to_fc, .except = {"head"}}),
                    ContainsSubstring("'head'"));
}

namespace {

/// A convolution, batch norm and classifier, in layers with dots in their names.
Graph layered_graph() {
  GraphBuilder b("layered");
  NodeId x = b.convolution("features.conv", b.input({3, 4, 4}), 2, kNone, {.window = {{1}, {}, {}, {}}, .bias = false});
  x = b.global_pool("pool", b.batch_norm("features.bn", x));
  return b.finish({b.linear("head.fc", b.flatten("flatten", x), 5)});
}

/// Its tensors, all ones, with names changed by `rename`.
std::vector<WrittenTensor> layered_tensors(const std::function<std::string(std::string)>& rename) {
  std::vector<WrittenTensor> tensors;
  const auto add = [&](const std::string& name, std::vector<int64_t> shape) {
    int64_t count = 1;
    std::vector<int64_t> strides(shape.size());
    for (size_t i = shape.size(); i-- > 0; count *= shape[i]) strides[i] = count;
    tensors.push_back({rename(name), name, std::vector<float>(static_cast<size_t>(count), 1.0f), 0, shape, strides});
  };
  add("features.conv.weight", {2, 3, 1, 1});
  for (const char* part : {"weight", "bias", "running_mean", "running_var"}) add(std::string("features.bn.") + part, {2});
  add("head.fc.weight", {5, 2});
  add("head.fc.bias", {5});
  return tensors;
}

std::string as_it_is(std::string name) { return name; }

std::string replaced(std::string name, const std::string& from, const std::string& to) {
  const size_t at = name.find(from);
  return at == std::string::npos ? name : name.replace(at, from.size(), to);
}

/// What is said of a file that does not fit.
std::string mismatch_of(const std::vector<WrittenTensor>& tensors, const PretrainedOptions& options = {}) {
  const TemporaryFolder folder;
  PretrainedOptions all = options;
  all.file = write(folder, tensors);
  try {
    read_pretrained(layered_graph(), all);
    return "";
  } catch (const DataError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a beginning that all names share is dropped, whatever it is") {
  for (const char* prefix : {"", "model.", "module.", "_orig_mod.", "backbone.", "module.model.", "net.encoder.", "a.b.c.d."}) {
    INFO(prefix);
    CHECK(mismatch_of(layered_tensors([&](const std::string& name) { return prefix + name; })).empty());
  }
}

TEST_CASE("renamed, ignored and excepted tensors fit together") {
  PretrainedOptions options;
  auto tensors = layered_tensors([](std::string name) { return replaced(std::move(name), "head.fc", "classifier"); });
  tensors.push_back({"projector.weight", "p", {1}, 0, {1}, {1}});
  tensors.push_back({"projector.bias", "p", {1}, 0, {1}, {1}});
  CHECK_THAT(mismatch_of(tensors), ContainsSubstring("unexpected (4)"));
  options.rename = {{"classifier", "head.fc"}};
  CHECK_THAT(mismatch_of(tensors, options), ContainsSubstring("unexpected (2)"));
  for (const char* pattern : {"projector", "projector.", "proj*", "^projector"}) {
    options.ignore = {pattern};
    CHECK(mismatch_of(tensors, options).empty());
  }
  options.except = {"head"};
  CHECK(mismatch_of(tensors, options).empty());
  options.ignore = {"^("};
  CHECK_THROWS_WITH(mismatch_of(tensors, options), ContainsSubstring("model.pretrained_ignore"));
}

TEST_CASE("counters and masks of any type beside the weights are passed over, a wanted one is named") {
  auto tensors = layered_tensors(as_it_is);
  tensors.push_back({"features.bn.steps", "s", {1}, 0, {1}, {1}, "IntStorage"});
  tensors.push_back({"mask", "q", {1}, 0, {1}, {1}, "QInt32Storage"});
  CHECK(mismatch_of(tensors).empty());
  tensors.back().name = "head.fc.bias";
  tensors.erase(tensors.end() - 3);
  CHECK_THAT(mismatch_of(tensors), ContainsSubstring("not readable (1): head.fc.bias is of type QInt32Storage"));
  auto integers = layered_tensors(as_it_is);
  integers.back().type = "IntStorage";
  CHECK_THAT(mismatch_of(integers), ContainsSubstring("head.fc.bias is I32 [5] and should be [5]"));
}

TEST_CASE("numbers that are not finite and negative variances are told by the tensor's name") {
  for (const float number : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    auto tensors = layered_tensors(as_it_is);
    tensors[5].numbers[3] = number;
    CHECK_THAT(mismatch_of(tensors), ContainsSubstring("'head.fc.weight'") && ContainsSubstring("element 3"));
  }
  auto tensors = layered_tensors(as_it_is);
  tensors[4].numbers[1] = -1;
  CHECK_THAT(mismatch_of(tensors), ContainsSubstring("'features.bn.running_var'") && ContainsSubstring("finite numbers from 0"));
}

TEST_CASE("a mismatch is told in a few lines with the likely mend") {
  const auto check = [](const std::vector<WrittenTensor>& tensors, const std::string& hint) {
    const std::string text = mismatch_of(tensors);
    INFO(text);
    CHECK_THAT(text, ContainsSubstring(hint));
    CHECK(std::count(text.begin(), text.end(), '\n') <= 5);
    CHECK(text.size() < 1500);
  };
  auto some = layered_tensors([](const std::string& name) { return name.find("head") == 0 ? name : "encoder." + name; });
  check(some, "begin with 'encoder.': model.pretrained_rename: [[\"encoder.\", \"\"]]");
  check(layered_tensors([](std::string name) { return replaced(std::move(name), "features.bn", "features.norm"); }),
        "what the file calls 'norm' is called 'bn' here: model.pretrained_rename: [[\"*.norm\", \"*.bn\"]]");
  check(layered_tensors([](std::string name) { return replaced(std::move(name), "head", "top"); }), "[[\"top\", \"head\"]]");
  auto classes = layered_tensors(as_it_is);
  classes[5] = {"head.fc.weight", "w", std::vector<float>(2000, 1.0f), 0, {1000, 2}, {2, 1}};
  classes[6] = {"head.fc.bias", "b", std::vector<float>(1000, 1.0f), 0, {1000}, {1}};
  check(classes, "the file's network has 1000 classes: model.classes: 1000, or model.pretrained_except: [head.fc]");
  auto plain = layered_tensors(as_it_is);
  plain.erase(plain.begin() + 1, plain.begin() + 5);
  check(plain, "model.batch_norm: false");
  std::vector<WrittenTensor> resnet;
  for (int i = 0; i < 300; ++i) resnet.push_back({"layer1." + std::to_string(i) + ".conv1.weight", "r", {1}, 0, {1}, {1}});
  check(resnet, "the file's names are those of a CIFAR ResNet: model.name: resnet_d");
  CHECK_THAT(mismatch_of(resnet), ContainsSubstring("unexpected (300)") && ContainsSubstring("and 296 more"));
}

TEST_CASE("which entry of a checkpoint was read is said") {
  const TemporaryFolder folder;
  const auto path = write(folder, layered_tensors(as_it_is));
  CHECK(read_pretrained(layered_graph(), {.file = path}).summary() == "7 tensors under 'state_dict'");
}
