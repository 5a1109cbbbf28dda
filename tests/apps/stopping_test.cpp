#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/descriptor.h"
#include "small_training.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

constexpr int kLong = 25;  ///< epochs of a training that does not end before a signal comes
constexpr const char* kNoData = "Fashion-MNIST is not installed (package dataset-fashion-mnist)";

/// Every step has its line once, in order, and every epoch, at the step of its end.
void check_metrics(const fs::path& run, int64_t epochs) {
  std::istringstream metrics(read_file(run / "metrics.jsonl"));
  int64_t step = 0, epoch = 0;
  for (std::string line; std::getline(metrics, line);) {
    const auto json = nlohmann::json::parse(line);
    if (json.contains("epoch_loss")) {
      CHECK(json.at("step") == step);
      CHECK(json.at("epoch") == ++epoch);
    } else {
      CHECK(json.at("step") == ++step);
    }
  }
  CHECK(epoch == epochs);
  CHECK(step >= 30);
}

}  // namespace

TEST_CASE("a training killed three times and resumed has the same weights as one that was left alone") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto straight = folder.path() / "straight", killed = folder.path() / "killed";
  REQUIRE(tnn_run(small_training(straight)).code == 0);
  const std::string resume = small_training(killed) + " --resume --set training.checkpoint_steps=4";
  CHECK(stop_after(resume, killed, 6, SIGKILL) == 128 + SIGKILL);
  CHECK(stop_after(resume + " --set data.workers=2", killed, 14, SIGKILL) == 128 + SIGKILL);
  CHECK(stop_after(resume + " --set data.workers=0", killed, 33, SIGKILL) == 128 + SIGKILL);
  REQUIRE(tnn_run(resume + " --set training.log_steps=1").code == 0);
  CHECK(tensors_of(straight / "model.safetensors") == tensors_of(killed / "model.safetensors"));
  CHECK(tensors_of(straight / "checkpoints/last.safetensors") == tensors_of(killed / "checkpoints/last.safetensors"));
  check_metrics(killed, 2);
}

TEST_CASE("a kill at the end of an epoch loses no line of its metrics and repeats none") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  for (const char* steps : {"0", "1"}) {  // with 1 the last checkpoint before that end is of the same step
    const auto run = folder.path() / steps;
    const std::string resume = small_training(run) + " --resume --set training.checkpoint_steps=" + steps;
    const int epoch_line = 1710 / 64 + 1;
    CHECK(stop_after(resume, run, epoch_line, SIGKILL) == 128 + SIGKILL);
    REQUIRE(tnn_run(resume + " --set training.log_steps=1").code == 0);
    check_metrics(run, 2);
  }
}

TEST_CASE("SIGTERM, SIGHUP and SIGUSR1 exit with 75 and SIGINT with 130, after a checkpoint from which --resume goes on") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const std::string training = small_training(run, kLong) + " --resume";
  for (const auto& [signal, name, code] :
       {std::tuple{SIGTERM, "SIGTERM", 75}, {SIGHUP, "SIGHUP", 75}, {SIGUSR1, "SIGUSR1", 75}, {SIGINT, "SIGINT", 130}}) {
    const Stopped stopped = stop_training(training, run, 3, {signal});
    INFO(name << ": " << stopped.err);
    CHECK(stopped.code == code);
    CHECK_THAT(stopped.err, ContainsSubstring(std::string("stopped by ") + name) && ContainsSubstring("--resume"));
    CHECK(fs::exists(run / "checkpoints/last.safetensors"));
  }
  const Outcome other = tnn_run(training + " --set training.learning_rate=0.01");
  CHECK(other.code == 2);
  CHECK_THAT(other.err, ContainsSubstring("other settings"));
  CHECK(tnn_run(training + " --set training.log_steps=1").code == 0);
  check_metrics(run, kLong);
}

TEST_CASE("a closed terminal's second SIGHUP does not cut the checkpoint off, and ignored signals stay ignored") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const std::string training = small_training(run, kLong) + " --resume";
  CHECK(stop_training(training, run, 3, {SIGHUP, SIGHUP}).code == 75);
  for (const int ignored : {SIGINT, SIGHUP}) {
    const Stopped stopped = stop_training(training, run, 3, {ignored, SIGTERM}, "trap '' INT HUP; ");
    INFO(stopped.err);
    CHECK(stopped.code == 75);
    CHECK_THAT(stopped.err, ContainsSubstring("SIGTERM"));
  }
}

TEST_CASE("an export or a run that is stopped leaves nothing half-written") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto out = folder.path() / "out";
  fs::create_directories(out);
  const std::string export_all = "export " TNN_SOURCE_DIR "/recipes/quickstart.yaml --u distinct --out " + (out / "net.onnx").string();
  const pid_t child = start(export_all, folder.path() / "stdout", folder.path() / "stderr");
  while (std::none_of(fs::directory_iterator(out), fs::directory_iterator(),
                      [](const auto& entry) { return entry.path().extension() == ".onnx"; })) {
    REQUIRE(waitpid(child, nullptr, WNOHANG) == 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  kill(child, SIGTERM);
  CHECK(wait_for(child) == 75);
  CHECK_THAT(read_file(folder.path() / "stderr"), ContainsSubstring("stopped by SIGTERM"));
  for (const auto& entry : fs::directory_iterator(out)) CHECK(entry.path().extension() == ".onnx");
}

TEST_CASE("where the system starts no more threads a training goes on with fewer") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  if (::getuid() != 0) TNN_SKIP("only root can become a user with no process of its own");
  const TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::all);
  const std::string user = std::to_string(250000 + ::getpid() % 50000);
  write_file_atomically(folder.path() / "job",
                        "ulimit -u 1\nexec " TNN_PROGRAM " " + small_training(folder.path() / "run", 2, 8) + " --set data.workers=4\n");
  fs::permissions(folder.path() / "job", fs::perms::others_read, fs::perm_options::add);
  const Outcome outcome = run_command("timeout -s KILL 300 setpriv --reuid " + user + " --regid " + user + " --clear-groups bash " +
                                      (folder.path() / "job").string());
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK_THAT(read_file(folder.path() / "run/curve.json"), ContainsSubstring(", 1 thread"));
}

TEST_CASE("0 threads are those of the affinity mask") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  cpu_set_t before, one;
  REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
  CPU_ZERO(&one);
  int allowed = 0;
  while (!CPU_ISSET(allowed, &before)) ++allowed;
  CPU_SET(allowed, &one);
  REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
  const Outcome outcome = tnn_run(small_training(folder.path() / "run", 2, 0));
  REQUIRE(::sched_setaffinity(0, sizeof before, &before) == 0);
  CHECK(outcome.code == 0);
  CHECK_THAT(read_file(folder.path() / "run/curve.json"), ContainsSubstring(", 1 thread"));
}

TEST_CASE("where memory runs out one line says so") {
  const Outcome outcome = run_command("sh -c 'ulimit -v 6000000; exec " TNN_PROGRAM " train " TNN_SOURCE_DIR
                                      "/recipes/quickstart.yaml --dry-run --threads 1 --set \"model.hidden=[46000, 46000]\"'");
  INFO(outcome.err);
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err, ContainsSubstring("tnn: out of memory") && !ContainsSubstring("frame #"));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
}

TEST_CASE("progress on a terminal is redrawn within its width") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY));
  REQUIRE((master.is_open() && ::grantpt(master.number()) == 0 && ::unlockpt(master.number()) == 0));
  const std::string terminal = ::ptsname(master.number());
  const Descriptor slave(::open(terminal.c_str(), O_RDWR | O_NOCTTY));
  const pid_t child = start_command("stty cols 60 <" + terminal + "; TERM=xterm exec " TNN_PROGRAM " " +
                                        small_training(folder.path() / "run") + " --set data.train_limit=20000",
                                    folder.path() / "out", terminal);
  std::string shown;
  char bytes[4096];
  for (bool ended = false; !ended;) {
    ended = waitpid(child, nullptr, WNOHANG) != 0;
    ::fcntl(master.number(), F_SETFL, O_NONBLOCK);
    for (ssize_t count; (count = ::read(master.number(), bytes, sizeof bytes)) > 0;) shown.append(bytes, static_cast<size_t>(count));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::istringstream rows(shown);
  size_t redrawn = 0;
  const std::string start_of_row = "\x1b[K";
  for (std::string row; std::getline(rows, row, '\r');) {
    if (row.rfind(start_of_row, 0) != 0) continue;
    const std::string line = row.substr(start_of_row.size(), row.find('\n') - start_of_row.size());
    if (line.find("epoch 1/2: ") != std::string::npos && line.find("images") != std::string::npos) ++redrawn;
    if (line.find("images") != std::string::npos && line.find("epoch 1/2: loss") == std::string::npos) CHECK(line.size() < 60);
  }
  CHECK(redrawn > 0);
}
