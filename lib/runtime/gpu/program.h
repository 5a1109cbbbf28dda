#pragma once

#include <variant>
#include <vector>

#include "runtime/engine.h"
#include "runtime/gpu/commands.h"
#include "runtime/gpu/packed_weights.h"
#include "runtime/memory_plan.h"

namespace tnn::gpu {

using Command = std::variant<Import, Contraction, GroupedConvolution, Pointwise, LayerNormalization, Pooling, GlobalPooling, Export>;

/// The commands of an operating point, for any number of inputs up to the limit it was built for.
struct PointProgram {
  std::vector<Command> commands;
};

/// All operating points of a plan as commands to a GPU. Knows nothing of CUDA: whoever can run commands.h runs it.
struct Program {
  std::vector<PointProgram> points;
  std::vector<ChannelSource> sources;
  int64_t arena_elements = 0;
  int64_t input_elements = 0;            ///< of one input
  std::vector<int64_t> output_elements;  ///< of each output, for one input
};

/// `element_bytes`: of a stored number. UsageError where a sum has more operands than a command takes.
Program build_program(const LoweredModel& model, const PackedWeights& weights, int64_t batch_limit, int64_t element_bytes);

/// How many threads a command takes for a batch: one for each element of its output.
int64_t output_elements(const Image& image, int64_t batch);

}  // namespace tnn::gpu
