#include "formats/file_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "core/error.h"
#include "core/printable.h"

namespace tnn {
namespace {

struct Signature {
  std::string_view bytes;
  size_t offset;
  const char* content;
};

using namespace std::literals;
const Signature kSignatures[] = {
    {"\x1f\x8b"sv, 0, "it is compressed by gzip: unpack it first (gunzip)"},
    {"BZh"sv, 0, "it is compressed by bzip2: unpack it first (bunzip2)"},
    {"\xfd"
     "7zXZ"sv,
     0, "it is compressed by xz: unpack it first (unxz)"},
    {"\x28\xb5\x2f\xfd"sv, 0, "it is compressed by Zstandard: unpack it first (unzstd)"},
    {"7z\xbc\xaf\x27\x1c"sv, 0, "it is a 7-Zip archive: unpack it first"},
    {"Rar!"sv, 0, "it is a RAR archive: unpack it first"},
    {"ustar"sv, 257, "it is a tar archive: unpack it first (tar -xf); of weights saved by PyTorch before 0.1.10, save them anew"},
    {"\x89HDF\r\n\x1a\n"sv, 0, "it is an HDF5 file, such as Keras writes"},
    {"GGUF"sv, 0, "it is a GGUF file"},
    {"\x93NUMPY"sv, 0, "it is a NumPy array (.npy)"},
    {"\x89PNG"sv, 0, "it is a PNG image"},
    {"\xff\xd8\xff"sv, 0, "it is a JPEG image"},
    {"%PDF"sv, 0, "it is a PDF document"},
};
const Signature kArchives[] = {
    {"PK\x03\x04"sv, 0, "it is a ZIP archive (PyTorch's .pth and NumPy's .npz are such)"},
    {"PK\x05\x06"sv, 0, "it is an empty ZIP archive"},
    {"\x80"sv, 0, "it is a Python pickle (older PyTorch files are such)"},
};

template <size_t count>
const char* find_signature(const Signature (&signatures)[count], std::string_view beginning) {
  for (const Signature& signature : signatures)
    if (beginning.size() >= signature.offset && beginning.substr(signature.offset, signature.bytes.size()) == signature.bytes)
      return signature.content;
  return nullptr;
}

/// Whether the bytes are text: no control characters but white space. UTF-8 and Latin-1 letters pass.
bool is_text(std::string_view beginning) {
  return std::none_of(beginning.begin(), beginning.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f') || byte == 0x7f;
  });
}

bool begins_with_word(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() && std::equal(lower_case.begin(), lower_case.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

std::string recognised_text(std::string_view whole) {
  std::string_view text = whole;
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);  // a byte-order mark
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (begins_with_word(text, "version https://git-lfs"))
    return "it is a git-lfs pointer, not the file it stands for: fetch that with `git lfs pull`";
  if (begins_with_word(text, "<!doctype html") || begins_with_word(text, "<html") || begins_with_word(text, "<head"))
    return "it is a page of HTML, as a download from a wrong address leaves it: fetch the file itself";
  if (begins_with_word(text, "<?xml") || begins_with_word(text, "<"))
    return "it is a page of XML, as a refused download leaves it: fetch the file itself";
  if (text.substr(0, 1) == "{" || text.substr(0, 1) == "[")
    return text.find("\"weight_map\"") != std::string_view::npos
               ? "it is the index of weights in several files, which are not read together: save them as one file"
               : "it is JSON text";
  return fmt::format("it is text that begins with '{}'", printable_beginning(text.substr(0, text.find_first_of("\r\n")), 60));
}

}  // namespace

std::string leading_bytes(const std::filesystem::path& path, size_t count) {
  std::error_code ignored;  // of a folder on the way that may not be searched: then it is no file either
  if (std::filesystem::is_directory(path, ignored)) throw DataError(fmt::format("cannot read '{}': it is a folder", path.string()));
  std::ifstream stream;
  if (std::filesystem::is_regular_file(path, ignored)) stream.open(path, std::ios::binary);
  std::string bytes(count, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(count));
  if (!stream.is_open() || stream.bad()) throw DataError(fmt::format("cannot read '{}'", path.string()));
  bytes.resize(static_cast<size_t>(stream.gcount()));
  return bytes;
}

std::string recognised_content(std::string_view beginning, uint64_t file_bytes, bool archives) {
  if (file_bytes == 0) return "it is empty, as a download or copy that was broken off leaves it";
  if (const char* content = find_signature(kSignatures, beginning)) return content;
  if (archives)
    if (const char* content = find_signature(kArchives, beginning)) return content;
  return is_text(beginning) ? recognised_text(beginning) : "";
}

std::string recognised_content(const std::filesystem::path& path, bool archives) {
  const std::string beginning = leading_bytes(path, kContentBytes);
  return recognised_content(beginning, beginning.size(), archives);
}

}  // namespace tnn
