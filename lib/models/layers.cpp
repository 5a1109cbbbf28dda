#include "models/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/error.h"

namespace tnn {

Window square_window(int64_t kernel, int64_t stride, int64_t padding) { return {{kernel}, {stride}, {padding}, {}}; }

Convolution same_convolution(int64_t kernel, int64_t stride, int64_t groups) {
  return {.window = square_window(kernel, stride, kernel / 2), .groups = groups, .bias = false};
}

void require_image_input(const std::string& model, const ModelOptions& options) {
  if (options.input.size() != 3) throw UsageError(fmt::format("model.input: {} takes {{channels, height, width}}", model));
}

void require_clip_input(const std::string& model, const ModelOptions& options) {
  if (options.input.size() != 4) throw UsageError(fmt::format("model.input: {} takes {{channels, frames, height, width}}", model));
}

int64_t scaled_channels(int64_t channels, const ModelOptions& options, int64_t divisor) {
  const double multiples = options.width_multiplier * static_cast<double>(channels) / static_cast<double>(divisor);
  return divisor * std::max<int64_t>(1, std::llround(multiples));
}

bool is_large_image(const ModelOptions& options) { return options.input.at(1) >= 64; }

std::string choose_variant(const ModelOptions& options, const std::vector<std::string>& allowed) {
  if (options.variant.empty()) return allowed.front();
  std::string variant = options.variant;
  for (char& c : variant) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (std::find(allowed.begin(), allowed.end(), variant) == allowed.end())
    throw UsageError(unknown_name_message("model.variant", options.variant, allowed));
  return variant;
}

NodeId pooled_classifier(GraphBuilder& b, const std::string& name, NodeId x, int64_t classes) {
  return b.linear(name, b.flatten("flatten", b.global_pool("avgpool", x)), classes);
}

}  // namespace tnn
