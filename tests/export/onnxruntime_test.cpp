#include <cstdlib>
#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "export/onnx_evaluator.h"
#include "export/onnx_lowering.h"
#include "export/static_cut.h"
#include "models/registry.h"
#include "random_graph.h"
#include "random_model.h"
#include "random_stored_detector.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

std::string python() {
  const char* named = std::getenv("TNN_PYTHON");
  return named ? named : "python3";
}

bool has_onnxruntime() { return std::system((python() + " -c 'import onnx, onnxruntime' >/dev/null 2>&1").c_str()) == 0; }

/// Files and expected logits for scripts/check-onnx.
class Cases {
 public:
  explicit Cases(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The throttleable file at every operating point, and some static nets.
  void add(const StoredModel& model, const OnnxOptions& options, uint64_t seed) {
    const auto& points = model.description.points;
    const HostTensor input = random_input(model.description.graph, 2, seed);
    const OnnxModel whole = lower_to_onnx(model, options);
    const std::string whole_name = write(whole);
    for (size_t i = 0; i < points.size(); ++i) {
      if (!can_be_cut(model, i)) continue;
      const OnnxModel small = lower_to_onnx(cut_model(model, static_cast<int>(i)), options);
      const std::vector<HostTensor> expected = evaluate_onnx(small, {{"input", input}});
      std::map<std::string, HostTensor> inputs{{"input", input}};
      if (i == 0 || i == points.size() / 2 || i + 1 == points.size()) add(write(small), inputs, expected);
      if (points.size() > 1) inputs["u"] = {{}, {static_cast<float>(points[i].u)}};
      add(whole_name, inputs, expected);
    }
  }

  /// A detector at some operating points, by both opsets.
  void add_detector(uint64_t seed) {
    const StoredModel model = random_stored_detector(seed);
    const auto& extent = model.description.graph.input().shape.extent;
    const std::map<std::string, HostTensor> inputs{
        {"input", random_input(model.description.graph, 1, seed)},
        {"extent", {{2}, {static_cast<float>(extent[0]) - 3, static_cast<float>(extent[1]) - 5}}}};
    const size_t last = model.description.points.size() - 1;
    for (const size_t point : {size_t{0}, last})
      for (const int opset : {13, 17}) {
        const OnnxModel onnx = lower_to_onnx(cut_model(model, static_cast<int>(point)), {.opset = opset});
        add(write(onnx), inputs, evaluate_onnx(onnx, inputs), 1e-4);
      }
  }

  int check() {
    write_file_atomically(folder_ / "cases.json", cases_.dump());
    const std::string script = std::string(TNN_SOURCE_DIR) + "/scripts/check-onnx";
    return std::system((python() + " '" + script + "' --cases '" + folder_.string() + "'").c_str());
  }

 private:
  std::string write(const OnnxModel& model) {
    const std::string name = std::to_string(++files_) + ".onnx";
    write_file_atomically(folder_ / name, onnx_to_bytes(model));
    return name;
  }

  void add(const std::string& file, const std::map<std::string, HostTensor>& inputs, const std::vector<HostTensor>& expected,
           double tolerance = 1e-5) {
    nlohmann::json values, outputs;
    for (const auto& [name, tensor] : inputs) values[name] = {{"shape", tensor.shape}, {"values", tensor.values}};
    for (const HostTensor& tensor : expected) outputs.push_back({{"shape", tensor.shape}, {"values", tensor.values}});
    cases_.push_back({{"file", file}, {"inputs", values}, {"expected", outputs}, {"tolerance", tolerance}});
  }

  std::filesystem::path folder_;
  nlohmann::json cases_ = nlohmann::json::array();
  int files_ = 0;
};

ModelOptions small_options(const std::string& variant) {
  ModelOptions options;
  options.input = {3, 16, 16};
  options.cardinality = 4;
  options.stages = {"8", "8", "M", "16", "M"};
  options.hidden = {32};
  options.batch_norm = true;
  options.variant = variant;
  return options;
}

}  // namespace

TEST_CASE("ONNX Runtime gives the same logits as the operators' definitions, for random graphs", "[onnxruntime]") {
  if (!has_onnxruntime()) TNN_SKIP("the Python packages onnx and onnxruntime are not installed (scripts/check-onnx installs them)");
  const TemporaryFolder folder;
  Cases cases(folder.path());
  for (uint64_t seed = 0; seed < 40; ++seed) {
    GatingRule rule;
    if (seed % 2) rule.strategy = "independent";
    rule.rounding = seed % 4 < 2 ? Rounding::ceil : Rounding::floor_plus_one;
    const BatchNormMode mode = seed % 3 == 0 ? BatchNormMode::shared : BatchNormMode::recalibrated;
    OnnxOptions options;
    options.opset = seed % 5 == 0 ? 17 : 13;
    cases.add(random_model(RandomGraph(seed).build(), rule, mode, seed), options, seed);
  }
  CHECK(cases.check() == 0);
}

TEST_CASE("ONNX Runtime finds the same boxes, labels and scores as the operators' definitions, for random detectors", "[onnxruntime]") {
  if (!has_onnxruntime()) TNN_SKIP("the Python packages onnx and onnxruntime are not installed (scripts/check-onnx installs them)");
  const TemporaryFolder folder;
  Cases cases(folder.path());
  for (uint64_t seed = 0; seed < 24; ++seed) cases.add_detector(seed);
  CHECK(cases.check() == 0);
}

TEST_CASE("ONNX Runtime gives the same logits for every architecture", "[onnxruntime]") {
  if (!has_onnxruntime()) TNN_SKIP("the Python packages onnx and onnxruntime are not installed (scripts/check-onnx installs them)");
  const TemporaryFolder folder;
  Cases cases(folder.path());
  const std::vector<std::pair<std::string, std::string>> nets{
      {"vgg_w", ""},        {"mlp", ""},           {"resnext_w", ""}, {"densenet_w", "w"}, {"densenet_w", "d"},
      {"densenet_w", "dw"}, {"mobilenet", ""},     {"ds_cnn", "s"},   {"resnet_d", ""},    {"c3d_w", ""},
      {"shufflenet", ""},   {"shufflenet_3d", ""}, {"tiny_cnn", ""}};
  uint64_t seed = 100;
  for (const auto& [name, variant] : nets) {
    ModelOptions options = small_options(variant);
    if (name == "resnext_w") options.depth = 11;
    if (name == "densenet_w") options.depth = 22;
    if (name == "c3d_w") options.input = {3, 16, 32, 33}, options.width_multiplier = 0.04;
    if (name == "shufflenet_3d") options.input = {3, 6, 17, 14};
    const BatchNormMode mode = seed % 2 ? BatchNormMode::shared : BatchNormMode::switchable;
    cases.add(random_model(build_model(name, options), {}, mode, seed), {}, seed);
    ++seed;
  }
  CHECK(cases.check() == 0);
}
