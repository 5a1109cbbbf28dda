// A bare loop over libjpeg-turbo: each thread reads files and decodes them whole to RGB, and does nothing else. What no loader that decodes
// whole images can beat.
//   bare_jpeg LIST THREADS SECONDS      LIST: a file with one path a line; prints images a second
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <jpeglib.h>

namespace {

void read_whole(const std::string& path, std::vector<unsigned char>& bytes) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) std::exit(1);
  std::fseek(file, 0, SEEK_END);
  bytes.resize(static_cast<size_t>(std::ftell(file)));
  std::rewind(file);
  if (std::fread(bytes.data(), 1, bytes.size(), file) != bytes.size()) std::exit(1);
  std::fclose(file);
}

void decode(const std::vector<unsigned char>& bytes, std::vector<unsigned char>& pixels) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes.data(), bytes.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_RGB;
  jpeg_start_decompress(&info);
  const size_t stride = size_t{info.output_width} * 3;
  pixels.resize(stride * info.output_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW rows[16];
    for (unsigned i = 0; i < 16; ++i) rows[i] = pixels.data() + (info.output_scanline + i) * stride;
    jpeg_read_scanlines(&info, rows, 16);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
}

}  // namespace

int main(int, char** argv) {
  std::ifstream list(argv[1]);
  std::vector<std::string> paths;
  for (std::string line; std::getline(list, line);) paths.push_back(line);
  const double seconds = std::atof(argv[3]);
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  for (int i = 0; i < std::atoi(argv[2]); ++i)
    threads.emplace_back([&] {
      std::vector<unsigned char> bytes, pixels;
      while (!stop) {
        read_whole(paths[next++ % paths.size()], bytes);
        decode(bytes, pixels);
        if (elapsed() > seconds) stop = true;
      }
    });
  for (auto& thread : threads) thread.join();
  std::cout << static_cast<double>(next.load()) / elapsed() << "\n";
}
