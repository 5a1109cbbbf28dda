#include "report/metrics_log.h"

#include <cmath>
#include <limits>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;

TEST_CASE("metrics are one JSON object a line, there as soon as they are appended") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  MetricsLog log(path);
  log.append(20, 0.5, {{"loss", 0.75}, {"learning_rate", 0.1}});
  CHECK(read_file(path) == "{\"step\":20,\"epoch\":0.5,\"loss\":0.75,\"learning_rate\":0.1}\n");
  log.append(40, 1, {{"loss", std::numeric_limits<double>::quiet_NaN()}, {"gradient", std::numeric_limits<double>::infinity()}});
  CHECK_THAT(read_file(path), ContainsSubstring("{\"step\":40,\"epoch\":1.0,\"loss\":null,\"gradient\":null}\n"));
}

TEST_CASE("metrics read back in order, null as NaN") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  { MetricsLog(path).append(1, 0.1, {{"z", 1.5}, {"a", std::nan("")}}); }
  { MetricsLog(path).append(2, 0.2, {{"quote\"d", 3}}); }
  const auto records = MetricsLog::read(path);
  REQUIRE(records.size() == 2);
  CHECK(records[0].figures[0] == std::pair<std::string, double>{"z", 1.5});
  CHECK(std::isnan(records[0].figures[1].second));
  CHECK(records[1].step == 2);
  CHECK(records[1].epoch == 0.2);
  CHECK(records[1].figures[0].first == "quote\"d");
}

TEST_CASE("a line of metrics that is nested deeper than memory goes is refused by its number") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  const std::string deep = "{\"step\":2,\"x\":" + std::string(1000000, '[') + std::string(1000000, ']') + "}\n";
  write_file_atomically(path, "{\"step\":1,\"epoch\":0.1}\n" + deep);
  CHECK_THROWS_WITH(MetricsLog::read(path), ContainsSubstring("metrics.jsonl:2"));
}

TEST_CASE("truncating metrics drops later steps, half lines and damaged ones") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  const std::string first = "{\"step\":1,\"epoch\":0.1}\n", second = "{\"step\":2,\"epoch\":0.2,\"loss\":null}\n";
  write_file_atomically(path, first + std::string(3, '\0') + "\n" + second + "{\"step\":3,\"epoch\":0.3}\n{\"step\":2,\"epo");
  MetricsLog::keep_only(path, [](const MetricsRecord& record) { return record.step <= 2; });
  CHECK(read_file(path) == first + second);
  MetricsLog::keep_only(path, [](const MetricsRecord& record) { return record.step <= 0; });
  CHECK(read_file(path).empty());
  CHECK_NOTHROW(MetricsLog::keep_only(folder.path() / "absent", [](const MetricsRecord&) { return true; }));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "absent"));
}

TEST_CASE("a log opened after a crash drops the half line before it goes on") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  write_file_atomically(path, "{\"step\":1,\"epoch\":0.1}\n{\"step\":2");
  MetricsLog(path).append(2, 0.2, {});
  CHECK(read_file(path) == "{\"step\":1,\"epoch\":0.1}\n{\"step\":2,\"epoch\":0.2}\n");
}

TEST_CASE("a damaged line of metrics is a data error with its number, and a full disk a system error") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  write_file_atomically(path, "{\"step\":1,\"epoch\":0.1}\nnonsense\n");
  CHECK_THROWS_WITH(MetricsLog::read(path), ContainsSubstring("metrics.jsonl:2"));
  CHECK_THROWS_AS(MetricsLog::read(folder.path() / "absent"), DataError);
  MetricsLog full("/dev/full");
  CHECK_THROWS_AS(full.append(1, 0, {}), SystemError);
}
