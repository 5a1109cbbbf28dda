#pragma once

#include "runtime/prefix/elementwise_steps.h"

namespace tnn::prefix {

/// The caller's input into the arena: wide, or planar with a halo.
class LoadInputStep : public KernelStep {
 public:
  struct Options {
    Place place;
    bool planar = false;
    int64_t channels = 0, stride = 0, image_stride = 0;
    const std::vector<int32_t>* pixels = nullptr;  ///< of one image
    const std::vector<Share>* rows = nullptr;      ///< the same as runs of neighbours
  };
  explicit LoadInputStep(Options options) : options_(options) {}
  int64_t work(int64_t images) const override { return options_.planar ? images * options_.channels : images; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return options_.planar ? "load planes" : "load"; }

 private:
  Options options_;
};

/// A planar value as a wide one, for one image: what few channels gain by planes is more than this costs.
class PlanesToRowsStep : public KernelStep {
 public:
  struct Options {
    Place from, to;
    int64_t plane = 0;   ///< floats between planes
    int64_t stride = 0;  ///< between pixels
    int64_t channels = 0;
    const std::vector<Share>* rows = nullptr;  ///< runs of interior pixels, numbered alike on both sides
  };
  explicit PlanesToRowsStep(Options options) : options_(options) {}
  int64_t work(int64_t) const override { return static_cast<int64_t>(options_.rows->size()); }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return "planes to rows"; }

 private:
  Options options_;
};

/// An output of the network, where the caller asks for it: active channels where they belong at full width, 0 in the others.
class StoreOutputStep : public KernelStep {
 public:
  struct Part {
    WidePlace from;
    int64_t positions = 1;  ///< pixels of an image
    int64_t from_channel = 0;
    int64_t to = 0;  ///< number of the output where its first channel goes
    int64_t channels = 0;
  };
  /// `output`: which one.
  StoreOutputStep(size_t output, std::vector<Part> parts, int64_t numbers_per_image)
      : output_(output), parts_(std::move(parts)), numbers_(numbers_per_image) {}
  int64_t work(int64_t images) const override { return images; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return "store"; }

 private:
  size_t output_;
  std::vector<Part> parts_;
  int64_t numbers_;
};

/// Parts of an operand into one piece of memory, for steps that need their input in one: channels side by side, or all positions of
/// flattened parts as features, channel-major.
class GatherStep : public KernelStep {
 public:
  struct Part {
    PartPlace part;
    int64_t positions = 0;  ///< of a flattened part; 0: of one that is not
  };
  GatherStep(std::vector<Part> parts, WidePlace output, int64_t pixels_per_image)
      : parts_(std::move(parts)), output_(output), pixels_(pixels_per_image) {}
  int64_t work(int64_t images) const override { return images * pixels_; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return "copy of the parts"; }

 private:
  std::vector<Part> parts_;
  WidePlace output_;
  int64_t pixels_;
};

}  // namespace tnn::prefix
