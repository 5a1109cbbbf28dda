#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "core/interruption.h"
#include "core/progress.h"

namespace tnn {

/// Things that are worked on in blocks: how many, how many at a time, and what progress calls them ("images").
struct Blocks {
  size_t size = 0, block = 1;
  const char* noun = "images";
};

/// Calls work(first, count) for one block after another, as a phase of `progress`. Interrupted, between two blocks, at a request to stop.
template <typename Work>
void for_each_block(const std::string& phase, const Blocks& blocks, Progress& progress, const Work& work) {
  progress.begin(phase, static_cast<int64_t>(blocks.size), blocks.noun);
  for (size_t first = 0; first < blocks.size; first += blocks.block) {
    stop_if_interrupted();
    const size_t count = std::min(blocks.block, blocks.size - first);
    work(first, count);
    progress.advance(static_cast<int64_t>(first + count), {});
  }
  progress.end();
}

}  // namespace tnn
