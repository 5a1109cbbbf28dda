#include "models/tiny_cnn.h"

#include "core/error.h"
#include "models/layers.h"

namespace tnn {

Graph tiny_cnn(const ModelOptions& options) {
  if (options.input.size() < 3)
    throw UsageError("model.input: tiny_cnn takes {channels, height, width} or {channels, frames, height, width}");
  GraphBuilder b("tiny_cnn");
  NodeId x = b.input(options.input);
  int layer = 0;
  for (const int64_t channels : {8, 16, 32}) {
    const std::string number = std::to_string(++layer);
    x = b.convolution("conv" + number, x, scaled_channels(channels, options), kNone, same_convolution(3, 2));
    x = b.relu("relu" + number, b.batch_norm("bn" + number, x));
  }
  return b.finish({pooled_classifier(b, "classifier", x, options.classes)});
}

}  // namespace tnn
