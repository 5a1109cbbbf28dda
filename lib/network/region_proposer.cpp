#include "network/region_proposer.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <memory>

namespace tnn {
namespace {

constexpr int64_t kColumns = 5;

/// Everything of the operation but its features.
struct Pooling {
  std::vector<Region> regions;
  RoiAlignOptions options;
};

bool is_channels_last(const at::Tensor& x) { return x.is_contiguous(at::MemoryFormat::ChannelsLast) && !x.is_contiguous(); }

at::MemoryFormat format_of(bool channels_last) { return channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous; }

FeatureExtent extent_of(at::IntArrayRef sizes, bool channels_last) { return {sizes[1], sizes[2], sizes[3], channels_last}; }

at::Tensor forward_on_cpu(const at::Tensor& features, const Pooling& pooling, bool channels_last) {
  const auto count = static_cast<int64_t>(pooling.regions.size()), channels = features.size(1), size = pooling.options.size;
  at::Tensor out = at::empty({count, channels, size, size}, features.options().memory_format(format_of(channels_last)));
  const float* from = features.const_data_ptr<float>();
  float* to = out.data_ptr<float>();
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    roi_align(from, extent_of(features.sizes(), channels_last),
              std::span(pooling.regions).subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)), pooling.options,
              to + begin * channels * size * size);
  });
  return out;
}

/// RoIAlign as autograd sees it.
struct RoiAlignFunction : torch::autograd::Function<RoiAlignFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& features, std::shared_ptr<const Pooling> pooling) {
    const bool channels_last = is_channels_last(features);
    const at::Tensor x = features.to(at::kCPU, at::kFloat).contiguous(format_of(channels_last));
    context->saved_data["sizes"] = features.sizes().vec();
    context->saved_data["channels_last"] = channels_last;
    context->saved_data["pooling"] = c10::IValue::make_capsule(c10::make_intrusive<Holder>(pooling));
    return forward_on_cpu(x, *pooling, channels_last).to(features.options());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    const auto sizes = context->saved_data["sizes"].toIntVector();
    const bool channels_last = context->saved_data["channels_last"].toBool();
    const auto holder = c10::static_intrusive_pointer_cast<Holder>(context->saved_data["pooling"].toCapsule());
    const Pooling& pooling = *holder->pooling;
    const at::Tensor gradient = gradients.front().to(at::kCPU, at::kFloat).contiguous(format_of(channels_last));
    at::Tensor result = at::zeros(sizes, gradient.options()).contiguous(format_of(channels_last));
    const float* from = gradient.const_data_ptr<float>();
    float* to = result.data_ptr<float>();
    at::parallel_for(0, sizes[1], 16, [&](int64_t begin, int64_t end) {
      roi_align_backward(from, extent_of(sizes, channels_last), pooling.regions, pooling.options, begin, end, to);
    });
    return {result.to(gradients.front().options()), at::Tensor()};
  }

 private:
  struct Holder : torch::CustomClassHolder {
    explicit Holder(std::shared_ptr<const Pooling> of) : pooling(std::move(of)) {}
    std::shared_ptr<const Pooling> pooling;
  };
};

}  // namespace

at::Tensor to_tensor(const std::vector<Region>& regions) {
  at::Tensor tensor = at::empty({static_cast<int64_t>(regions.size()), kColumns}, at::kFloat);
  float* row = tensor.data_ptr<float>();
  for (const Region& region : regions) {
    *row++ = static_cast<float>(region.image);
    for (const double side : {region.box.x1, region.box.y1, region.box.x2, region.box.y2}) *row++ = static_cast<float>(side);
  }
  return tensor;
}

std::vector<Region> regions_of(const at::Tensor& tensor) {
  const at::Tensor rows = tensor.to(at::kCPU, at::kFloat).contiguous();
  std::vector<Region> regions;
  const float* row = rows.const_data_ptr<float>();
  for (int64_t i = 0; i < rows.size(0); ++i, row += kColumns)
    regions.push_back({static_cast<int64_t>(row[0]), {row[1], row[2], row[3], row[4]}});
  return regions;
}

at::Tensor roi_align(const at::Tensor& features, const std::vector<Region>& regions, const RoiAlignOptions& options) {
  return RoiAlignFunction::apply(features, std::make_shared<const Pooling>(Pooling{regions, options}));
}

at::Tensor roi_align(const std::vector<at::Tensor>& levels, const std::vector<Region>& regions, RoiAlignOptions options, int64_t height,
                     int64_t width) {
  const auto scaled = [&](const at::Tensor& level) {
    options.scale_x = static_cast<double>(level.size(3)) / static_cast<double>(width);
    options.scale_y = static_cast<double>(level.size(2)) / static_cast<double>(height);
    return options;
  };
  if (levels.size() == 1) return roi_align(levels.front(), regions, scaled(levels.front()));
  std::vector<std::vector<Region>> of_level(levels.size());
  std::vector<std::vector<int64_t>> rows(levels.size());  // where their results go
  for (size_t i = 0; i < regions.size(); ++i) {
    const int64_t level = pyramid_level(regions[i].box, height / levels.front().size(2), static_cast<int64_t>(levels.size()));
    of_level[static_cast<size_t>(level)].push_back(regions[i]);
    rows[static_cast<size_t>(level)].push_back(static_cast<int64_t>(i));
  }
  std::vector<at::Tensor> parts;
  std::vector<int64_t> place(regions.size());  // of each region among the parts
  int64_t next = 0;
  for (size_t l = 0; l < levels.size(); ++l) {
    if (of_level[l].empty()) continue;
    parts.push_back(roi_align(levels[l], of_level[l], scaled(levels[l])));
    for (const int64_t row : rows[l]) place[static_cast<size_t>(row)] = next++;
  }
  return at::cat(parts).index_select(0, at::tensor(place, at::kLong).to(levels.front().device()));
}

}  // namespace tnn
