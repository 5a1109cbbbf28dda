#include "pipelines/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <fstream>

#include "core/error.h"
#include "core/folder.h"
#include "core/printable.h"
#include "core/temporary_files.h"
#include "pipelines/run_files.h"

namespace tnn {

std::filesystem::path RunFolder::default_path(const std::string& folder, const std::string& name, const std::string& recipe_name) {
  const std::string& chosen = name.empty() ? recipe_name : name;
  return std::filesystem::path(folder) / (chosen.empty() ? "run" : chosen);
}

bool RunFolder::holds_run() const {
  std::error_code fault;  // of a place that cannot be looked at: opening it tells
  const auto there = [&](const std::filesystem::path& file) { return std::filesystem::exists(file, fault); };
  return there(recipe()) || there(checkpoints() / "last.safetensors") || there(checkpoints() / "best.safetensors") || there(curve());
}

void RunFolder::remove_run() const {
  if (!holds_run()) return;
  std::error_code ignored;
  std::vector<std::shared_ptr<const Descriptor>> locks;  // a stage's training may run by itself
  for (const auto& stage : stages())
    if (std::filesystem::is_directory(stage, ignored)) locks.push_back(RunFolder(stage).lock());
  for (const auto& file : files_of_run(path_)) std::filesystem::remove(file, ignored);
  // Folders stay where they hold something else.
  const auto remove_empty = [&](const std::filesystem::path& folder) {
    remove_abandoned_files(folder);
    std::filesystem::remove(folder, ignored);
  };
  for (const auto& stage : stages())
    for (const auto& folder : {RunFolder(stage).checkpoints(), RunFolder(stage).events(), stage}) remove_empty(folder);
  remove_empty(checkpoints());
  remove_empty(events());
}

void RunFolder::remove_earlier_model(const std::string& name) const {
  std::error_code ignored;
  if (std::filesystem::exists(checkpoints() / "last.safetensors", ignored)) return;
  if (const auto model = model_of_run(path_); !model.empty() && std::filesystem::exists(recipe(), ignored))
    std::filesystem::remove(model, ignored);
  if (!name.empty() && is_trained_model(path_ / name)) std::filesystem::remove(path_ / name, ignored);
}

void RunFolder::check(const std::filesystem::path& path, Existing existing) {
  const RunFolder folder(path);
  if (existing == Existing::refuse && folder.holds_run())
    throw UsageError(fmt::format("'{}' holds a run already: --resume goes on with it, --overwrite replaces it, --out takes another folder",
                                 path.string()));
  check_folder_can_be_written(path);
  std::error_code fault;
  if (std::filesystem::is_directory(path, fault)) folder.lock();
}

RunFolder RunFolder::open(const std::filesystem::path& path, Existing existing, const std::string& model) {
  check(path, existing);
  create_folder(path);
  RunFolder folder(path);
  folder.lock_ = folder.lock();
  for (const auto& place : {path, folder.checkpoints()}) remove_abandoned_files(place);
  if (existing == Existing::overwrite) folder.remove_run();
  if (existing != Existing::refuse) folder.remove_earlier_model(model);
  return folder;
}

std::shared_ptr<const Descriptor> RunFolder::lock() const {
  const auto folder = std::make_shared<const Descriptor>(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A file system without locks (some network ones) goes without.
  if (folder->is_open() && ::flock(folder->number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw UsageError(fmt::format("another process is running in '{}': wait for it or take another folder (--out)", path_.string()));
  return folder;
}

void LoggingProgress::message(const std::string& line) {
  std::ofstream stream(log_, std::ios::app);
  stream << utc_now() << " " << printable_line(line) << "\n";
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
