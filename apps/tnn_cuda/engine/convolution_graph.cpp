#include "convolution_graph.h"

#include "products.h"

namespace tnn::cuda {
namespace {

/// Spatial dimensions that cuDNN is told of: 2 where the first of our three is a single one.
int first_dimension(const gpu::Contraction& command) {
  const bool flat = command.input_extent.size[0] == 1 && command.taps.kernel[0] == 1 && command.taps.padding[0] == 0;
  return flat ? 1 : 0;
}

std::vector<int64_t> spatial(const int64_t (&values)[3], int first) { return std::vector<int64_t>(values + first, values + 3); }

/// {count, channels, spatial...}
std::vector<int64_t> sizes_of(int64_t count, int64_t channels, const std::vector<int64_t>& extent) {
  std::vector<int64_t> sizes{count, channels};
  sizes.insert(sizes.end(), extent.begin(), extent.end());
  return sizes;
}

/// Channels last; `outermost`: from one of the first dimension to the next.
std::vector<int64_t> channels_last(const std::vector<int64_t>& sizes, int64_t outermost) {
  std::vector<int64_t> strides(sizes.size());
  strides[1] = 1;
  int64_t next = sizes[1];
  for (size_t d = sizes.size() - 1; d >= 2; --d) {
    strides[d] = next;
    next *= sizes[d];
  }
  strides[0] = outermost;
  return strides;
}

cudnnDataType_t data_type(Precision precision) {
  switch (storage_of(precision)) {
    case Storage::fp16:
      return CUDNN_DATA_HALF;
    case Storage::bf16:
      return CUDNN_DATA_BFLOAT16;
    default:
      return CUDNN_DATA_FLOAT;
  }
}

}  // namespace

bool ConvolutionGraph::is_possible(const gpu::Contraction& command, bool fused) {
  if (command.input.table >= 0 || command.output.positions == 1) return false;
  if (!fused) return true;
  const gpu::Finish& finish = command.finish;
  return finish.activation != gpu::Activate::sigmoid && (!finish.has_residual || finish.residual.table < 0);
}

ConvolutionGraph::ConvolutionGraph(cudnnHandle_t handle, const gpu::Contraction& command, int64_t batch, Precision precision, bool fused)
    : command_(command), fused_(fused), graph_(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR) {
  const int first = first_dimension(command);
  const cudnnDataType_t type = data_type(precision);
  const auto input = sizes_of(batch, command.width, spatial(command.input_extent.size, first));
  const auto weights = sizes_of(command.output.stride, command.width, spatial(command.taps.kernel, first));
  output_sizes_ = sizes_of(batch, command.output.stride, spatial(command.output_extent.size, first));
  output_strides_ = channels_last(output_sizes_, command.output.positions * command.output.stride);
  const int64_t input_positions = command.input_extent.size[0] * command.input_extent.size[1] * command.input_extent.size[2];

  const size_t x = add_tensor(kInput, input, channels_last(input, input_positions * command.width), type, false);
  const size_t w = add_tensor(kWeights, weights, channels_last(weights, command.row), type, false);
  const size_t y = add_tensor(kOutput, output_sizes_, output_strides_, fused ? type : CUDNN_DATA_FLOAT, false);
  if (fused) {
    const size_t sums = add_virtual();
    add_convolution(x, w, sums);
    if (command.finish.has_residual) add_tensor(kResidual, output_sizes_, output_strides_, type, false);
    add_epilogue(sums, y);
  } else {
    add_convolution(x, w, y);
  }
  finish(handle);
}

size_t ConvolutionGraph::add_tensor(int64_t id, const std::vector<int64_t>& sizes, const std::vector<int64_t>& strides,
                                    cudnnDataType_t type, bool is_virtual) {
  BackendDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  tensor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, id)
      .set(CUDNN_ATTR_TENSOR_DATA_TYPE, type)
      .set(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes)
      .set(CUDNN_ATTR_TENSOR_STRIDES, strides)
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, int64_t{16})
      .set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, is_virtual)
      .finalize();
  tensors_.push_back(std::move(tensor));
  if (!is_virtual) bound_.push_back(id);
  return tensors_.size() - 1;
}

size_t ConvolutionGraph::add_virtual() {
  return add_tensor(kFirstVirtual + static_cast<int64_t>(tensors_.size()), output_sizes_, output_strides_, CUDNN_DATA_FLOAT, true);
}

void ConvolutionGraph::add_convolution(size_t input, size_t weights, size_t output) {
  const int first = first_dimension(command_);
  const gpu::Taps& taps = command_.taps;
  const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  BackendDescriptor setting(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  setting.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, int64_t{3 - first})
      .set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode)
      .set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, spatial(taps.padding, first))
      .set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, spatial(taps.padding, first))
      .set(CUDNN_ATTR_CONVOLUTION_DILATIONS, spatial(taps.dilation, first))
      .set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, spatial(taps.stride, first))
      .finalize();
  const float one = 1.0f, zero = 0.0f;
  BackendDescriptor operation(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, tensors_[input])
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, tensors_[weights])
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, tensors_[output])
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, setting)
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1, &one)
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, 1, &zero)
      .finalize();
  settings_.push_back(std::move(setting));
  operations_.push_back(std::move(operation));
}

void ConvolutionGraph::add_pointwise(cudnnPointwiseMode_t mode, size_t x, size_t b, size_t y) {
  BackendDescriptor setting(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  setting.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode)
      .set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT)
      .finalize();
  BackendDescriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, setting)
      .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, tensors_[x])
      .set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, tensors_[b])
      .set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, tensors_[y])
      .finalize();
  settings_.push_back(std::move(setting));
  operations_.push_back(std::move(operation));
}

void ConvolutionGraph::add_activation(size_t x, size_t y) {
  const cudnnPointwiseMode_t mode = CUDNN_POINTWISE_RELU_FWD;
  BackendDescriptor setting(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  setting.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode).set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
  if (command_.finish.activation == gpu::Activate::relu6) setting.set(CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, 6.0);
  const cudnnNanPropagation_t nan = CUDNN_PROPAGATE_NAN;  // asked for where this version of cuDNN still takes the attribute
  setting.try_set(CUDNN_ATTR_POINTWISE_NAN_PROPAGATION, CUDNN_TYPE_NAN_PROPOGATION, 1, &nan);
  setting.finalize();
  BackendDescriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, setting)
      .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, tensors_[x])
      .set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, tensors_[y])
      .finalize();
  settings_.push_back(std::move(setting));
  operations_.push_back(std::move(operation));
}

/// A contraction always has scale and shift.
void ConvolutionGraph::add_epilogue(size_t sums, size_t output) {
  const bool residual = command_.finish.has_residual, activation = command_.finish.activation != gpu::Activate::none;
  const auto channels = sizes_of(1, command_.output.stride, std::vector<int64_t>(output_sizes_.size() - 2, 1));
  const auto strides = channels_last(channels, command_.output.stride);
  const size_t residual_tensor = tensors_.size() - 1;  // where there is one, the last that was added
  const size_t scale = add_tensor(kScale, channels, strides, CUDNN_DATA_FLOAT, false);
  const size_t shift = add_tensor(kShift, channels, strides, CUDNN_DATA_FLOAT, false);
  const size_t scaled = add_virtual();
  add_pointwise(CUDNN_POINTWISE_MUL, sums, scale, scaled);
  size_t last = residual || activation ? add_virtual() : output;
  add_pointwise(CUDNN_POINTWISE_ADD, scaled, shift, last);
  if (residual) {
    const size_t added = activation ? add_virtual() : output;
    add_pointwise(CUDNN_POINTWISE_ADD, last, residual_tensor, added);
    last = added;
  }
  if (activation) add_activation(last, output);
}

void ConvolutionGraph::finish(cudnnHandle_t handle) {
  std::vector<cudnnBackendDescriptor_t> operations;
  for (const BackendDescriptor& operation : operations_) operations.push_back(operation.get());
  graph_.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<int64_t>(operations.size()), operations.data())
      .set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle)
      .finalize();
}

void ConvolutionGraph::execute(cudnnHandle_t handle, const BackendDescriptor& plan, const ConvolutionPointers& pointers,
                               void* workspace) const {
  std::vector<void*> memory;
  for (const int64_t id : bound_) {
    void* const places[] = {pointers.input, pointers.weights, pointers.output, pointers.scale, pointers.shift, pointers.residual};
    memory.push_back(places[id - kInput]);
  }
  const auto count = static_cast<int64_t>(bound_.size());
  BackendDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, count, memory.data())
      .set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, bound_)
      .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &workspace)
      .finalize();
  CHECKED(cudnnBackendExecute(handle, plan.get(), pack.get()));
}

}  // namespace tnn::cuda
