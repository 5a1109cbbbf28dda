#include "runtime/prefix/program.h"

#include <algorithm>

#include "runtime/prefix/program_builder.h"

namespace tnn::prefix {

ProgramSet::ProgramSet(std::shared_ptr<const ModelParts> parts, const ContextOptions& options)
    : parts_(std::move(parts)), options_(options) {
  const auto points = static_cast<int>(parts_->plan().points.size());
  std::vector<PointLayouts> layouts;
  for (int point = 0; point < points; ++point) layouts.push_back(choose_layouts(*parts_, point, options.batch_limit));
  const MemoryPlan memory = place_values(*parts_, layouts);
  check_memory(memory.arena_bytes, options);  // before lists of pixels are made
  const auto arena = memory.arena_bytes / static_cast<int64_t>(sizeof(float));
  int64_t scratch = 0;
  for (int point = 0; point < points; ++point) {
    const auto p = static_cast<size_t>(point);
    ProgramBuilder builder(*parts_, layouts[p], memory.offsets[p], arena, options, point, maps_);
    programs_.push_back(builder.build());
    scratch = std::max(scratch, builder.scratch_floats());
  }
  for (const Program& program : programs_) {
    takes_images_ = takes_images_ || program.one_image_steps > 0;
    for (const ProgramStep& step : program.steps) part_floats_ = std::max(part_floats_, step.kernel->scratch_floats());
  }
  arena_floats_ = arena + scratch;
  check_memory(context_floats() * static_cast<int64_t>(sizeof(float)), options);
}

}  // namespace tnn::prefix
