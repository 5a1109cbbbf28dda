#include "pipelines/detect_objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/interruption.h"
#include "cost/cost.h"
#include "data/draw_detections.h"
#include "data/file_bytes.h"
#include "data/image_decoder.h"
#include "data/png_writer.h"
#include "graph/region_split.h"
#include "pipelines/image_inputs.h"
#include "pipelines/output_check.h"
#include "pipelines/recipe_model.h"
#include "runtime/detector.h"

namespace tnn {
namespace {

void refuse_others(const RunRequest& request, const std::filesystem::path& draw) {
  const auto refuse = [](const char* option, const char* instead) {
    throw UsageError(fmt::format("{}: the model is a detector ({})", option, instead));
  };
  if (!request.output.empty()) refuse("--output", "its detections are printed: --format json > FILE");
  if (!request.controller.empty()) refuse("--controller", "it runs at --u");
  if (request.floor) refuse("--floor", "it runs at --u");
  if (!is_image_input(request.input)) refuse("--input", "it takes images, not arrays");
  if (!draw.empty() && !std::filesystem::is_directory(request.input) && draw.extension() != ".png")
    throw UsageError(fmt::format("--draw '{}': drawings are PNG files (allowed: a name that ends in .png)", draw.string()));
  if (request.runtime.engine == "torch") refuse("--engine torch", "it runs on an engine of the runtime");
}

/// Where an image's drawing goes.
std::filesystem::path drawing_of(const std::filesystem::path& draw, const RunRequest& request, const std::filesystem::path& file) {
  if (draw.empty() || !std::filesystem::is_directory(request.input)) return draw;
  std::string name = file.lexically_relative(request.input).replace_extension(".png").string();
  std::replace(name.begin(), name.end(), '/', '_');
  return draw / name;
}

void draw_image(const std::filesystem::path& file, const std::vector<Detection>& detections, const ModelDescription& description,
                const std::filesystem::path& to) {
  std::vector<uint8_t> bytes;
  read_file_bytes(file, bytes);
  PixelImage image;
  decode_image(bytes, image);
  draw_detections(detections, description.class_names, image);
  write_png(to, image);
}

}  // namespace

bool is_detector(const std::filesystem::path& model) {
  const std::filesystem::path file = find_model_file(model);
  return find_roi_align(description_from_metadata(SafetensorsFile(file).metadata(), file.string()).graph).has_value();
}

DetectedObjects detect_objects(const RunRequest& request, const std::filesystem::path& draw) {
  refuse_others(request, draw);
  const std::filesystem::path model = find_model_file(request.model);
  Detector detector = Detector::load(model, request.runtime);
  const ModelDescription& description = detector.description();
  const ImageInputs inputs(request.input, description);
  const std::vector<std::filesystem::path> files = inputs.files();
  DetectedObjects result{{}, description, request.u, 0, 0, detector.engine().describe(), inputs.note()};
  result.point = request.point ? *request.point : point_at(description, request.u);
  if (result.point < 0 || result.point >= static_cast<int>(description.points.size()))
    throw UsageError(fmt::format("--point {}: allowed: 0 to {}", result.point, description.points.size() - 1));
  const OperatingPoint& point = description.points[static_cast<size_t>(result.point)];
  result.u = point.u;
  result.macs = network_cost(description.graph, point.configuration).macs;
  CommandInputs read;
  read.add_model(request.model);
  for (const auto& file : files) read.add("--input", file);
  if (!draw.empty() && std::filesystem::is_directory(request.input)) std::filesystem::create_directories(draw);
  for (const auto& file : files)
    if (!draw.empty()) read.check("--draw", drawing_of(draw, request, file));

  int64_t numbers = 1;
  for (const int64_t size : description.graph.dimensions(description.graph.input().shape)) numbers *= size;
  std::vector<float> input(static_cast<size_t>(numbers));
  for (int64_t i = 0; i < inputs.count(); ++i) {
    stop_if_interrupted();
    const Geometry geometry = inputs.read_placed(i, input.data());
    const ImageExtent shown = geometry.shown();
    const std::filesystem::path& file = files[static_cast<size_t>(i)];
    DetectedImage image{file,
                        detector.run(input.data(), {static_cast<double>(shown.height), static_cast<double>(shown.width)}, result.point),
                        detector.last_regions()};
    for (Detection& found : image.detections) found.box = geometry.unmap(found.box);
    if (!draw.empty()) draw_image(file, image.detections, description, drawing_of(draw, request, file));
    result.images.push_back(std::move(image));
  }
  return result;
}

Table detection_table(const DetectedObjects& found, bool exact) {
  Table table{{"input", "class", "label", "score", "x1", "y1", "x2", "y2"}, {}, {false, true, false, true, true, true, true, true}};
  const auto number = [&](double value, int digits) { return exact ? fmt::format("{}", value) : fmt::format("{:.{}f}", value, digits); };
  for (const DetectedImage& image : found.images)
    for (const Detection& one : image.detections)
      table.rows.push_back({image.file.string(), std::to_string(one.category),
                            found.description.class_names.at(static_cast<size_t>(one.category)), number(one.score, 3),
                            number(one.box.x1, 1), number(one.box.y1, 1), number(one.box.x2, 1), number(one.box.y2, 1)});
  return table;
}

}  // namespace tnn
