#include <fstream>
#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "small_training.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

std::string study(const fs::path& out, const std::string& further) {
  std::string command = small_training(out, 1);
  command.replace(0, std::string("train").size(), "study");
  return command + " --set output.tensorboard=false --set data.workers=1 --seeds 1-2 -q " + further;
}

}  // namespace

TEST_CASE("a study trains each setting with each seed once, and shows means with intervals in a table and a figure") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST is not installed");
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "study";
  const std::string command = study(out, "--set-grid 'training.u_prior=[uniform,chunks]' --format json");
  const Outcome listed = tnn_run(command + " --list");
  CHECK(std::count(listed.out.begin(), listed.out.end(), '\n') == 4);
  CHECK_FALSE(fs::exists(out));
  CHECK(tnn_run(command + " --collect").code == 2);  // nothing there
  CHECK(tnn_run(command + " --run 4").code == 2);
  const Outcome one = tnn_run(command + " --run 1");
  INFO(one.err);
  REQUIRE(one.code == 0);
  CHECK(one.out.empty());
  CHECK(fs::exists(out / "u_prior=uniform" / "seed-2" / "curve.json"));
  CHECK_FALSE(fs::exists(out / "u_prior=uniform" / "seed-1"));
  const auto before = fs::last_write_time(out / "u_prior=uniform" / "seed-2" / "curve.json");

  const Outcome all = tnn_run(command + " --jobs 2");
  INFO(all.err);
  REQUIRE(all.code == 0);
  CHECK(fs::last_write_time(out / "u_prior=uniform" / "seed-2" / "curve.json") == before);  // not trained again
  const auto rows = nlohmann::json::parse(all.out);
  REQUIRE(rows.size() == 8);  // two priors, four operating points
  for (const auto& row : rows) {
    CHECK(row.at("seeds") == 2);
    CHECK(row.at("low").get<double>() <= row.at("top1").get<double>());
    CHECK(row.at("high").get<double>() >= row.at("top1").get<double>());
  }
  const auto written = nlohmann::json::parse(read_file(out / "study.json"));
  CHECK(written.at("finished") == 4);
  const auto curve = nlohmann::json::parse(read_file(out / "u_prior=chunks" / "seed-2" / "curve.json"));
  CHECK(written.at("rows")[4].at("results")[1] == curve.at("points")[0].at("top1"));
  CHECK_THAT(read_file(out / "study.svg"), ContainsSubstring("u_prior=chunks") && ContainsSubstring("u_prior=uniform"));
  CHECK(fs::exists(out / "study.csv"));

  const Outcome other = tnn_run(command + " --set training.learning_rate=0.01");
  CHECK(other.code == 2);
  CHECK_THAT(other.err, ContainsSubstring("another recipe"));
  const Outcome wrong = tnn_run(study(folder.path() / "other", "--set-grid 'training.u_prior=[uniform,none]'"));
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, ContainsSubstring("training.u_prior"));
  CHECK_FALSE(fs::exists(folder.path() / "other"));
}
