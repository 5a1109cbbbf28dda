#pragma once

#include "graph/graph_builder.h"
#include "saved_model.h"

/// Models whose layers minimal filtering suits.
namespace tnn {

/// Three layers that minimal filtering suits, one of which adds a residual, and one of which reads a concatenation.
inline ModelDescription filtered_model() {
  GraphBuilder b("filtered");
  const GateId trunk_gate = b.channel_gate("trunk", 4), gate = b.channel_gate("gate", 3);
  const SpaceId trunk = b.space("trunk", 32, trunk_gate);
  const Convolution three{.window = {{3}, {}, {1}, {}}};
  NodeId x = b.relu("relu1", b.convolution("conv1", b.input({3, 12, 8}), trunk, three));
  NodeId y = b.relu("relu2", b.batch_norm("bn2", b.convolution("conv2", x, 48, gate, three)));
  y = b.relu("relu3", b.add("add", {b.convolution("conv3", y, trunk, three), x}));
  y = b.convolution("conv4", b.concat("both", {x, y}), 48, gate, three);
  y = b.linear("hidden", b.flatten("flatten", b.pool("pool", y, {.window = {{2}, {}, {}, {}}})), 1700);
  return describe_model(b.finish({b.linear("classifier", y, 5)}), {}, BatchNormMode::shared);
}

/// Grouped layers of 8, 16, 32 and 4 channels a group, one of which adds a residual, and one of stride 2.
inline ModelDescription grouped_model() {
  GraphBuilder b("grouped");
  const GateId gate = b.channel_gate("gate", 6);
  const auto grouped = [](int64_t groups, int64_t stride = 1) {
    return Convolution{.window = {{3, 3}, {stride, stride}, {1, 1}, {1, 1}}, .groups = groups};
  };
  const Convolution one{.window = {{1, 1}, {1, 1}, {0, 0}, {1, 1}}};
  const SpaceId trunk = b.space("trunk", 48, gate);
  NodeId x = b.relu("relu1", b.convolution("conv1", b.input({3, 8, 12}), trunk, one));
  NodeId y = b.relu("relu2", b.batch_norm("bn2", b.convolution("of_8", x, trunk, grouped(6))));
  y = b.relu("relu3", b.add("add", {y, x}));
  y = b.relu("relu4", b.convolution("of_16", b.convolution("wider", y, 96, gate, one), 96, gate, grouped(6)));
  y = b.convolution("of_32", b.convolution("widest", y, 192, gate, one), 192, gate, grouped(6, 2));
  y = b.relu("relu5", b.batch_norm("bn5", b.convolution("of_32_again", y, 192, gate, grouped(6))));
  y = b.convolution("of_4", b.convolution("narrower", y, 24, gate, one), 24, gate, grouped(6));
  return describe_model(b.finish({b.linear("classifier", b.flatten("flatten", b.global_pool("pool", y)), 5)}), {}, BatchNormMode::shared);
}

}  // namespace tnn
