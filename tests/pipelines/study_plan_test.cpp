#include "pipelines/study_plan.h"

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

TEST_CASE("the seeds of a study are ranges and lists of numbers") {
  CHECK(parse_seeds("1-3") == std::vector<int64_t>{1, 2, 3});
  CHECK(parse_seeds("7") == std::vector<int64_t>{7});
  CHECK(parse_seeds("4,1-2, 9") == std::vector<int64_t>{1, 2, 4, 9});
  for (const char* wrong : {"", "a", "3-1", "1-", "-1", "1,,2", "1.5", "0-100000"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(parse_seeds(wrong), ContainsSubstring("--seeds") && ContainsSubstring("allowed"));
  }
}

TEST_CASE("a key of a grid has values that may be lists themselves") {
  const GridKey plain = parse_grid_key("training.u_prior=[uniform, chunks]");
  CHECK(plain.key == "training.u_prior");
  CHECK(plain.values == std::vector<std::string>{"uniform", "chunks"});
  CHECK(parse_grid_key("training.u_list=[[0.5,1],[1]]").values == std::vector<std::string>{"[0.5,1]", "[1]"});
  CHECK(parse_grid_key("output.name=[\"a,b\",c]").values == std::vector<std::string>{"\"a,b\"", "c"});
  for (const char* wrong : {"training.epochs", "training.epochs=3", "=[1]", "a=[]", "a=[1,]", "a=[1,1]", "a=[1"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(parse_grid_key(wrong), ContainsSubstring("--set-grid"));
  }
}

TEST_CASE("a study runs every combination with every seed, each in a folder of its own") {
  const std::vector<GridKey> grid{{"training.u_prior", {"uniform", "chunks"}}, {"model.stages", {"[\"8\", M]", "[\"16\", M]"}}};
  const auto runs = study_runs(grid, {1, 5});
  REQUIRE(runs.size() == 8);
  CHECK(runs.front().folder == "u_prior=uniform,stages=__8_,_M_/seed-1");
  CHECK(runs[1].values == runs.front().values);
  CHECK(runs[1].seed == 5);
  CHECK(runs.back().overrides == Recipe::Overrides{"training.u_prior=chunks", "model.stages=[\"16\", M]", "training.seed=5"});
  CHECK(setting_name(grid, runs.back().values) == "u_prior=chunks, stages=[\"16\", M]");
  const auto seeds_alone = study_runs({}, {1, 2});
  CHECK(seeds_alone.front().folder == "seed-1");
  CHECK(setting_name({}, seeds_alone.front().values).empty());
}
