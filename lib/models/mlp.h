#pragma once

#include "graph/graph_builder.h"
#include "models/registry.h"

namespace tnn {

/// Fully connected layers with ReLU, one channel gate each, and an ungated linear classifier.
Graph mlp(const ModelOptions& options);

/// The head that VGG-W and the MLP share: hidden layers (linear, batch norm on request, ReLU, dropout), then the classifier; returns the
/// logits.
NodeId classifier(GraphBuilder& builder, NodeId features, const ModelOptions& options);

}  // namespace tnn
