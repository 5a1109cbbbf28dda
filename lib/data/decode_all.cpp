#include "data/decode_all.h"

#include "core/error.h"
#include "core/processor.h"
#include "data/blocks.h"
#include "data/image_decoder.h"
#include "data/parallel.h"

namespace tnn {
namespace {

constexpr size_t kBlock = 256;  ///< images between two looks at progress and interruptions

std::string problem_of(const EncodedImages& images, size_t index) {
  thread_local std::vector<uint8_t> bytes;
  thread_local PixelImage pixels;
  try {
    images.read(index, bytes);
    decode_image(bytes, pixels);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

void decode_all(const EncodedImages& images, int64_t count, const std::string& what, Progress& progress, std::vector<Finding>& findings) {
  const auto size = static_cast<size_t>(count);
  const int workers = available_processors();
  std::vector<std::string> problems(size);
  for_each_block(what, {size, kBlock, "images"}, progress, [&](size_t first, size_t some) {
    for_each_in_parallel(some, workers, [&](size_t i) { problems[first + i] = problem_of(images, first + i); });
  });
  for (size_t i = 0; i < size; ++i)
    if (!problems[i].empty()) findings.push_back({images.name(i), problems[i]});
}

}  // namespace tnn
