#include "models/cnn.h"

#include <algorithm>

#include "models/layers.h"

namespace tnn {
namespace {

struct Size {
  int64_t first, second, narrow;
};
constexpr int64_t kHidden = 128;

}  // namespace

Graph cnn(const ModelOptions& options) {
  require_image_input("cnn", options);
  const Size size = choose_variant(options, {"s", "l"}) == "s" ? Size{28, 30, 16} : Size{60, 76, 58};
  const bool spectrogram = options.input[1] > 2 * options.input[2];
  const std::vector<int64_t> kernel = spectrogram ? std::vector<int64_t>{10, 4} : std::vector<int64_t>{3};
  const std::vector<int64_t> second_stride = spectrogram ? std::vector<int64_t>{2, 1} : std::vector<int64_t>{2};
  GraphBuilder b("cnn");
  const auto gate = [&](const char* name, int64_t units) {
    return b.channel_gate(name, static_cast<int>(std::min<int64_t>(options.cardinality, units)));
  };
  const auto finished = [&](NodeId x, const std::string& number) {
    if (options.batch_norm) x = b.batch_norm("bn" + number, x);
    return b.relu("relu" + number, x);
  };
  const bool bias = !options.batch_norm;
  NodeId x = b.input(options.input);
  x = finished(b.convolution("conv1", x, size.first, gate("conv1", size.first), {.window = {kernel, {1}, {0}, {}}, .bias = bias}), "1");
  x = finished(
      b.convolution("conv2", x, size.second, gate("conv2", size.second), {.window = {kernel, second_stride, {0}, {}}, .bias = bias}), "2");
  x = b.linear("linear", b.flatten("flatten", x), size.narrow, gate("linear", size.narrow));
  x = finished(b.linear("fc", x, kHidden, gate("fc", kHidden), {.bias = bias}), "3");
  return b.finish({b.linear("classifier", x, options.classes)});
}

}  // namespace tnn
