#include "distributed/rendezvous.h"

#include <map>

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

namespace {

using Variables = std::map<std::string, std::string>;

Rendezvous found_in(const Variables& variables) {
  return find_rendezvous([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

const Variables kTorchrun{
    {"RANK", "5"},           {"WORLD_SIZE", "8"}, {"LOCAL_RANK", "1"}, {"LOCAL_WORLD_SIZE", "4"}, {"MASTER_ADDR", "node01"},
    {"MASTER_PORT", "29500"}};

const Variables kSrun{{"SLURM_PROCID", "3"},
                      {"SLURM_STEP_NUM_TASKS", "5"},
                      {"SLURM_LOCALID", "1"},
                      {"SLURM_NODEID", "1"},
                      {"SLURM_STEP_TASKS_PER_NODE", "2(x2),1"},
                      {"SLURM_STEP_NODELIST", "node[07-09]"},
                      {"SLURM_JOB_ID", "4711"},
                      {"SLURM_STEP_ID", "0"}};

}  // namespace

TEST_CASE("without a launcher's variables a process is alone") {
  CHECK(found_in({}).is_alone());
  CHECK(found_in({}).launcher.empty());
  // A batch script of Slurm is no task of a step.
  CHECK(found_in({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}, {"SLURM_JOB_ID", "1"}}).is_alone());
}

TEST_CASE("torchrun says rank, size, address and port, and its agent keeps the store of each attempt") {
  const Rendezvous found = found_in(kTorchrun);
  CHECK(found.rank == 5);
  CHECK(found.size == 8);
  CHECK(found.local_rank == 1);
  CHECK(found.local_size == 4);
  CHECK(found.spans_machines());
  CHECK(found.address == "node01");
  CHECK(found.port == 29500);
  CHECK_FALSE(found.agent_keeps_store);
  Variables elastic = kTorchrun;
  elastic["TORCHELASTIC_USE_AGENT_STORE"] = "True";
  elastic["TORCHELASTIC_RESTART_COUNT"] = "2";
  CHECK(found_in(elastic).agent_keeps_store);
  CHECK_THAT(found_in(elastic).prefix, ContainsSubstring("attempt_2"));
}

TEST_CASE("srun says rank and size, and rank 0 is on the first node of its list") {
  const Rendezvous found = found_in(kSrun);
  CHECK(found.rank == 3);
  CHECK(found.size == 5);
  CHECK(found.local_rank == 1);
  CHECK(found.local_size == 2);
  CHECK(found.address == "node07");
  CHECK(found.launcher == "srun");
  Variables other = kSrun;
  other["SLURM_JOB_ID"] = "4712";
  CHECK(found_in(other).port != found.port);
  other["SLURM_PROCID"] = "0";
  other["MASTER_PORT"] = "1234";
  other["MASTER_ADDR"] = "10.0.0.1";
  CHECK(found_in(other).port == 1234);
  CHECK(found_in(other).address == "10.0.0.1");
}

TEST_CASE("mpirun on one machine needs no address, and on several machines it does") {
  Variables mpirun{{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}, {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}};
  CHECK(found_in(mpirun).rank == 1);
  CHECK(found_in(mpirun).address == "127.0.0.1");
  mpirun["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1";
  CHECK_THROWS_WITH(found_in(mpirun), ContainsSubstring("MASTER_ADDR"));
}

TEST_CASE("the first host of a Slurm list") {
  CHECK(first_host("login") == "login");
  CHECK(first_host("login,node[1-2]") == "login");
  CHECK(first_host("node[03-05,9],login") == "node03");
  CHECK(first_host("rack[1,3]-gpu,other") == "rack1-gpu");
}

TEST_CASE("a launcher's variable that is missing or makes no sense is named") {
  for (const auto& [name, value] : {std::pair{"RANK", "8"}, {"WORLD_SIZE", "0"}, {"MASTER_PORT", "x"}, {"LOCAL_RANK", "-1"}}) {
    Variables wrong = kTorchrun;
    wrong[name] = value;
    CHECK_THROWS_AS(found_in(wrong), UsageError);
    CHECK_THROWS_WITH(found_in(wrong), ContainsSubstring(name) && ContainsSubstring("allowed"));
  }
  Variables without = kTorchrun;
  without.erase("MASTER_ADDR");
  CHECK_THROWS_WITH(found_in(without), ContainsSubstring("MASTER_ADDR"));
}
