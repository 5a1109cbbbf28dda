#pragma once

#include "runtime/engine.h"
#include "runtime/prefix/kernel_step.h"
#include "runtime/prefix/map_store.h"
#include "runtime/prefix/point_layouts.h"

namespace tnn::prefix {

/// What one operating point runs: kernel steps over an arena. The first `one_image_steps` go through the batch image by image.
struct Program {
  std::vector<ProgramStep> steps;
  size_t one_image_steps = 0;
};

/// Whether steps that take one image at a time take as many images at once as there are threads.
inline bool images_side_by_side(const ContextOptions& options) { return options.threads > 1 && options.batch_limit >= options.threads; }

/// The programs of all operating points for batches up to a limit, as steps are cut for a number of threads. Shared by all contexts of
/// that limit and number; never changes.
class ProgramSet {
 public:
  /// DataError where the arena would be larger than `memory_limit_bytes`.
  ProgramSet(std::shared_ptr<const ModelParts> parts, const ContextOptions& options);

  const Program& at(int point) const { return programs_[static_cast<size_t>(point)]; }
  int64_t arena_floats() const { return arena_floats_; }
  /// Parts of a step that threads share, at most.
  static int most_parts(int threads) { return threads == 1 ? 1 : kPartsPerThread * threads; }
  /// Of scratch memory that each part of a step needs beside the arena.
  int64_t part_floats() const { return part_floats_; }
  /// Arenas of a context: one for each thread where images go side by side through some step.
  int arenas() const { return takes_images_ && images_side_by_side(options_) ? options_.threads : 1; }
  /// Of the arena that all threads share, and scratch memory.
  int64_t shared_floats() const { return arena_floats_ + most_parts(options_.threads) * part_floats_; }
  /// Of all arenas and scratch memory.
  int64_t context_floats() const { return shared_floats() + (arenas() - 1) * arena_floats_; }
  int64_t map_bytes() const { return maps_.bytes(); }

 private:
  static constexpr int kPartsPerThread = 2;  ///< one thread may do more of them than another

  std::shared_ptr<const ModelParts> parts_;
  MapStore maps_;
  std::vector<Program> programs_;
  ContextOptions options_;
  bool takes_images_ = false;  ///< one at a time, at some point
  int64_t arena_floats_ = 0, part_floats_ = 0;
};

}  // namespace tnn::prefix
