#include "data/jpeg_decoder.h"

// jpeglib.h needs size_t and FILE.
#include <csetjmp>
#include <cstddef>
#include <cstdio>
// clang-format off
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include <algorithm>

namespace tnn {
namespace {

constexpr int kHarmlessStrayBytes = 16;
constexpr int kMargin = 8;  ///< columns beside a part that smooth upsampling may read, and more

/// libjpeg's errors and warnings; the jump leads to the function that called into libjpeg.
struct ErrorManager {
  jpeg_error_mgr base;  // first: libjpeg knows only this
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void leave(j_common_ptr common) {
  auto* errors = reinterpret_cast<ErrorManager*>(common->err);
  errors->base.format_message(common, errors->message);
  std::longjmp(errors->jump, 1);
}

bool changes_no_pixel(const jpeg_error_mgr& error) {
  switch (error.msg_code) {
    case JWRN_EXTRANEOUS_DATA:
      return error.msg_parm.i[0] <= kHarmlessStrayBytes;
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
      return true;
    default:
      return false;
  }
}

void judge_message(j_common_ptr common, int level) {
  if (level < 0 && !changes_no_pixel(*common->err)) leave(common);
}

void convert_cmyk_row(uint8_t* row, int width, bool inverted) {
  const auto times = [](int a, int b) {
    const int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  };
  const int flip = inverted ? 0 : 255;
  for (int x = 0; x < width; ++x, row += PixelImage::kPixelBytes)
    for (int c = 0; c < 3; ++c) row[c] = static_cast<uint8_t>(times(row[c] ^ flip, row[3] ^ flip));
}

bool ends_with_marker(std::span<const uint8_t> bytes) {
  while (!bytes.empty() && bytes.back() == 0) bytes = bytes.first(bytes.size() - 1);  // padding
  return bytes.size() >= 2 && bytes[bytes.size() - 2] == 0xFF && bytes.back() == 0xD9;
}

}  // namespace

/// Everything that libjpeg's functions touch. They leave by a jump on an error: nothing between here and them may have a destructor.
struct JpegDecoder::State {
  std::span<const uint8_t> bytes;
  ErrorManager errors{};
  jpeg_decompress_struct info{};
  ImageExtent extent;

  State() = default;
  ~State() { jpeg_destroy_decompress(&info); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Calls `body`; DamagedImage where libjpeg gave up in it.
  template <typename Body>
  void guarded(Body body) {
    if (setjmp(errors.jump) != 0) throw DamagedImage(std::string("JPEG: ") + errors.message);
    body();
  }

  void set_scale(int denominator) {
    info.scale_num = 1;
    info.scale_denom = static_cast<unsigned>(denominator);
    guarded([this] { jpeg_calc_output_dimensions(&info); });
  }

  bool is_cmyk() const { return info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK; }

  /// Begins to decode the columns of the region; `first` and `count` become what libjpeg gives, which is a little more.
  void start(const PixelBox& region, unsigned& first, unsigned& count) {
    guarded([&] {
      jpeg_start_decompress(&info);
      const int left = std::max(0, region.left - kMargin);
      const int right = std::min(static_cast<int>(info.output_width), region.left + region.width + kMargin);
      first = static_cast<unsigned>(left);
      count = static_cast<unsigned>(right - left);
      if (count < info.output_width) jpeg_crop_scanline(&info, &first, &count);
    });
  }

  /// `begin` has room for the region's rows and one more.
  void read_rows(const PixelBox& region, uint8_t* begin, size_t stride) {
    guarded([&] {
      if (region.top > 0) jpeg_skip_scanlines(&info, static_cast<unsigned>(region.top));
      const auto end = static_cast<unsigned>(region.top + region.height);
      while (info.output_scanline < end) {
        JSAMPROW rows[16];
        const unsigned first = info.output_scanline - static_cast<unsigned>(region.top);
        const unsigned asked = std::min(16u, end - info.output_scanline);
        for (unsigned i = 0; i < asked; ++i) rows[i] = begin + (first + i) * stride;
        jpeg_read_scanlines(&info, rows, asked);
      }
      if (end < info.output_height && ends_with_marker(bytes)) return;
      JSAMPROW beyond = begin + static_cast<size_t>(region.height) * stride;
      while (info.output_scanline < info.output_height) jpeg_read_scanlines(&info, &beyond, 1);
      jpeg_finish_decompress(&info);
    });
  }
};

JpegDecoder::JpegDecoder(std::span<const uint8_t> bytes) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.bytes = bytes;
  s.info.err = jpeg_std_error(&s.errors.base);
  s.errors.base.error_exit = leave;
  s.errors.base.emit_message = judge_message;
  s.guarded([&s] {
    jpeg_create_decompress(&s.info);
    jpeg_mem_src(&s.info, s.bytes.data(), s.bytes.size());
    jpeg_read_header(&s.info, TRUE);
  });
  s.extent = {static_cast<int>(s.info.image_height), static_cast<int>(s.info.image_width)};
  s.info.out_color_space = s.is_cmyk() ? JCS_CMYK : JCS_EXT_RGBX;
}

JpegDecoder::~JpegDecoder() = default;

ImageExtent JpegDecoder::extent() const { return state_->extent; }

ImageExtent JpegDecoder::scaled_extent(int denominator) const {
  state_->set_scale(denominator);
  return {static_cast<int>(state_->info.output_height), static_cast<int>(state_->info.output_width)};
}

void JpegDecoder::decode(const PixelBox& region, int denominator, PixelImage& out) {
  State& s = *state_;
  s.set_scale(denominator);
  unsigned first = 0, count = 0;
  s.start(region, first, count);
  out.resize(region.height + 1, static_cast<int>(count));
  s.read_rows(region, out.bytes.data(), out.stride);
  out.offset = (static_cast<size_t>(region.left) - first) * PixelImage::kPixelBytes;
  out.height = region.height, out.width = region.width;
  if (s.is_cmyk())
    for (int y = 0; y < out.height; ++y) convert_cmyk_row(out.row(y), out.width, s.info.saw_Adobe_marker);
}

}  // namespace tnn
