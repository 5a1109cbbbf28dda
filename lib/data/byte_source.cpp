#include "data/byte_source.h"

namespace tnn {
namespace {

/// The forms that a file's name has at different mirrors: MNIST's come with a hyphen or a dot before "idx".
std::vector<std::string> spellings(const std::string& name) {
  std::vector<std::string> names{name};
  for (const auto& [from, to] : {std::pair{"-idx", ".idx"}, std::pair{".idx", "-idx"}})
    if (const size_t at = name.find(from); at != std::string::npos) names.push_back(std::string(name).replace(at, 4, to));
  return names;
}

}  // namespace

std::optional<std::filesystem::path> find_source(const std::filesystem::path& folder, const std::string& name) {
  for (const std::string& spelling : spellings(name))
    for (const char* suffix : {"", ".gz", ".xz"}) {
      const auto path = folder / (spelling + suffix);
      std::error_code ignored;
      if (std::filesystem::is_regular_file(path, ignored)) return path;
    }
  return std::nullopt;
}

SourceBytes read_source(const std::filesystem::path& path, ContentLimit limit) {
  InputFile file(path);
  if (path.extension() == ".gz") return {path, gzip_content(file, limit)};
  if (path.extension() == ".xz") return {path, xz_content(file, limit)};
  return {path, plain_content(file, limit)};
}

}  // namespace tnn
