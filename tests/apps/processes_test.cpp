#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "core/descriptor.h"
#include "small_training.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

constexpr const char* kNoData = "Fashion-MNIST is not installed (package dataset-fashion-mnist)";

std::string small_shared_training(const fs::path& out, int processes, int epochs = 2) {
  return small_training(out, epochs) + " --processes " + std::to_string(processes) + " --set data.workers=1";
}

/// The value of a variable in a process's environment.
std::string variable_of(const fs::path& process, const std::string& name) {
  std::ifstream stream(process / "environ", std::ios::binary);
  for (std::string entry; std::getline(stream, entry, '\0');)
    if (entry.rfind(name + "=", 0) == 0) return entry.substr(name.size() + 1);
  return "";
}

/// The processes that a launcher has started, by their ranks.
std::map<int, pid_t> ranks_of(pid_t launcher) {
  std::map<int, pid_t> ranks;
  std::ifstream stream("/proc/" + std::to_string(launcher) + "/task/" + std::to_string(launcher) + "/children");
  for (pid_t child = 0; stream >> child;)
    if (const std::string rank = variable_of("/proc/" + std::to_string(child), "RANK"); !rank.empty()) ranks[std::stoi(rank)] = child;
  return ranks;
}

/// Starts a training by --processes, waits until metrics.jsonl has some lines more than it had, and calls `then` with the launcher.
Outcome interrupted(const std::string& arguments, const fs::path& run, int lines, const std::function<void(pid_t launcher)>& then) {
  const TemporaryFolder folder;
  const int wanted = lines_in(run / "metrics.jsonl") + lines;
  const pid_t launcher =
      start_command("exec " TNN_PROGRAM " " + arguments + " --set training.log_steps=1", folder.path() / "out", folder.path() / "err");
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  int status = 0;
  while (std::chrono::steady_clock::now() < give_up && lines_in(run / "metrics.jsonl") < wanted) {
    if (waitpid(launcher, &status, WNOHANG) != 0)
      return {WEXITSTATUS(status), read_file(folder.path() / "out"), read_file(folder.path() / "err")};
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  then(launcher);
  const int code = wait_for(launcher);
  return {code, read_file(folder.path() / "out"), read_file(folder.path() / "err")};
}

int free_port() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* place = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(socket.number(), place, size) == 0);
  REQUIRE(::getsockname(socket.number(), place, &size) == 0);
  return ntohs(address.sin_port);
}

/// Runs one command a rank as torchrun starts them, each with its own environment; their outcomes.
std::vector<Outcome> run_as_ranks(const std::vector<std::string>& commands) {
  const TemporaryFolder folder;
  const std::string port = std::to_string(free_port()), size = std::to_string(commands.size());
  std::vector<pid_t> processes;
  for (size_t rank = 0; rank < commands.size(); ++rank) {
    const std::string number = std::to_string(rank);
    processes.push_back(start_command("RANK=" + number + " WORLD_SIZE=" + size + " LOCAL_RANK=" + number + " LOCAL_WORLD_SIZE=" + size +
                                          " MASTER_ADDR=127.0.0.1 MASTER_PORT=" + port + " exec " + commands[rank],
                                      folder.path() / ("out" + number), folder.path() / ("err" + number)));
  }
  std::vector<Outcome> outcomes;
  for (size_t rank = 0; rank < commands.size(); ++rank) {
    const int code = wait_for(processes[rank]);
    const std::string number = std::to_string(rank);
    outcomes.push_back({code, read_file(folder.path() / ("out" + number)), read_file(folder.path() / ("err" + number))});
  }
  return outcomes;
}

}  // namespace

TEST_CASE("processes on one machine train together: one run folder, a log for each, no image counted twice") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const Outcome outcome = tnn_run(small_shared_training(run, 3) + " --set training.log_steps=1 --format csv");
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const auto curve = nlohmann::json::parse(read_file(run / "curve.json"));
  CHECK(curve.dump().find("\"images\":200") != std::string::npos);
  CHECK_THAT(read_file(run / "log.rank1.txt"), ContainsSubstring("rank 1 of 3") && ContainsSubstring("epoch 2/2"));
  CHECK(fs::exists(run / "log.rank2.txt"));
  CHECK_FALSE(fs::exists(run / "log.rank0.txt"));
  CHECK_THAT(read_file(run / "log.txt"), ContainsSubstring("rank 0 of 3"));
  std::istringstream metrics(read_file(run / "metrics.jsonl"));
  int steps = 0;
  for (std::string line; std::getline(metrics, line);)
    if (const auto json = nlohmann::json::parse(line); json.contains("exchanged_bytes")) {
      ++steps;
      CHECK(json.at("exchanged_bytes") > 1000);
    }
  CHECK(steps == 2 * 26);
  CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 5);  // rank 0 alone prints: a header and four points
  const Outcome again = tnn_run(small_shared_training(run, 2));
  CHECK(again.code == 2);
  CHECK_THAT(again.err, ContainsSubstring("holds a run already"));
  CHECK(again.err.find("holds a run already") == again.err.rfind("holds a run already"));  // told once
  CHECK(tnn_run(small_shared_training(run, 2, 3) + " --overwrite").code == 0);
  CHECK_FALSE(fs::exists(run / "log.rank2.txt"));
}

TEST_CASE("a run goes on with another number of processes, and with one, in the same order of samples") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const auto stop = [](pid_t launcher) { kill(launcher, SIGTERM); };
  for (const int processes : {3, 2, 1}) {
    const Outcome stopped = interrupted(small_shared_training(run, processes) + " --resume", run, 4, stop);
    INFO(stopped.err);
    CHECK(stopped.code == 75);
  }
  REQUIRE(tnn_run(small_shared_training(run, 2) + " --resume --set training.log_steps=1").code == 0);
  std::istringstream metrics(read_file(run / "metrics.jsonl"));
  int64_t step = 0;
  for (std::string line; std::getline(metrics, line);)
    if (const auto json = nlohmann::json::parse(line); !json.contains("epoch_loss")) CHECK(json.at("step") == ++step);
  CHECK(step == 2 * 26);
}

TEST_CASE("ranks are killed at random moments, the others end with 75, and resumed runs have the weights of one left alone") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const char* asked = std::getenv("TNN_KILLS");
  const int kills = asked ? std::atoi(asked) : 6;
  const TemporaryFolder folder;
  const auto straight = folder.path() / "straight", killed = folder.path() / "killed";
  REQUIRE(tnn_run(small_shared_training(straight, 3)).code == 0);
  const std::string resume = small_shared_training(killed, 3) + " --resume --set training.checkpoint_steps=1";
  std::mt19937 random(7);
  int done = 0;
  for (int i = 0; i < kills; ++i) {
    const int rank = static_cast<int>(random() % 3), delay = static_cast<int>(random() % 30);
    const Outcome outcome = interrupted(resume, killed, kills > 20 ? 1 : 4, [&](pid_t launcher) {
      std::this_thread::sleep_for(std::chrono::milliseconds(delay));
      const auto ranks = ranks_of(launcher);
      if (ranks.count(rank)) kill(ranks.at(rank), SIGKILL);
    });
    INFO("kill " << i << " of rank " << rank << ": " << outcome.err);
    if (outcome.code == 0) break;  // it ended before
    ++done;
    CHECK(outcome.code == 75);
    CHECK_THAT(outcome.err, ContainsSubstring("rank " + std::to_string(rank) + " was ended by signal 9"));
  }
  CHECK(done >= std::min(kills, 6));
  std::cout << done << " kills\n";
  REQUIRE(tnn_run(resume).code == 0);
  CHECK(tensors_of(straight / "model.safetensors") == tensors_of(killed / "model.safetensors"));
  CHECK(tensors_of(straight / "checkpoints/last.safetensors") == tensors_of(killed / "checkpoints/last.safetensors"));
}

TEST_CASE("a signal that one rank alone has got stops all after one checkpoint") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  for (const auto& [signal, rank] : {std::pair{SIGUSR1, 1}, {SIGTERM, 0}}) {
    const Outcome outcome = interrupted(small_shared_training(run, 2, 25) + " --resume", run, 3, [&](pid_t launcher) {
      const auto ranks = ranks_of(launcher);
      REQUIRE(ranks.size() == 2);
      kill(ranks.at(rank), signal);
    });
    INFO(outcome.err);
    CHECK(outcome.code == 75);
    CHECK_THAT(outcome.err, ContainsSubstring("stopped by SIG") && ContainsSubstring("--resume"));
    CHECK(fs::exists(run / "checkpoints/last.safetensors"));
  }
}

TEST_CASE("a rank that hangs is found within run.timeout_seconds, and ended when the others have") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const Outcome outcome = interrupted(small_shared_training(run, 2, 25) + " --set run.timeout_seconds=5", run, 3, [&](pid_t launcher) {
    const auto ranks = ranks_of(launcher);
    REQUIRE(ranks.size() == 2);
    kill(ranks.at(1), SIGSTOP);
  });
  INFO(outcome.err);
  CHECK(outcome.code == 75);
  CHECK_THAT(outcome.err, ContainsSubstring("rank 0 of 2") && ContainsSubstring("within 5 s") && ContainsSubstring("checkpoint"));
  CHECK(tnn_run(small_shared_training(run, 2, 2) + " --resume").code == 2);  // other epochs: refused, which reads the checkpoint
}

TEST_CASE("processes with another recipe, other data or another program are refused at the start, with both digests") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const std::string training = TNN_PROGRAM " " + small_training(run);
  fs::copy_file(TNN_PROGRAM, folder.path() / "tnn");
  std::ofstream(folder.path() / "tnn", std::ios::app) << "x";
  for (const auto& [what, other] :
       {std::pair<std::string, std::string>{"recipe", training + " --set training.learning_rate=0.01"},
        {"data set", training + " --set data.train_limit=1901"},
        {"program", "env TNN_DATASETS=" TNN_SOURCE_DIR "/datasets " + (folder.path() / "tnn").string() + " " + small_training(run)}}) {
    const auto outcomes = run_as_ranks({training, other});
    INFO(outcomes[0].err << outcomes[1].err);
    CHECK(outcomes[0].code == 2);
    CHECK(outcomes[1].code == 2);
    CHECK_THAT(outcomes[0].err, ContainsSubstring("rank 1 has another"));
    CHECK(outcomes[1].err.empty());
    CHECK_FALSE(fs::exists(run));
  }
  const auto same = run_as_ranks({training, training});
  INFO(same[0].err << same[1].err);
  CHECK(same[0].code == 0);
  CHECK(same[1].code == 0);
  CHECK(same[1].out.empty());
}

TEST_CASE("a launcher beside --processes, and fewer samples in a batch than processes, are usage errors") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const std::string training = small_training(folder.path() / "run");
  const Outcome twice =
      run_command("RANK=0 WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=1 " TNN_PROGRAM " " + training + " --processes 2");
  CHECK(twice.code == 2);
  CHECK_THAT(twice.err, ContainsSubstring("torchrun has started 2 processes"));
  const Outcome missing = run_command("RANK=0 WORLD_SIZE=2 " TNN_PROGRAM " " + training);
  CHECK(missing.code == 2);
  CHECK_THAT(missing.err, ContainsSubstring("MASTER_ADDR"));
  const Outcome few =
      tnn_run(small_shared_training(folder.path() / "run", 3) + " --set training.batch_size=2 --set training.u_prior=uniform");
  CHECK(few.code == 2);
  CHECK_THAT(few.err, ContainsSubstring("a batch of 2 images for 3 processes"));
}
