#pragma once

#include <string>

#include "graph/graph_builder.h"
#include "models/registry.h"

namespace tnn {

/// A window of equal sides, 2d or 3d as its input is.
Window square_window(int64_t kernel, int64_t stride = 1, int64_t padding = 0);

/// A convolution without bias that keeps the extent at stride 1 (padding kernel / 2), of odd kernel.
Convolution same_convolution(int64_t kernel, int64_t stride = 1, int64_t groups = 1);

/// UsageError naming the model where the input is not {channels, height, width}.
void require_image_input(const std::string& model, const ModelOptions& options);

/// UsageError naming the model where the input is not {channels, frames, height, width}.
void require_clip_input(const std::string& model, const ModelOptions& options);

/// options.width_multiplier times `channels`, rounded to a multiple of `divisor`, at least one.
int64_t scaled_channels(int64_t channels, const ModelOptions& options, int64_t divisor = 1);

/// Whether the architecture's form for large images (stem of stride 2, max pool) is meant: at least 64 positions high.
bool is_large_image(const ModelOptions& options);

/// options.variant in lower case, or the first of `allowed` where it is empty; UsageError lists the allowed ones.
std::string choose_variant(const ModelOptions& options, const std::vector<std::string>& allowed);

/// Global average pool ("avgpool"), flatten, then the ungated linear classifier `name`.
NodeId pooled_classifier(GraphBuilder& builder, const std::string& name, NodeId features, int64_t classes);

}  // namespace tnn
