#include <algorithm>

#include "runtime/prefix/conversion_step.h"
#include "runtime/prefix/program_builder.h"

namespace tnn::prefix {

Place ProgramBuilder::in_scratch(int64_t floats) {
  const Place place{scratch_offset_ + scratch_, 0};
  scratch_ += kernels::round_up(floats, kernels::kBlock);
  largest_scratch_ = std::max(largest_scratch_, scratch_);
  return place;
}

bool ProgramBuilder::has_shadow(ValueId value) const {
  return std::any_of(shadows_.begin(), shadows_.end(), [&](const auto& shadow) { return shadow.first == value; });
}

Place ProgramBuilder::shadow_of(ValueId value) {
  for (const auto& [known, place] : shadows_)
    if (known == value) return place;
  const ValueLayout& stored = layout(value);
  const Place shadow = in_scratch(images() * stored.image_stride);
  shadows_.emplace_back(value, shadow);
  if (value != unwritten_)
    append(std::make_unique<ConversionStep>(ConversionStep::To::fp32, place(value), shadow, numbering(value).pixels_per_image(),
                                            stored.stride));
  return shadow;
}

void ProgramBuilder::store_shadow(ValueId written) {
  if (written == unwritten_ || !has_shadow(written)) return;
  append(std::make_unique<ConversionStep>(ConversionStep::To::bf16, shadow_of(written), place(written),
                                          numbering(written).pixels_per_image(), layout(written).stride));
}

WidePlace ProgramBuilder::rounded(const WidePlace& from, const kernels::ImageLayout& numbering) {
  const int64_t pixels = numbering.pixels_per_image();
  WidePlace to = from;
  to.place = in_scratch(images() * pixels * from.stride / 2);
  append(std::make_unique<ConversionStep>(ConversionStep::To::bf16, from.place, to.place, pixels, from.stride));
  return to;
}

WidePlace ProgramBuilder::bf16_residual(const Operand& operand) {
  const kernels::ImageLayout& pixels = numbering(operand.front().value);
  if (has_flattened_map(operand)) return rounded(gather(operand), kernels::ImageLayout::dense({}));
  std::vector<ValueId> present;
  for (const Segment& segment : operand)
    if (!active_channels(point_, segment).empty()) present.push_back(segment.value);
  if (present.size() != 1 || !layout(present.front()).bf16) return rounded(as_one(operand), pixels);
  const ValueLayout& stored = layout(present.front());
  return {place(present.front()), stored.stride, stored.channels, &maps_.interior(numbering(present.front()), images())};
}

}  // namespace tnn::prefix
