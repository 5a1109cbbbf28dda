#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "small_training.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

std::string comparison(const fs::path& out) {
  std::string command = small_training(out, 1);
  command.replace(0, std::string("train").size(), "compare");
  return command + " --set output.tensorboard=false --u 0.25,1 --seeds 2 -q";
}

}  // namespace

TEST_CASE("a network is compared with static ones of its widths, seed by seed, and a stopped comparison goes on") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST is not installed");
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "compared";
  const Outcome compared = tnn_run(comparison(out) + " --format json");
  INFO(compared.err);
  REQUIRE(compared.code == 0);
  const auto rows = nlohmann::json::parse(compared.out);
  REQUIRE(rows.size() == 2);
  for (const auto& row : rows) {
    CHECK(row.at("difference").get<double>() == Approx(row.at("throttleable").get<double>() - row.at("static").get<double>()).margin(1e-9));
    CHECK(row.at("low").get<double>() <= row.at("difference").get<double>());
    CHECK(row.at("seeds") == 2);
  }
  CHECK(rows[0].at("macs").get<int64_t>() < rows[1].at("macs").get<int64_t>());
  const auto whole = nlohmann::json::parse(read_file(out / "seed-1" / "throttleable" / "curve.json"));
  CHECK(whole.at("points").size() == 2);
  CHECK(whole.at("points")[0].at("macs") == rows[0].at("macs"));  // the static net has the operating point's widths
  const auto written = nlohmann::json::parse(read_file(out / "compare.json"));
  CHECK(written.at("rows")[1].at("static").size() == 2);

  CHECK(tnn_run(comparison(out)).code == 2);
  fs::remove_all(out / "seed-2" / "static-1");
  const Outcome again = tnn_run(comparison(out) + " --resume --format json");
  INFO(again.err);
  CHECK(again.code == 0);
  CHECK(again.out == compared.out);
  const Outcome outside = tnn_run(comparison(folder.path() / "other") + " --u 0.5,1.5");
  CHECK(outside.code == 2);
  CHECK_THAT(outside.err, ContainsSubstring("1.5"));
}
