#include "report/report_pictures.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "core/error.h"
#include "report/markup.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr uintmax_t kMostBytes = 8 << 20;
constexpr const char* kBench = "bench.svg";

bool is_of_run(const fs::path& picture, const fs::path& recipe) {
  std::error_code fault;
  const auto begun = fs::last_write_time(recipe, fault);
  return fault || fs::last_write_time(picture, fault) >= begun;
}

/// As it may stand in an address (RFC 3986).
std::string percent_encoded(const std::string& bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' ||
                       byte == '.' || byte == '_' || byte == '~' || byte == '/' || byte == ',' || byte == ':' || byte == ';' || byte == '=';
    if (plain)
      text += static_cast<char>(byte);
    else
      text += fmt::format("%{:02X}", byte);
  }
  return text;
}

}  // namespace

std::vector<ReportPicture> pictures_of_run(const fs::path& folder) {
  std::vector<ReportPicture> pictures;
  std::error_code fault;
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault)) {
    const fs::path& path = entry->path();
    std::error_code unreadable;
    if (path.extension() != ".svg" || path.filename() == "curve.svg" || !fs::is_regular_file(path, unreadable)) continue;
    if (fs::file_size(path, unreadable) > kMostBytes || unreadable || !is_of_run(path, folder / "recipe.resolved.yaml")) continue;
    try {
      pictures.push_back({path.filename().string(), read_file(path)});
    } catch (const Error&) {
      continue;  // the report is of the curve: it does without
    }
  }
  std::ranges::sort(pictures, {}, [](const ReportPicture& picture) { return std::pair(picture.file != kBench, picture.file); });
  return pictures;
}

std::string pictures_section(const std::vector<ReportPicture>& pictures) {
  if (pictures.empty()) return "";
  std::string html = "<section>\n<h2>Measured while it ran</h2>\n";
  for (const ReportPicture& picture : pictures)
    html += fmt::format(
        "<div class=\"card\"><img class=\"picture\" alt=\"{0}\" src=\"data:image/svg+xml,{1}\"/><p class=\"muted\">{0}</p></div>\n",
        escape_markup(picture.file), percent_encoded(picture.svg));
  return html + "</section>\n";
}

}  // namespace tnn
