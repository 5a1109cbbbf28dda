#include "executor.h"

#include <algorithm>

#include "runtime/gpu/elements.h"

namespace tnn::cuda {
namespace {

constexpr int64_t kScratchBytes = int64_t{64} << 20;  // of the unfolded matrix, and of the sums
constexpr size_t kWorkspaceBytes = size_t{64} << 20;  // of a convolution

int64_t matrix_elements(const gpu::Contraction& command) {  // of one input
  return command.in_place ? 0 : command.output.positions * gpu::tap_count(command.taps) * command.width;
}
int64_t sum_elements(const gpu::Contraction& command) { return command.output.positions * command.output.stride; }

/// Inputs whose matrix and sums fit into the scratch memory, at least one.
int64_t inputs_in_a_piece(const gpu::Contraction& command, int64_t batch, int64_t element_bytes) {
  const int64_t largest = std::max(matrix_elements(command) * element_bytes, sum_elements(command) * int64_t{sizeof(float)});
  return std::clamp(kScratchBytes / std::max<int64_t>(largest, 1), int64_t{1}, batch);
}

struct Scratch {
  int64_t matrix = 0, sums = 0;  // bytes
};
Scratch scratch_of(const gpu::Program& program, int64_t batch_limit, int64_t element_bytes) {
  Scratch scratch;
  for (const gpu::PointProgram& point : program.points)
    for (const gpu::Command& command : point.commands)
      if (const auto* contraction = std::get_if<gpu::Contraction>(&command)) {
        const int64_t inputs = inputs_in_a_piece(*contraction, batch_limit, element_bytes);
        scratch.matrix = std::max(scratch.matrix, inputs * matrix_elements(*contraction) * element_bytes);
        scratch.sums = std::max(scratch.sums, inputs * sum_elements(*contraction) * int64_t{sizeof(float)});
      }
  return scratch;
}

}  // namespace

Executor::Executor(const GpuModel& model, const ContextOptions& options, cudaStream_t stream)
    : model_(model),
      stream_(stream),
      program_(gpu::build_program(model.model(), model.packed(), options.batch_limit,
                                  static_cast<int64_t>(bytes_of(storage_of(model.precision()))))),
      products_(model.precision()),
      cudnn_(make_cudnn(stream)) {
  const auto element_bytes = static_cast<int64_t>(bytes_of(storage_of(model.precision())));
  const Scratch scratch = scratch_of(program_, options.batch_limit, element_bytes);
  check_memory(program_.arena_elements * element_bytes + scratch.matrix + scratch.sums, options);
  arena_ = DeviceBuffer(static_cast<size_t>(program_.arena_elements * element_bytes));
  sources_ = DeviceBuffer::holding(program_.sources);
  matrix_ = DeviceBuffer(static_cast<size_t>(scratch.matrix));
  sums_ = DeviceBuffer(static_cast<size_t>(scratch.sums));
  workspace_ = DeviceBuffer(kWorkspaceBytes);
  memory_ = {storage_of(model.precision()),
             arena_.get(),
             sources_.as<const gpu::ChannelSource>(),
             model.weights(),
             model.group_rows(),
             model.affine()};
}

int64_t Executor::memory_bytes() const {
  return static_cast<int64_t>(arena_.bytes() + sources_.bytes() + matrix_.bytes() + sums_.bytes() + workspace_.bytes() +
                              products_.memory_bytes());
}

Executor::Plans Executor::find_plans(size_t point, int64_t batch) const {
  Plans plans;
  for (const gpu::Command& command : program_.points[point].commands) {
    plans.emplace_back();
    const auto* contraction = std::get_if<gpu::Contraction>(&command);
    if (!contraction) continue;
    const auto find = [&](bool fused) {
      return ConvolutionPlan::find(cudnn_.get(), *contraction, batch, model_.precision(), fused, workspace_.bytes());
    };
    plans.back() = find(true);
    const bool sums_fit = batch * sum_elements(*contraction) * int64_t{sizeof(float)} <= static_cast<int64_t>(sums_.bytes());
    if (!plans.back() && !contraction->in_place && sums_fit) plans.back() = find(false);
  }
  return plans;
}

void Executor::enqueue(size_t point, int64_t batch, const Plans& plans, const float* inputs, const std::vector<float*>& outputs) const {
  const auto& commands = program_.points[point].commands;
  for (size_t i = 0; i < commands.size(); ++i) {
    const Match put{
        [&](const gpu::Import& command) { launch(memory_, command, batch, inputs, stream_); },
        [&](const gpu::Export& command) { launch(memory_, command, batch, outputs[static_cast<size_t>(command.output)], stream_); },
        [&](const gpu::Contraction& command) { contract(command, batch, plans[i]); },
        [&](const OneOf<gpu::GroupedConvolution, gpu::Pointwise, gpu::LayerNormalization, gpu::Pooling, gpu::GlobalPooling> auto& command) {
          launch(memory_, command, batch, stream_);
        }};
    std::visit(put, commands[i]);
  }
}

void Executor::contract(const gpu::Contraction& command, int64_t batch, const std::optional<ConvolutionPlan>& plan) const {
  if (plan) return convolve(command, batch, *plan);
  const auto element_bytes = static_cast<int64_t>(bytes_of(memory_.storage));
  const int64_t inputs = inputs_in_a_piece(command, batch, element_bytes);
  for (int64_t first = 0; first < batch; first += inputs) multiply(command, {first, std::min(inputs, batch - first)});
}

void Executor::multiply(const gpu::Contraction& command, Piece piece) const {
  const int64_t columns = gpu::tap_count(command.taps) * command.width;
  const void* matrix = matrix_.get();
  if (command.in_place)
    matrix = arena_at(command.input.first.offset + piece.first * command.output.positions * columns);
  else
    launch_unfold(memory_, command, piece, matrix_.get(), stream_);
  const ProductShape shape{piece.count * command.output.positions, columns, command.output.stride, command.row};
  const auto* weights = static_cast<const std::byte*>(memory_.weights) + static_cast<size_t>(command.weights) * bytes_of(memory_.storage);
  products_.launch(shape, matrix, weights, sums_.as<float>(), stream_);
  launch_finish(memory_, command, piece, sums_.as<float>(), stream_);
}

void Executor::convolve(const gpu::Contraction& command, int64_t batch, const ConvolutionPlan& plan) const {
  // cuDNN takes all pointers as writable; it writes the output alone.
  auto* affine = const_cast<float*>(memory_.affine) + command.finish.affine;
  auto* weights =
      static_cast<std::byte*>(const_cast<void*>(memory_.weights)) + static_cast<size_t>(command.weights) * bytes_of(memory_.storage);
  ConvolutionPointers pointers;
  pointers.input = arena_at(command.input.first.offset);
  pointers.weights = weights;
  pointers.output = plan.fused() ? static_cast<void*>(arena_at(command.output.offset)) : sums_.get();
  pointers.scale = affine;
  pointers.shift = affine + command.output.stride;
  if (command.finish.has_residual) pointers.residual = arena_at(command.finish.residual.first.offset);
  plan.launch(cudnn_.get(), pointers, workspace_.get());
  if (!plan.fused()) launch_finish(memory_, command, {0, batch}, sums_.as<float>(), stream_);
}

std::byte* Executor::arena_at(int64_t element) const {
  return arena_.as<std::byte>() + element * static_cast<int64_t>(bytes_of(memory_.storage));
}

}  // namespace tnn::cuda
