#include "tiny_files.h"

#include <lzma.h>
#include <zlib.h>

#include <stdexcept>

#include "core/atomic_file.h"

namespace tnn::test {

std::string big_endian(uint32_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 255);
  return bytes;
}

std::string idx_images(uint32_t count, uint32_t height, uint32_t width) {
  std::string bytes = big_endian(0x803) + big_endian(count) + big_endian(height) + big_endian(width);
  for (uint32_t i = 0; i < count * height * width; ++i) bytes += static_cast<char>(i % 251);
  return bytes;
}

std::string idx_labels(uint32_t count, uint32_t classes) {
  std::string bytes = big_endian(0x801) + big_endian(count);
  for (uint32_t i = 0; i < count; ++i) bytes += static_cast<char>(i % classes);
  return bytes;
}

std::string cifar_records(int count, int classes, bool coarse) {
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    if (coarse) bytes += static_cast<char>(19);
    bytes += static_cast<char>(i % classes);
    bytes.append(3072, static_cast<char>(i));
  }
  return bytes;
}

std::string gzipped(const std::string& bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("deflateInit2");
  std::string input = bytes, packed(bytes.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("deflate");
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string xz_packed(const std::string& bytes) {
  std::string packed(lzma_stream_buffer_bound(bytes.size()), '\0');
  size_t used = 0;
  if (lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
                              reinterpret_cast<uint8_t*>(packed.data()), &used, packed.size()) != LZMA_OK)
    throw std::runtime_error("lzma_easy_buffer_encode");
  packed.resize(used);
  return packed;
}

DatasetCard tiny_idx_card() {
  DatasetCard card;
  card.name = "tiny";
  card.title = "Tiny";
  card.channels = 1;
  card.height = 4;
  card.width = 6;
  card.classes = {"a", "b", "c"};
  card.mean = {0.5F};
  card.std = {0.25F};
  card.source = "the tests";
  card.folders = {"tiny"};
  card.train.files = {{"train-images", FileContent::images, 16 + 10 * 24, 10, "", ""},
                      {"train-labels", FileContent::labels, 18, 10, "", ""}};
  card.test.files = {{"test-images", FileContent::images, 16 + 5 * 24, 5, "", ""}, {"test-labels", FileContent::labels, 13, 5, "", ""}};
  return card;
}

void write_tiny_idx(const std::filesystem::path& root) {
  create_folder(root / "tiny");
  write_file_atomically(root / "tiny/train-images", idx_images(10, 4, 6));
  write_file_atomically(root / "tiny/train-labels.gz", gzipped(idx_labels(10, 3)));
  write_file_atomically(root / "tiny/test-images.xz", xz_packed(idx_images(5, 4, 6)));
  write_file_atomically(root / "tiny/test-labels", idx_labels(5, 3));
}

LabelledImages tiny_labelled_images(int count, int channels, int height, int width) {
  LabelledImages set{{}, {}, {"a", "b", "c"}};
  ImageSet& images = set.images;
  images.channels = channels;
  images.height = height;
  images.width = width;
  images.pixels.resize(static_cast<size_t>(count) * images.image_bytes());
  for (size_t i = 0; i < images.pixels.size(); ++i) images.pixels[i] = static_cast<uint8_t>(1 + i * 37 % 241);
  for (int i = 0; i < count; ++i) set.labels.push_back(i % 3);
  return set;
}

}  // namespace tnn::test
