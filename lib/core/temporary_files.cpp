#include "core/temporary_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <fstream>
#include <vector>

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kLongestStem = 200;  ///< of a file's name in its temporary one: names end at 255 bytes
constexpr std::string_view kSuffix = ".tmp";

/// A path in memory of its own, so that a signal handler finds it whole; taken in turn, so that a slot is not soon another's.
struct Slot {
  std::atomic<bool> taken{false}, filled{false};
  char path[PATH_MAX];
};
constexpr int kSlots = 64;
std::array<Slot, kSlots> slots;
std::atomic<unsigned> next_slot{0};

/// Of what this program writes. Other programs have such names, too.
bool is_output_name(const std::string& name) {
  for (const char* extension : {".safetensors", ".onnx", ".npy", ".h5", ".json", ".jsonl", ".csv", ".svg", ".html", ".yaml"})
    if (fs::path(name).extension() == extension) return true;
  return false;
}

/// The process that a temporary file's name names, or 0 where it is none of ours.
pid_t owner_of(const std::string& name) {
  if (name.size() < kSuffix.size() + 4 || name.front() != '.' || name.substr(name.size() - kSuffix.size()) != kSuffix) return 0;
  const size_t end = name.size() - kSuffix.size(), dot = name.rfind('.', end - 1);
  pid_t pid = 0;
  const auto parsed = std::from_chars(name.data() + dot + 1, name.data() + end, pid);
  if (dot == 0 || parsed.ec != std::errc() || parsed.ptr != name.data() + end) return 0;
  const std::string whole = name.substr(1, dot - 1);
  return is_output_name(whole) || owner_of(whole) == pid ? pid : 0;  // one within the other: of a file that is read back before it is done
}

/// The name of the program that a process runs; empty where the system does not say.
std::string program_of(const std::string& process) {
  std::ifstream stream("/proc/" + process + "/comm");
  std::string name;
  std::getline(stream, name);
  return name;
}

/// Whether the process may be one that writes such files: it is alive, is not this one, and runs the same program (numbers are used again).
bool may_be_at_work(pid_t pid) {
  if (pid == ::getpid() || (::kill(pid, 0) != 0 && errno == ESRCH)) return false;
  const std::string program = program_of(fmt::format("{}", pid));
  return program.empty() || program == program_of("self");
}

/// On a file system that several machines share, the lock is what says that a process of another one is at work.
bool is_locked(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (descriptor < 0) return true;
  const bool free = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return !free;
}

}  // namespace

fs::path temporary_name(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  return folder / fmt::format(".{}.{}{}", path.filename().string().substr(0, kLongestStem), ::getpid(), kSuffix);
}

RemovedAtSuddenEnd::RemovedAtSuddenEnd(const fs::path& path) {
  const std::string& text = path.native();
  if (text.size() >= PATH_MAX) return;
  for (int tried = 0; tried < kSlots; ++tried) {
    const auto slot = static_cast<int>(next_slot.fetch_add(1) % kSlots);
    Slot& chosen = slots[static_cast<size_t>(slot)];
    if (chosen.taken.exchange(true)) continue;
    std::memcpy(chosen.path, text.c_str(), text.size() + 1);
    chosen.filled.store(true, std::memory_order_release);
    slot_ = slot;
    return;
  }
}

RemovedAtSuddenEnd::~RemovedAtSuddenEnd() {
  if (slot_ < 0) return;
  Slot& slot = slots[static_cast<size_t>(slot_)];
  slot.filled.store(false);
  slot.taken.store(false);
}

void remove_at_sudden_end() noexcept {
  for (Slot& slot : slots)
    if (slot.filled.load(std::memory_order_acquire)) ::unlink(slot.path);
  for (Slot& slot : slots)
    if (slot.filled.load(std::memory_order_acquire)) ::rmdir(slot.path);
}

void remove_abandoned_files(const fs::path& folder) {
  std::error_code fault;
  std::vector<fs::path> abandoned;
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault)) {
    const pid_t pid = owner_of(entry->path().filename().string());
    std::error_code ignored;
    if (pid > 0 && entry->symlink_status(ignored).type() == fs::file_type::regular && !may_be_at_work(pid))
      abandoned.push_back(entry->path());
  }
  for (const fs::path& path : abandoned)
    if (!is_locked(path)) ::unlink(path.c_str());
}

}  // namespace tnn
