#pragma once

#include "data/resample.h"

namespace tnn {

/// resample() by plain arithmetic, for every processor.
void resample_plainly(const PixelImage& in, const AxisWeights& columns, const AxisWeights& rows, PixelImage& out);

/// The same bytes by AVX2; only where has_avx2_resample().
void resample_by_avx2(const PixelImage& in, const AxisWeights& columns, const AxisWeights& rows, PixelImage& out);
bool has_avx2_resample();

}  // namespace tnn
