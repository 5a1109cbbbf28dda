#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include "network/model_file.h"
#include "pipelines/export_model.h"
// LibTorch before Catch
#include "catch_compat.h"
#include "core/error.h"
#include "models/registry.h"
#include "random_detector.h"
#include "random_graph.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// Statistics and biases as training could leave them, instead of 0 and 1.
void disturb(Network& network, uint64_t seed) {
  const c10::NoGradGuard no_grad;
  RandomStream random(seed, RandomPurpose::initialization, {7});
  for (const auto& entry : network.parameters().entries()) {
    if (entry.role == ParameterRole::weight) continue;
    const bool positive = entry.role == ParameterRole::running_variance;
    float* values = entry.tensor.data_ptr<float>();
    for (int64_t i = 0; i < entry.tensor.numel(); ++i)
      values[i] = static_cast<float>(random.below(1000)) / 1000.0f + (positive ? 0.5f : -0.5f);
  }
}

/// Whether an output has closed channels between active ones at some point, which a static net refuses.
bool has_holes(const ModelDescription& description) {
  for (const Output& output : description.graph.outputs())
    for (const OperatingPoint& point : description.points)
      if (active_channels(description.graph, description.graph.shape(output), point.configuration).size() > 1) return true;
  return false;
}

/// The largest difference of every kind of export of a network from LibTorch.
void check_exports(Network network, uint64_t seed) {
  at::set_num_threads(1);  // tiny networks: threads would only wait for each other
  const TemporaryFolder folder;
  disturb(network, seed);
  const auto model = folder.path() / "model.safetensors";
  save_network(model, network);
  Progress silent;
  ExportOptions options;
  options.model = model;
  for (const char* format : {"onnx", "safetensors"})
    for (const char* u : {"distinct", ""}) {
      options.format = format, options.utilizations = u;
      options.throttleable = *u == '\0';
      if (options.throttleable && network.description().points.size() < 2) continue;
      options.out = folder.path() / (std::string("out.") + format);
      if (!options.throttleable && has_holes(network.description())) {
        CHECK_THROWS_WITH(export_model(options, silent), ContainsSubstring("active channels with closed ones between them"));
        continue;
      }
      for (const ExportedFile& file : export_model(options, silent)) {
        INFO(file.path << " u " << file.u);
        CHECK(file.largest_difference < 1e-5);
        CHECK(std::filesystem::file_size(file.path) == file.bytes);
      }
    }
}

}  // namespace

TEST_CASE("exported files equal LibTorch at every operating point, for random graphs") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    GatingRule rule;
    if (seed % 2) rule.strategy = "independent";
    const BatchNormMode mode = static_cast<BatchNormMode>(seed % 2 ? seed % 4 / 2 : seed % 3);
    INFO("seed " << seed);
    check_exports(Network(describe_model(RandomGraph(seed).build(), rule, mode), seed, at::kCPU, false), seed);
  }
}

TEST_CASE("exported files equal LibTorch for every architecture") {
  for (const auto& [name, variant] : {std::pair{"vgg_w", ""}, std::pair{"resnext_w", ""}, std::pair{"densenet_w", "dw"},
                                      std::pair{"mobilenet", ""}, std::pair{"ds_cnn", "s"}, std::pair{"resnet_d", ""}}) {
    ModelOptions options;
    options.input = {3, 8, 8};
    options.cardinality = 4;
    options.stages = {"8", "8", "M", "16", "M"};
    options.hidden = {32};
    options.batch_norm = true;
    options.variant = variant;
    if (name == std::string("resnext_w")) options.depth = 11;
    if (name == std::string("densenet_w")) options.depth = 22;
    INFO(name);
    check_exports(Network(describe_model(build_model(name, options), {}, BatchNormMode::recalibrated), 1, at::kCPU, false), 1);
  }
}

TEST_CASE("an exported detector, static as ONNX or whole as a model file, finds what LibTorch finds") {
  for (const uint64_t seed : {1, 2, 5, 8}) {
    at::set_num_threads(1);
    const TemporaryFolder folder;
    Network network(random_detector(seed), seed, at::kCPU, false);
    disturb(network, seed);
    save_network(folder.path() / "model.safetensors", network);
    Progress silent;
    ExportOptions options;
    options.model = folder.path() / "model.safetensors";
    options.out = folder.path() / "out.onnx";
    options.opset = 17;
    options.utilizations = "distinct";
    INFO("seed " << seed);
    for (const ExportedFile& file : export_model(options, silent)) CHECK(file.largest_difference < 1e-5);
    options.utilizations.clear(), options.throttleable = true;
    CHECK_THROWS_WITH(export_model(options, silent), ContainsSubstring("at one utilization"));
  }
}

TEST_CASE("an export that makes no sense says what would") {
  const TemporaryFolder folder;
  ModelOptions small;
  small.hidden = {16};
  save_network(folder.path() / "model.safetensors", Network(describe_model(build_model("mlp", small), {}, BatchNormMode::shared), 1));
  Progress silent;
  ExportOptions options;
  options.model = folder.path() / "model.safetensors";
  options.out = folder.path() / "out.onnx";
  CHECK_THROWS_WITH(export_model(options, silent), ContainsSubstring("--throttleable"));
  options.utilizations = "0.5";
  options.precision = "fp16";
  CHECK_THROWS_WITH(export_model(options, silent), ContainsSubstring("--half"));
  options.format = "safetensors", options.preprocessing = true;
  CHECK_THROWS_WITH(export_model(options, silent), ContainsSubstring("--preprocessing"));
  CHECK_FALSE(std::filesystem::exists(options.out));
}
