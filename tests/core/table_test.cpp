#include "core/table.h"

#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

namespace {
const Table kCurve{{"u", "accuracy", "note"}, {{"0.25", "71.5", "a|b"}, {"1", "", "say \"hi\", twice"}}, {true, true}};
}

TEST_CASE("a text table aligns words left and numbers right without trailing spaces") {
  CHECK(format_table(kCurve, TableFormat::text) ==
        "   u  accuracy  note\n"
        "0.25      71.5  a|b\n"
        "   1            say \"hi\", twice\n");
  const Table umlaut{{"name", "x"}, {{"größe", "1"}, {"abcde", "2"}}};
  CHECK_THAT(format_table(umlaut, TableFormat::text), ContainsSubstring("größe  1\nabcde  2\n"));
}

TEST_CASE("a markdown table escapes bars and marks numeric columns") {
  CHECK(format_table(kCurve, TableFormat::md) ==
        "|    u | accuracy | note            |\n"
        "|-----:|---------:|-----------------|\n"
        "| 0.25 |     71.5 | a\\|b            |\n"
        "|    1 |          | say \"hi\", twice |\n");
}

TEST_CASE("a CSV field with a comma, a quote or a line break is quoted") {
  CHECK(format_table(kCurve, TableFormat::csv) == "u,accuracy,note\n0.25,71.5,a|b\n1,,\"say \"\"hi\"\", twice\"\n");
  CHECK(format_table({{"a"}, {{"two\nlines"}}}, TableFormat::csv) == "a\n\"two\nlines\"\n");
}

TEST_CASE("a JSON table is an array of objects whose numeric cells are numbers, and null where empty") {
  const auto json = nlohmann::json::parse(format_table(kCurve, TableFormat::json));
  REQUIRE(json.size() == 2);
  CHECK(json[0]["u"] == 0.25);
  CHECK(json[1]["u"] == 1);
  CHECK(json[1]["accuracy"].is_null());
  CHECK(json[1]["note"] == "say \"hi\", twice");
}

TEST_CASE("a table without rows is still a table in every format") {
  const Table empty{{"a", "b"}, {}};
  CHECK(format_table(empty, TableFormat::text) == "a  b\n");
  CHECK(format_table(empty, TableFormat::csv) == "a,b\n");
  CHECK(format_table(empty, TableFormat::json) == "[]\n");
}

TEST_CASE("a ragged row is a programmer's error and an unknown format a usage error") {
  CHECK_THROWS_AS(format_table({{"a", "b"}, {{"1"}}}, TableFormat::csv), std::logic_error);
  CHECK(table_format("md") == TableFormat::md);
  CHECK_THROWS_WITH(table_format("jsn"), ContainsSubstring("did you mean 'json'"));
}
