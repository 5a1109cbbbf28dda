#include "pipelines/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <fstream>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"

namespace tnn {

std::filesystem::path RunFolder::default_path(const std::string& folder, const std::string& name, const std::string& recipe_name) {
  const std::string& chosen = name.empty() ? recipe_name : name;
  return std::filesystem::path(folder) / (chosen.empty() ? "run" : chosen);
}

bool RunFolder::holds_run() const {
  return std::filesystem::exists(recipe()) || std::filesystem::exists(checkpoints()) || std::filesystem::exists(curve());
}

void RunFolder::remove_run() const {
  std::error_code ignored;
  for (const auto& folder : {checkpoints(), events()}) {
    std::vector<std::filesystem::path> ours;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      const std::string name = entry.path().filename().string();
      if (entry.path().extension() == ".safetensors" || name.rfind("events.out.tfevents.", 0) == 0) ours.push_back(entry.path());
    }
    for (const auto& file : ours) std::filesystem::remove(file, ignored);
    std::filesystem::remove(folder, ignored);  // stays where it holds something else
  }
  for (const auto& file : {recipe(), metrics(), log(), curve()}) std::filesystem::remove(file, ignored);
  for (const char* name : {"curve.csv", "curve.h5", "curve.svg", "report.html", "model.safetensors"})
    std::filesystem::remove(path_ / name, ignored);
  const RunFolder learned(gates());
  if (!learned.holds_run()) return;
  learned.remove_run();
  std::filesystem::remove(learned.path(), ignored);
}

RunFolder RunFolder::open(const std::filesystem::path& path, Existing existing) {
  RunFolder folder(path);
  if (existing == Existing::refuse && folder.holds_run())
    throw UsageError(fmt::format("'{}' holds a run already: --resume goes on with it, --overwrite replaces it, --out takes another folder",
                                 path.string()));
  create_folder(path);
  folder.lock();
  if (existing == Existing::overwrite) folder.remove_run();
  return folder;
}

void RunFolder::lock() {
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  lock_ = std::shared_ptr<const int>(new int(descriptor), [](const int* d) {
    if (*d >= 0) ::close(*d);
    delete d;
  });
  // A file system without locks (some network ones) goes without.
  if (descriptor >= 0 && ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw UsageError(fmt::format("another process is running in '{}': wait for it or take another folder (--out)", path_.string()));
}

void LoggingProgress::message(const std::string& line) {
  std::ofstream stream(log_, std::ios::app);
  stream << utc_now() << " " << line << "\n";
  next_.message(line);
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace tnn
