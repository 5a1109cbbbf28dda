#include "models/ds_cnn.h"

#include <fmt/format.h>

#include "models/layers.h"

namespace tnn {
namespace {

struct Size {
  int64_t channels;
  int pairs;
  std::vector<int64_t> first_stride;  ///< on spectrograms: over time, over frequency; on images 2 in both
  int64_t second_stride;              ///< of the first depthwise convolution
};

}  // namespace

Graph ds_cnn(const ModelOptions& options) {
  require_image_input("ds_cnn", options);
  const Size size = choose_variant(options, {"s", "l"}) == "s" ? Size{64, 4, {2, 2}, 1} : Size{276, 5, {2, 1}, 2};
  const bool spectrogram = options.input[1] > 2 * options.input[2];
  const Window first = spectrogram ? Window{{10, 4}, size.first_stride, {5, 1}, {}} : square_window(3, 2, 1);
  GraphBuilder b("ds_cnn");
  const NodeId input = b.input(options.input);
  NodeId x = b.convolution("conv1", input, size.channels, b.channel_gate("conv1", options.cardinality), {.window = first});
  x = b.relu("relu1", b.batch_norm("bn1", x));
  for (int i = 0; i < size.pairs; ++i) {
    const std::string name = fmt::format("block{}", i + 1);
    x = b.depthwise_convolution(name + ".depthwise", x, square_window(3, i == 0 ? size.second_stride : 1, 1));
    x = b.relu(name + ".relu1", b.batch_norm(name + ".bn1", x));
    x = b.convolution(name + ".pointwise", x, size.channels, b.channel_gate(name, options.cardinality), {.window = square_window(1)});
    x = b.relu(name + ".relu2", b.batch_norm(name + ".bn2", x));
  }
  return b.finish({pooled_classifier(b, "classifier", x, options.classes)});
}

}  // namespace tnn
