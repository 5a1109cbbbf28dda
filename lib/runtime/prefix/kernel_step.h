#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/engine.h"
#include "runtime/kernels/convolution.h"

namespace tnn::prefix {

using kernels::Share;

/// What steps run on: the caller's memory, arenas of the context, and which images are in hand.
struct RunState {
  const float* input = nullptr;
  OutputPointers outputs = nullptr;
  float* arena = nullptr;               ///< may be the thread's own while images go through one at a time
  float* batch_arena = nullptr;         ///< the one that holds values of the whole batch
  int64_t first_image = 0, images = 0;  ///< of the batch; the first is not 0 where images go through one at a time
  float* scratch = nullptr;             ///< of the calling thread alone: as much as any step of the program asks for
};

/// Where a value begins in its arena, in floats whatever it holds. `image_shift`: floats between images, for a value that holds the batch
/// while the step that writes it has one image in hand; else 0.
struct Place {
  int64_t offset = 0, image_shift = 0;
  template <typename Element = float>
  Element* in(const RunState& state) const {
    float* const base = image_shift > 0 ? state.batch_arena + state.first_image * image_shift : state.arena;
    return reinterpret_cast<Element*>(base + offset);
  }
};

/// A wide value, or the part of one that an operand reads: its active channels lie side by side.
struct WidePlace {
  Place place;
  int64_t stride = 0;  ///< between pixels
  int64_t channels = 0;
  const std::vector<int32_t>* pixels = nullptr;  ///< interior ones
};

/// One kernel call of a program, ready to run: no table is looked up, nothing allocated.
class KernelStep {
 public:
  virtual ~KernelStep() = default;
  /// Units among which threads share the step, for so many images.
  virtual int64_t work(int64_t images) const = 0;
  virtual void run(const RunState& state, Share share) const = 0;
  /// Pixels of a plane whose halo the step writes itself, as zeros: no other thread may do it meanwhile.
  virtual Share writes_halo() const { return {}; }
  /// Floats of scratch memory that a thread needs.
  virtual int64_t scratch_floats() const { return 0; }
  /// For listings: "wide 6x4", "depthwise", ...
  virtual std::string describe() const = 0;
};

/// The halo of a value, to be zeroed by the step that writes it.
struct HaloClearing {
  Place place;
  int64_t stride = 0;
  int64_t planes = 1, plane_stride = 0;  ///< planar values: channels
  int64_t image_stride = 0;
  const std::vector<Share>* runs = nullptr;  ///< of one image

  void run(const RunState& state, int part, int parts) const;
};

/// A kernel step and the halo it leaves behind.
struct ProgramStep {
  std::unique_ptr<KernelStep> kernel;
  HaloClearing halo;
  size_t plan_step = 0;
};

}  // namespace tnn::prefix
