#include "runtime/onednn/layer.h"

namespace tnn::onednn {
namespace {

using dnnl::memory;
constexpr auto kFloat = memory::data_type::f32;

memory::dims row_major(const memory::dims& sizes) {
  memory::dims strides(sizes.size());
  memory::dim stride = 1;
  for (size_t i = sizes.size(); i-- > 0; stride *= sizes[i]) strides[i] = stride;
  return strides;
}

/// {batch, channels, extent...} stored as rows: channels vary fastest.
memory::desc rows(const memory::dims& sizes) {
  memory::dims strides(sizes.size());
  memory::dim stride = sizes[1];
  for (size_t i = sizes.size(); i-- > 2; stride *= sizes[i]) strides[i] = stride;
  strides[1] = 1;
  strides[0] = stride;
  return {sizes, kFloat, strides};
}

memory::desc any(const memory::dims& sizes) { return {sizes, kFloat, memory::format_tag::any}; }

void append(dnnl::post_ops& ops, dnnl::algorithm algorithm, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  ops.append_eltwise(algorithm, alpha, beta);
#else
  ops.append_eltwise(1.0f, algorithm, alpha, beta);
#endif
}

dnnl::primitive_attr attributes(const LayerShape& shape) {
  dnnl::post_ops ops;
  if (shape.adds_output) ops.append_sum(1.0f);
  if (shape.activation == ActivationKind::relu) append(ops, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
  if (shape.activation == ActivationKind::relu6) append(ops, dnnl::algorithm::eltwise_clip, 0.0f, 6.0f);
  if (shape.activation == ActivationKind::sigmoid) append(ops, dnnl::algorithm::eltwise_logistic, 0.0f, 0.0f);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(ops);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

/// The window as oneDNN counts: dilation from 0; padding at the end as much as the output's extent needs.
struct Steps {
  memory::dims stride, dilation, padding, padding_end;
};
Steps steps_of(const LayerShape& shape) {
  Steps steps{shape.window.stride, shape.window.dilation, shape.window.padding, shape.window.padding};
  for (size_t d = 0; d < steps.stride.size(); ++d) {
    const memory::dim reach = (shape.window.kernel[d] - 1) * steps.dilation[d] + 1;
    steps.padding_end[d] = (shape.output[d + 2] - 1) * steps.stride[d] + reach - shape.input[d + 2] - steps.padding[d];
    --steps.dilation[d];
  }
  return steps;
}

template <typename Primitive, typename Description>
Layer chosen(const Description& description, const memory::desc& bias) {
  return {Primitive(description), description.src_desc(),       description.weights_desc(), bias,
          description.dst_desc(), description.scratchpad_desc()};
}

Layer make_convolution(const dnnl::engine& engine, const LayerShape& shape, const memory::desc& bias) {
  using Convolution = dnnl::convolution_forward;
  constexpr auto kind = dnnl::prop_kind::forward_inference;
  constexpr auto algorithm = dnnl::algorithm::convolution_direct;
  const Steps s = steps_of(shape);
#if DNNL_VERSION_MAJOR >= 3
  const Convolution::primitive_desc description(engine, kind, algorithm, rows(shape.input), any(shape.weights), bias, rows(shape.output),
                                                s.stride, s.dilation, s.padding, s.padding_end, attributes(shape));
#else
  const Convolution::desc operation(kind, algorithm, rows(shape.input), any(shape.weights), bias, rows(shape.output), s.stride, s.dilation,
                                    s.padding, s.padding_end);
  const Convolution::primitive_desc description(operation, attributes(shape), engine);
#endif
  return chosen<Convolution>(description, bias);
}

Layer make_linear(const dnnl::engine& engine, const LayerShape& shape, const memory::desc& bias) {
  using Linear = dnnl::inner_product_forward;
  constexpr auto kind = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  const Linear::primitive_desc description(engine, kind, rows(shape.input), any(shape.weights), bias, rows(shape.output),
                                           attributes(shape));
#else
  const Linear::desc operation(kind, rows(shape.input), any(shape.weights), bias, rows(shape.output));
  const Linear::primitive_desc description(operation, attributes(shape), engine);
#endif
  return chosen<Linear>(description, bias);
}

}  // namespace

Layer make_layer(const dnnl::engine& engine, const LayerShape& shape) {
  const memory::desc bias({shape.output[1]}, kFloat, memory::dims{1});
  return shape.is_convolution() ? make_convolution(engine, shape, bias) : make_linear(engine, shape, bias);
}

memory::desc plain_weights(const LayerShape& shape) { return {shape.weights, kFloat, row_major(shape.weights)}; }

}  // namespace tnn::onednn
