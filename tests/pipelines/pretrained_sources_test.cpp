// Networks of other people's repositories, written down plainly with the names of their tensors; a recipe of each loads such a file and
// gives the same logits.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/InferenceMode.h>

#include "pipelines/initial_network.h"
// LibTorch before Catch
#include "catch_compat.h"
#include "core/error.h"
#include "formats/safetensors.h"
#include "graph/parameters.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// The layers of torch.nn: the first call of a name makes its tensors, at random, as PyTorch would name them.
class Layers {
 public:
  at::Tensor conv(const std::string& name, const at::Tensor& x, int64_t out, int64_t kernel, int64_t stride, int64_t groups = 1,
                  bool bias = false) {
    const int64_t in = x.size(1) / groups;
    const at::Tensor weight =
        normal(name + ".weight", {out, in, kernel, kernel}, std::sqrt(2.0 / static_cast<double>(in * kernel * kernel)));
    const at::Tensor shift = bias ? normal(name + ".bias", {out}, 0.1) : at::Tensor();
    return at::conv2d(x, weight, shift, stride, kernel / 2, 1, groups);
  }

  at::Tensor norm(const std::string& name, const at::Tensor& x) {
    const int64_t c = x.size(1);
    const at::Tensor scale = normal(name + ".weight", {c}, 0.1, 1), shift = normal(name + ".bias", {c}, 0.1);
    const at::Tensor mean = normal(name + ".running_mean", {c}, 0.1), variance = normal(name + ".running_var", {c}, 0.05, 1).abs_();
    return at::batch_norm(x, scale, shift, mean, variance, false, 0.1, 1e-5, false);
  }

  at::Tensor linear(const std::string& name, const at::Tensor& x, int64_t out) {
    const at::Tensor weight = normal(name + ".weight", {out, x.size(1)}, std::sqrt(1.0 / static_cast<double>(x.size(1))));
    return at::linear(x, weight, normal(name + ".bias", {out}, 0.1));
  }

  /// A layer that a network holds and never uses.
  void hold_conv(const std::string& name, int64_t channels) { normal(name + ".weight", {channels, channels, 3, 3}, 1); }
  void hold_norm(const std::string& name, int64_t channels) { norm(name, at::zeros({1, channels, 1, 1})); }

  int64_t count_parameters() const {
    int64_t count = 0;
    for (const auto& [name, tensor] : tensors_)
      if (name.find("running_") == std::string::npos) count += tensor.numel();
    return count;
  }

  void save(const std::filesystem::path& path, const std::string& prefix) const {
    std::vector<TensorView> views;
    for (const auto& [name, tensor] : tensors_)
      views.push_back({prefix + name, DType::f32, tensor.sizes().vec(), static_cast<const std::byte*>(tensor.const_data_ptr())});
    write_safetensors(path, views, {});
  }

 private:
  at::Tensor normal(const std::string& name, at::IntArrayRef shape, double deviation, double mean = 0) {
    const auto [place, is_new] = tensors_.try_emplace(name);
    if (is_new) place->second = at::empty(shape, at::kFloat).normal_(mean, deviation, generator_);
    return place->second;
  }
  at::Generator generator_ = at::detail::createCPUGenerator(1);
  std::map<std::string, at::Tensor> tensors_;
};

at::Tensor flattened_mean(const at::Tensor& x) { return at::adaptive_avg_pool2d(x, {1, 1}).flatten(1); }

std::string numbered(const std::string& name, int64_t number) { return name + std::to_string(number); }

// ---- pytorch-cifar (kuangliu)

at::Tensor kuangliu_vgg11(Layers& l, at::Tensor x) {
  int64_t number = 0;
  for (const int64_t entry : {64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0}) {
    if (entry == 0) {
      x = at::max_pool2d(x, 2);
      ++number;
      continue;
    }
    x = at::relu(l.norm(numbered("features.", number + 1), l.conv(numbered("features.", number), x, entry, 3, 1, 1, true)));
    number += 3;
  }
  return l.linear("classifier", x.flatten(1), 10);
}

at::Tensor kuangliu_mobilenet(Layers& l, at::Tensor x) {
  x = at::relu(l.norm("bn1", l.conv("conv1", x, 32, 3, 1)));
  const int64_t channels[] = {64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024};
  const int64_t strides[] = {1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1};
  for (int64_t i = 0; i < 13; ++i) {
    const std::string name = numbered("layers.", i);
    x = at::relu(l.norm(name + ".bn1", l.conv(name + ".conv1", x, x.size(1), 3, strides[i], x.size(1))));
    x = at::relu(l.norm(name + ".bn2", l.conv(name + ".conv2", x, channels[i], 1, 1)));
  }
  return l.linear("linear", at::avg_pool2d(x, 2).flatten(1), 10);
}

at::Tensor kuangliu_mobilenet_v2(Layers& l, at::Tensor x) {
  x = at::relu(l.norm("bn1", l.conv("conv1", x, 32, 3, 1)));
  const int64_t stages[][4] = {{1, 16, 1, 1}, {6, 24, 2, 1}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  int64_t number = 0;
  for (const auto& [expansion, channels, blocks, first_stride] : stages)
    for (int64_t i = 0; i < blocks; ++i) {
      const std::string name = numbered("layers.", number++);
      const int64_t stride = i == 0 ? first_stride : 1, wide = expansion * x.size(1);
      at::Tensor y = at::relu(l.norm(name + ".bn1", l.conv(name + ".conv1", x, wide, 1, 1)));
      y = at::relu(l.norm(name + ".bn2", l.conv(name + ".conv2", y, wide, 3, stride, wide)));
      y = l.norm(name + ".bn3", l.conv(name + ".conv3", y, channels, 1, 1));
      if (stride == 1 && x.size(1) != channels) x = l.norm(name + ".shortcut.1", l.conv(name + ".shortcut.0", x, channels, 1, 1));
      x = stride == 1 ? y + x : y;
    }
  x = at::relu(l.norm("bn2", l.conv("conv2", x, 1280, 1, 1)));
  return l.linear("linear", at::avg_pool2d(x, 4).flatten(1), 10);
}

/// Basic blocks with shortcuts by 1x1 convolution, called `shortcut`; `widths` has one entry a stage.
at::Tensor basic_resnet(Layers& l, at::Tensor x, const std::vector<int64_t>& widths, int blocks, const std::string& shortcut,
                        const std::string& classifier) {
  x = at::relu(l.norm("bn1", l.conv("conv1", x, widths.front(), 3, 1)));
  for (size_t stage = 0; stage < widths.size(); ++stage)
    for (int i = 0; i < blocks; ++i) {
      const std::string name = numbered("layer", static_cast<int64_t>(stage) + 1) + numbered(".", i);
      const int64_t stride = stage > 0 && i == 0 ? 2 : 1;
      at::Tensor y = at::relu(l.norm(name + ".bn1", l.conv(name + ".conv1", x, widths[stage], 3, stride)));
      y = l.norm(name + ".bn2", l.conv(name + ".conv2", y, widths[stage], 3, 1));
      if (stride != 1) x = l.norm(name + "." + shortcut + ".1", l.conv(name + "." + shortcut + ".0", x, widths[stage], 1, stride));
      x = at::relu(y + x);
    }
  return l.linear(classifier, flattened_mean(x), 10);
}

at::Tensor kuangliu_resnet18(Layers& l, at::Tensor x) {
  return basic_resnet(l, std::move(x), {64, 128, 256, 512}, 2, "shortcut", "linear");
}

// ---- CIFAR ResNets of option B: pytorch-cifar-models (chenyaofo) and others say "downsample", many say "shortcut"

at::Tensor downsample_resnet20(Layers& l, at::Tensor x) { return basic_resnet(l, std::move(x), {16, 32, 64}, 3, "downsample", "fc"); }
at::Tensor shortcut_resnet20(Layers& l, at::Tensor x) { return basic_resnet(l, std::move(x), {16, 32, 64}, 3, "shortcut", "linear"); }

// ---- ResNets-CIFAR10 (fattorib): the last block of a stage subsamples; modules that are copied from stay in the file

at::Tensor fattorib_resnet20(Layers& l, at::Tensor x) {
  x = at::relu(l.norm("bn", l.conv("first_layer", x, 16, 3, 1)));
  const std::string stages[] = {"first_block", "second_block", "third_block"};
  for (size_t stage = 0; stage < 3; ++stage) {
    const int64_t in = int64_t{16} << stage, out = stage < 2 ? 2 * in : in;
    for (const char* part : {".conv_block.0", ".conv_block.3"}) l.hold_conv(stages[stage] + part, in);
    for (const char* part : {".conv_block.1", ".conv_block.4"}) l.hold_norm(stages[stage] + part, in);
    l.hold_norm(stages[stage] + ".bn", out);
    for (int i = 0; i < 3; ++i) {
      const std::string name = stages[stage] + (i < 2 ? numbered(".residual_block.", i) : ".final_block");
      const bool widens = i == 2 && stage < 2;
      at::Tensor y = at::relu(l.norm(name + ".1", l.conv(name + ".0", x, in, 3, 1)));
      y = l.norm(name + ".4", l.conv(name + ".3", y, widens ? out : in, 3, widens ? 2 : 1));
      if (widens) x = at::constant_pad_nd(x.slice(2, 0, c10::nullopt, 2).slice(3, 0, c10::nullopt, 2), {0, 0, 0, 0, out / 4, out / 4});
      x = at::relu(y + x);
    }
  }
  return l.linear("fc", flattened_mean(x), 10);
}

struct Source {
  const char* name;
  at::Tensor (*network)(Layers&, at::Tensor);
  const char* model;   ///< lines of a recipe
  const char* prefix;  ///< before every name
  int64_t parameters;  ///< as published or counted by PyTorch, with what is held and not used; 0: not known
};

const Source kSources[] = {
    {"pytorch-cifar VGG11", kuangliu_vgg11, "name: vgg_w, depth: 11, batch_norm: true, hidden: []", "module.", 9231114},
    {"pytorch-cifar MobileNet", kuangliu_mobilenet, "name: mobilenet", "module.", 3217226},
    {"pytorch-cifar MobileNetV2", kuangliu_mobilenet_v2, "name: mobilenet_v2, variant: projected", "module.", 2296922},
    {"pytorch-cifar ResNet18", kuangliu_resnet18, "name: resnet_d, depth: 18, variant: imagenet", "module.", 11173962},
    {"option B, downsample", downsample_resnet20, "name: resnet_d, depth: 20, variant: b", "", 0},
    {"option B, shortcut", shortcut_resnet20, "name: resnet_d, depth: 20, variant: b", "model.", 0},
    {"ResNets-CIFAR10", fattorib_resnet20, "name: resnet_d, depth: 20, variant: a_last", "", 0}};

Settings settings_of(const std::string& yaml) { return read_settings(Recipe::parse(yaml, "source.yaml")); }

}  // namespace

TEST_CASE("networks of other repositories load with a line of recipe and give the same logits") {
  for (const Source& source : kSources) {
    INFO(source.name);
    const c10::InferenceMode inference;
    const TemporaryFolder folder;
    Layers layers;
    const at::Tensor x = at::empty({2, 3, 32, 32}, at::kFloat).normal_(0, 1, at::detail::createCPUGenerator(2));
    const at::Tensor expected = source.network(layers, x);
    if (source.parameters != 0) CHECK(layers.count_parameters() == source.parameters);
    const auto file = folder.path() / "weights.safetensors";
    layers.save(file, source.prefix);
    const Settings settings =
        settings_of(std::string("model: {cardinality: 4, ") + source.model + ", pretrained: \"" + file.string() + "\"}\n");
    Network network(settings.model, 7);
    CHECK_THAT(load_pretrained(settings.pretrained, network), ContainsSubstring("tensors"));
    const at::Tensor found = network.first_output(x, network.sliced(Configuration::full(network.graph())), {});
    const double scale = expected.abs().max().item<double>();
    CHECK(scale > 0.01);
    CHECK((found - expected).abs().max().item<double>() < 1e-4 * scale);
  }
}

TEST_CASE("a recipe renames and leaves out tensors of a file") {
  const c10::InferenceMode inference;
  const TemporaryFolder folder;
  Layers layers;
  shortcut_resnet20(layers, at::zeros({1, 3, 32, 32}));
  const std::string start = "model: {name: resnet_d, variant: b, pretrained: \"" + (folder.path() / "w.safetensors").string() + "\"";
  layers.save(folder.path() / "w.safetensors", "");
  const Settings misnamed = settings_of(start + ", pretrained_rename: [[linear, head]]}\n");
  Network network(misnamed.model, 7);
  CHECK_THROWS_WITH(load_pretrained(misnamed.pretrained, network),
                    ContainsSubstring("missing (2): fc.bias, fc.weight") && ContainsSubstring("perhaps"));
  const Settings mapped =
      settings_of(start + ", pretrained_rename: {linear: fc}, pretrained_ignore: [layer3], pretrained_except: [layer3]}\n");
  CHECK_THAT(load_pretrained(mapped.pretrained, network), ContainsSubstring("left out by model.pretrained_ignore"));
}
