#include "pipelines/export_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/interruption.h"
#include "core/version.h"
#include "cost/cost.h"
#include "export/onnx_evaluator.h"
#include "export/onnx_lowering.h"
#include "export/static_cut.h"
#include "gating/utilization_list.h"
#include "network/model_file.h"
#include "pipelines/experiment.h"
#include "pipelines/export_check.h"

namespace tnn {
namespace {

constexpr double kTolerance = 1e-4;  // of fp32 files; what is met is 1e-6
constexpr const char* kAllPoints = "all";

/// net.onnx at u = 0.25 among several becomes net-u0.25.onnx.
std::filesystem::path path_at(const std::filesystem::path& out, double u, bool several) {
  if (!several) return out;
  return out.parent_path() / fmt::format("{}-u{}{}", out.stem().string(), u, out.extension().string());
}

void check_options(const ExportOptions& options) {
  const bool onnx = options.format == "onnx";
  if (!onnx && options.format != "safetensors")
    throw UsageError(unknown_name_message("export format", options.format, {"onnx", "safetensors"}));
  if (onnx && options.throttleable != options.utilizations.empty())
    throw UsageError(
        "export --format onnx (the default) takes either --u (static nets) or --throttleable (one file with u as an input); --format "
        "safetensors needs neither");
  if (!onnx && options.throttleable && !options.utilizations.empty())
    throw UsageError("export --format safetensors takes --u (static nets) or --throttleable (the default), not both");
  if (onnx && options.precision != "fp32") throw UsageError("--half is for --format safetensors: ONNX files are fp32");
  if (!onnx && options.preprocessing) throw UsageError("--preprocessing is for --format onnx: a model file names mean and std");
}

/// Writes and checks the files of one export.
class Exporter {
 public:
  Exporter(const ExportOptions& options, Progress& progress)
      : options_(options), model_(read_stored_model(options.model)), check_(options.model, options.data_root, progress) {}

  std::vector<ExportedFile> run() {
    for (const auto& path : output_paths()) options_.inputs.check("--out", path);
    remove_abandoned_files(options_.out.has_parent_path() ? options_.out.parent_path() : std::filesystem::path("."));
    if (options_.utilizations.empty())
      options_.format == "onnx" ? write_throttleable_onnx() : write_throttleable_model();
    else
      write_static_nets();
    return files_;
  }

 private:
  std::vector<std::filesystem::path> output_paths() const {
    if (options_.utilizations.empty()) return {options_.out};
    const auto utilizations = parse_utilizations(options_.utilizations, model_.description.points);
    if (utilizations.size() > 1 && output_place(options_.out).kind != OutputPlace::Kind::file)
      throw UsageError(fmt::format("--out '{}' cannot take several files, one for each u", options_.out.string()));
    std::vector<std::filesystem::path> paths;
    for (const double u : utilizations) paths.push_back(path_at(options_.out, u, utilizations.size() > 1));
    return paths;
  }

  void write_static_nets() {
    const auto utilizations = parse_utilizations(options_.utilizations, model_.description.points);
    for (const double u : utilizations) {
      stop_if_interrupted();
      const int point = point_at(model_.description, u);
      const StoredModel cut = cut_model(model_, point);
      const auto path = path_at(options_.out, u, utilizations.size() > 1);
      if (options_.format == "onnx")
        write_onnx(cut, path, fmt::format("{}", u), {point});
      else
        write_model(cut, path, fmt::format("{}", u), {point});
    }
  }

  void write_throttleable_onnx() {
    if (model_.description.points.size() < 2)
      throw UsageError("the model has one operating point, nothing in it can be throttled: export it with --u 1");
    write_onnx(model_, options_.out, kAllPoints, check_.points());
  }

  void write_throttleable_model() { write_model(model_, options_.out, kAllPoints, check_.points()); }

  /// `points`: of the source, that the file is compared with.
  void write_onnx(const StoredModel& model, const std::filesystem::path& path, const std::string& u, const std::vector<int>& points) {
    OnnxModel onnx = lower_to_onnx(model, {options_.opset, options_.preprocessing});
    onnx.metadata["tnn.u"] = u;
    const std::string bytes = onnx_to_bytes(onnx);
    const OnnxModel read = onnx_from_bytes(bytes, path.string());
    double difference = 0;
    for (const int point : points) {
      stop_if_interrupted();
      if (check_.is_detector()) {
        const std::map<std::string, HostTensor> image = check_.detector_inputs(options_.preprocessing);
        const auto& shape = image.at("input").shape;
        difference = std::max(difference, detection_difference(evaluate_onnx(read, image), check_.expected_detections(point),
                                                               static_cast<double>(std::max(shape[2], shape[3]))));
        continue;
      }
      std::map<std::string, HostTensor> inputs{{"input", options_.preprocessing ? check_.pixels() : check_.inputs()}};
      if (u == kAllPoints) inputs["u"] = {{}, {static_cast<float>(model_.description.points[static_cast<size_t>(point)].u)}};
      difference = std::max(difference, relative_difference(evaluate_onnx(read, inputs), check_.expected(point)));
    }
    const bool moved = check_.is_detector() && options_.opset < 16;
    require_small(difference, path,
                  moved ? "; RoiAlign of opset 13 knows no half pixels, which matters for small regions: --opset 17 does" : "");
    write_file_atomically(path, bytes);
    add(model, path, u, difference, bytes.size());
  }

  void write_model(const StoredModel& model, const std::filesystem::path& path, const std::string& u, const std::vector<int>& points) {
    const StoredPrecision precision = stored_precision_from_name(options_.precision);
    double difference = 0;
    uintmax_t bytes = 0;
    replace_file_atomically(path, [&](const std::filesystem::path& temporary) {
      write_stored_model(temporary, model, precision, {{"tnn.exported_u", u}, {"tnn.program", version()}});
      std::vector<std::pair<int, int>> pairs;
      for (const int point : points) pairs.emplace_back(u == kAllPoints ? point : 0, point);
      difference = check_.difference_of(temporary, pairs);
      if (precision == StoredPrecision::fp32) require_small(difference, path);
      bytes = std::filesystem::file_size(temporary);
    });
    add(model, path, u, difference, bytes);
  }

  static void require_small(double difference, const std::filesystem::path& path, const char* hint = "") {
    if (difference > kTolerance)
      throw Error(ExitCode::failed, fmt::format("'{}' is not written: its outputs differ from the model's by {:.2g} (allowed: {}){}",
                                                path.string(), difference, kTolerance, hint));
  }

  void add(const StoredModel& model, const std::filesystem::path& path, const std::string& u, double difference, uintmax_t bytes) {
    const Graph& graph = model.description.graph;
    const Cost cost = network_cost(graph, Configuration::full(graph));
    files_.push_back({path, u, bytes, cost.parameters, cost.macs, difference, check_.described()});
  }

  const ExportOptions& options_;
  const StoredModel model_;
  const ExportCheck check_;
  std::vector<ExportedFile> files_;
};

}  // namespace

std::vector<ExportedFile> export_model(const ExportOptions& options, Progress& progress) {
  check_options(options);
  return Exporter(options, progress).run();
}

Table export_table(const std::vector<ExportedFile>& files) {
  Table table{
      {"file", "u", "bytes", "parameters", "macs", "largest_difference", "checked_on"}, {}, {false, false, true, true, true, true, false}};
  for (const ExportedFile& file : files)
    table.rows.push_back({file.path.string(), file.u, fmt::format("{}", file.bytes), fmt::format("{}", file.parameters),
                          fmt::format("{}", file.macs), fmt::format("{:.2g}", file.largest_difference), file.checked_on});
  return table;
}

}  // namespace tnn
