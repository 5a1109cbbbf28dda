#include "models/mobilenet.h"

#include <fmt/format.h>

#include <map>
#include <regex>

#include "models/layers.h"

namespace tnn {
namespace {

struct Pair {
  int64_t channels, stride;
};
constexpr Pair kPairs[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                           {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};

}  // namespace

std::string mobilenet_pretrained_name(const std::string& name, const ModelOptions&) {
  static const std::map<std::string, std::string> layers{{"conv1", "depthwise"}, {"bn1", "bn1"}, {"conv2", "pointwise"}, {"bn2", "bn2"}};
  static const std::regex block(R"(layers\.(\d{1,3})\.(conv1|bn1|conv2|bn2)\.(.*))"), linear(R"(linear\.(.*))");
  std::smatch parts;
  if (std::regex_match(name, parts, block))
    return fmt::format("block{}.{}.{}", std::stoi(parts[1]) + 1, layers.at(parts[2]), parts[3].str());
  return std::regex_replace(name, linear, "classifier.$1", std::regex_constants::format_first_only);
}

Graph mobilenet(const ModelOptions& options) {
  require_image_input("mobilenet", options);
  GraphBuilder b("mobilenet");
  int stage = 1;
  const auto next_gate = [&] { return b.channel_gate(fmt::format("stage{}", stage++), options.cardinality); };
  GateId gate = next_gate();
  NodeId x = b.convolution("conv1", b.input(options.input), 32, gate, same_convolution(3, is_large_image(options) ? 2 : 1));
  x = b.relu("relu1", b.batch_norm("bn1", x));
  int index = 0;
  for (const Pair& pair : kPairs) {
    const std::string name = fmt::format("block{}", ++index);
    if (pair.stride == 2) gate = next_gate();
    x = b.depthwise_convolution(name + ".depthwise", x, square_window(3, pair.stride, 1), false);
    x = b.relu(name + ".relu1", b.batch_norm(name + ".bn1", x));
    x = b.convolution(name + ".pointwise", x, pair.channels, gate, same_convolution(1));
    x = b.relu(name + ".relu2", b.batch_norm(name + ".bn2", x));
  }
  return b.finish({pooled_classifier(b, "classifier", x, options.classes)});
}

}  // namespace tnn
