#include "models/mlp.h"

#include <fmt/format.h>

namespace tnn {

NodeId classifier(GraphBuilder& builder, NodeId x, const ModelOptions& options) {
  for (size_t i = 0; i < options.hidden.size(); ++i) {
    const std::string name = fmt::format("fc{}", i + 1);
    const GateId gate = builder.channel_gate(name, options.cardinality);
    x = builder.linear(name, x, options.hidden[i], gate, {.bias = !options.batch_norm});
    if (options.batch_norm) x = builder.batch_norm(name + ".bn", x);
    x = builder.relu(name + ".relu", x);
    if (options.dropout > 0) x = builder.dropout(name + ".dropout", x, options.dropout);
  }
  return builder.linear("classifier", x, options.classes);
}

Graph mlp(const ModelOptions& options) {
  GraphBuilder builder("mlp");
  NodeId x = builder.input(options.input);
  if (options.input.size() > 1) x = builder.flatten("flatten", x);
  return builder.finish({classifier(builder, x, options)});
}

}  // namespace tnn
