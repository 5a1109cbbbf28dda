#include "training/fingerprint.h"

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

TEST_CASE("a fingerprint tells what differs, a few values of many") {
  Fingerprint then{{{"training.epochs", "10"}, {"training.seed", "1"}}, {}};
  then.add_digest("the network", "aa");
  Fingerprint now = then;
  CHECK(fingerprint_difference(now, then) == "");
  now.values["training.epochs"] = "30";
  CHECK(fingerprint_difference(now, then) == "training.epochs is 30, was 10");
  now.add_digest("the network", "bb");
  CHECK_THAT(fingerprint_difference(now, then), ContainsSubstring("the network: not the same"));
  for (int i = 0; i < 20; ++i) now.values["key" + std::to_string(i)] = "x";
  CHECK_THAT(fingerprint_difference(now, then), ContainsSubstring("and 16 more"));
}

TEST_CASE("a checkpoint of a version that lacked a key fits its default and no other value") {
  const Fingerprint then{{{"a", "1"}}, {}};
  CHECK(fingerprint_difference({{{"a", "1"}, {"new", "0"}}, {"new"}}, then) == "");
  CHECK(fingerprint_difference({{{"a", "1"}, {"new", "5"}}, {}}, then) == "new is 5");
}

TEST_CASE("a fingerprint comes back from its JSON text, and damaged text is a data error") {
  Fingerprint fingerprint{{{"model.name", "\"vgg_w\""}, {"data.mean", "[0.1, 0.2]"}}, {}};
  fingerprint.add_digest("the data", "12");
  CHECK(fingerprint_from_json(fingerprint_to_json(fingerprint)).values == fingerprint.values);
  for (const char* damaged : {"", "[]", "{\"a\": 1}", "{"}) CHECK_THROWS_AS(fingerprint_from_json(damaged), DataError);
}
