#include "pipelines/study.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "core/error.h"
#include "core/folder.h"
#include "core/interruption.h"
#include "core/processor.h"
#include "core/read_file.h"
#include "distributed/own_program.h"
#include "distributed/rendezvous.h"
#include "pipelines/run_folder.h"
#include "pipelines/settings/settings.h"

namespace tnn {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::milliseconds kLook{50};

Recipe::Overrides overrides_of(const StudyOptions& options, const StudyRun& run) {
  Recipe::Overrides overrides = options.overrides;
  overrides.insert(overrides.end(), run.overrides.begin(), run.overrides.end());
  return overrides;
}

/// A resolved recipe without its section `run`, which says how, not what, to compute.
std::string without_machine(const std::string& yaml) {
  const size_t begin = yaml.find("\nrun:");
  if (begin == std::string::npos) return yaml;
  size_t end = begin + 1;
  do end = yaml.find('\n', end + 1);
  while (end != std::string::npos && end + 1 < yaml.size() && yaml[end + 1] == ' ');
  return yaml.substr(0, begin) + (end == std::string::npos ? "" : yaml.substr(end));
}

/// Whether a run has come to its end. UsageError where its folder holds a run of another recipe.
bool is_finished(const StudyOptions& options, const StudyRun& run) {
  const RunFolder folder(options.out / run.folder);
  const Settings settings = read_settings(Recipe::load(options.recipe, overrides_of(options, run)));
  if (fs::exists(folder.recipe()) && without_machine(read_file(folder.recipe())) != without_machine(settings.resolved_yaml))
    throw UsageError(fmt::format("'{}' holds a run of another recipe or other settings (allowed: another --out)", folder.path().string()));
  return fs::exists(folder.curve());
}

std::vector<std::string> words_of(const StudyOptions& options, const StudyRun& run, int threads) {
  std::vector<std::string> words{
      own_words().front(), "train", options.recipe.string(), "--quiet", "--resume", "--out", (options.out / run.folder).string()};
  words.insert(words.end(), {"--set", fmt::format("run.threads={}", threads)});
  for (const std::string& one : overrides_of(options, run)) words.insert(words.end(), {"--set", one});
  return words;
}

/// Runs that are under way, by their processes.
using Running = std::map<pid_t, const StudyRun*>;

/// The variables of a launcher of this process are not those of its runs.
std::map<std::string, std::string> environment_alone() {
  return {{"RANK", "0"}, {"WORLD_SIZE", "1"}, {"LOCAL_RANK", "0"}, {"LOCAL_WORLD_SIZE", "1"}, {kRendezvousFile, "/dev/null"}};
}

/// Waits for one of them to end. Passes a request to stop on to all, once.
std::pair<const StudyRun*, int> wait_for_one(Running& running, bool& passed_on) {
  while (true) {
    int status = 0;
    const auto found = running.find(::waitpid(-1, &status, WNOHANG));
    if (found != running.end()) {
      const StudyRun* run = found->second;
      running.erase(found);
      return {run, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
    }
    if (interruption_signal() != 0 && !passed_on) {
      passed_on = true;
      for (const auto& [process, run] : running) ::kill(process, interruption_signal());
    }
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

void run_study(const StudyOptions& options, Progress& progress) {
  const std::vector<StudyRun> runs = study_runs(options.grid, options.seeds);
  if (options.only && (*options.only < 0 || *options.only >= static_cast<int64_t>(runs.size())))
    throw UsageError(fmt::format("--run {}: the study has the runs 0 to {}", *options.only, runs.size() - 1));
  std::vector<const StudyRun*> waiting;
  for (size_t i = 0; i < runs.size(); ++i)
    if ((!options.only || static_cast<int64_t>(i) == *options.only) && !is_finished(options, runs[i])) waiting.push_back(&runs[i]);
  const int threads = std::max(1, available_processors() / options.jobs);
  Running running;
  const StudyRun* failed = nullptr;
  int code = 0;
  bool passed_on = false;
  for (auto next = waiting.begin(); next != waiting.end() || !running.empty();) {
    if (next != waiting.end() && !failed && interruption_signal() == 0 && running.size() < static_cast<size_t>(options.jobs)) {
      const fs::path folder = options.out / (*next)->folder;
      create_folder(folder);
      progress.message(fmt::format("{} of {}: {}", next - waiting.begin() + 1, waiting.size(), folder.string()));
      running[start_own_program(words_of(options, **next, threads), environment_alone(), folder / "study.log")] = *next;
      ++next;
    } else if (running.empty()) {
      break;
    } else if (const auto [run, ended] = wait_for_one(running, passed_on); ended != 0 && !failed) {
      failed = run, code = ended;
    }
  }
  if (interruption_signal() != 0)
    throw Interrupted(fmt::format("stopped by {}: the same command goes on", signal_name(interruption_signal())));
  if (failed)
    throw Error(static_cast<ExitCode>(code),
                fmt::format("'{}' ended with code {}: its study.log says why", (options.out / failed->folder).string(), code));
}

std::string study_list(const StudyOptions& options) {
  std::string text;
  const std::vector<StudyRun> runs = study_runs(options.grid, options.seeds);
  for (size_t i = 0; i < runs.size(); ++i) text += fmt::format("{} {}\n", i, (options.out / runs[i].folder).string());
  return text;
}

}  // namespace tnn
