#pragma once

#include <string>
#include <vector>

#include "formats/pretrained/mismatch.h"

namespace tnn {

/// The likely mends of a mismatch, likeliest first, at most two: a beginning that the names in the file share, a part of names that is
/// called otherwise, another architecture, layers or classes that are more or fewer, batch norms or shortcuts that only one of both has.
std::vector<std::string> mismatch_hints(const Mismatch& mismatch, const Graph& graph);

}  // namespace tnn
