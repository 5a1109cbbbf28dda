#include "core/json_text.h"

#include "catch_compat.h"

using namespace tnn;
using Json = nlohmann::json;

namespace {

std::string fault_of(const std::string& text) {
  try {
    parse_json<Json>(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("text that is no JSON is told by line and column and what stands there") {
  CHECK(fault_of(R"({"a": 1})").empty());
  CHECK(fault_of("") == "not JSON: line 1, column 1: it ends too early");
  CHECK(fault_of("{\"a\": 1") == "not JSON: line 1, column 8: it ends too early");
  CHECK(fault_of("{\n \"a\": x}") == "not JSON: line 2, column 7: unexpected 'x'");
  CHECK(fault_of("[1, 2]\n]") == "not JSON: line 2, column 1: unexpected ']'");
  CHECK(fault_of("[\"\x01\"]") == "not JSON: line 1, column 3: unexpected byte 0x01");
  CHECK(fault_of("[1e999]") == "a number that is too large");
}

TEST_CASE("every cut of a JSON text is refused without the name of the library") {
  const std::string text = R"({"name": "a \"b\" [{", "list": [1, 2.5, null, true, {"deep": []}]})";
  REQUIRE(fault_of(text).empty());
  for (size_t kept = 0; kept < text.size(); ++kept) {
    const std::string fault = fault_of(text.substr(0, kept));
    CHECK_THAT(fault, ContainsSubstring("not JSON: line 1, column "));
    CHECK(fault.find("json.exception") == std::string::npos);
  }
}

TEST_CASE("JSON is read down to a depth that recursion bears, and brackets in texts do not count") {
  CHECK(fault_of(nested(kDeepestJson)).empty());
  CHECK_THAT(fault_of(nested(kDeepestJson + 1)), ContainsSubstring("nested more than 100 deep, from byte 100 on"));
  CHECK_THAT(fault_of(nested(5000000)), ContainsSubstring("nested"));
  CHECK(fault_of("[\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"]").empty());
}

TEST_CASE("values of other types and missing keys are told without the library's codes") {
  const auto fault = [](const auto& read) -> std::string {
    try {
      read(Json::parse(R"({"a": 1, "b": []})"));
    } catch (const Json::exception& error) {
      return json_fault(error);
    }
    return "";
  };
  CHECK_THAT(fault([](const Json& j) { return j.at("c"); }), ContainsSubstring("'c' not found"));
  CHECK_THAT(fault([](const Json& j) { return j.at("a").get<std::string>(); }), ContainsSubstring("must be string, but is number"));
  CHECK_THAT(fault([](const Json& j) { return j.at("b").at("a"); }), ContainsSubstring("where an object is expected"));
  CHECK_THAT(fault([](const Json& j) { return j.at("a").value("x", 1); }), ContainsSubstring("where an object is expected"));
}
