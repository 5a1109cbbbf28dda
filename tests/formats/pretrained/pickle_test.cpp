#include "formats/pretrained/pickle.h"

#include "catch_compat.h"
#include "core/error.h"
#include "formats/pretrained/torch_writer.h"

using namespace tnn;

namespace {

using Kind = PickleValue::Kind;

/// What a checker says of the root of a pickle.
template <typename Check>
void with_root(const std::string& bytes, Check check) {
  size_t position = 0;
  const Pickle pickle(bytes, position, {"a.b"}, "x.pkl");
  CHECK(position == bytes.size());
  check(pickle.root());
}

void check_fails(const std::string& bytes, const std::string& why) {
  size_t position = 0;
  const std::vector<std::string> none;
  CHECK_THROWS_WITH(Pickle(bytes, position, none, "x.pkl"), ContainsSubstring("x.pkl") && ContainsSubstring(why));
}

}  // namespace

TEST_CASE("numbers of every size and sign are read") {
  const std::vector<std::pair<std::string, int64_t>> integers{{std::string("K\xff", 2), 255},
                                                              {std::string("M\x01\x02", 3), 513},
                                                              {std::string("J\xff\xff\xff\xff", 5), -1},
                                                              {std::string("\x8a\x00", 2), 0},
                                                              {std::string("\x8a\x01\x80", 3), -128},
                                                              {std::string("\x8a\x02\x80\x00", 4), 128},
                                                              {std::string("\x8b\x01\x00\x00\x00\x05", 6), 5}};
  for (const auto& [code, value] : integers)
    with_root(PickleWriter().op(code).finish(), [expected = value](const PickleValue& root) {
      CHECK(root.is(Kind::integer));
      CHECK(root.integer == expected);
    });
  with_root(PickleWriter().op(std::string("G\x3f\xf8\x00\x00\x00\x00\x00\x00", 9)).finish(),
            [](const PickleValue& root) { CHECK(root.real == 1.5); });
  with_root(PickleWriter().op("\x88").finish(), [](const PickleValue& root) { CHECK((root.is(Kind::boolean) && root.integer == 1)); });
}

TEST_CASE("containers keep their order, share what is memorised, and may contain themselves") {
  with_root(PickleWriter().op("](").text("a").op("q\x01").op("h\x01").op("N").op("e").finish(), [](const PickleValue& root) {
    REQUIRE(root.items.size() == 3);
    CHECK(root.items[0] == root.items[1]);
    CHECK(root.items[2]->is(Kind::none));
  });
  with_root(PickleWriter().op("]q").op(std::string(1, '\0')).op("h").op(std::string(1, '\0')).op("a").finish(),
            [](const PickleValue& root) { CHECK(root.items.at(0) == &root); });
  with_root(PickleWriter().op("}(").text("k").integer(1).text("k").integer(2).op("u").finish(), [](const PickleValue& root) {
    REQUIRE(root.find("k"));
    CHECK(root.find("k")->integer == 2);
    CHECK_FALSE(root.find("other"));
  });
  with_root(PickleWriter().global("collections", "OrderedDict").op("]((").text("k").integer(7).op("te\x85R").finish(),
            [](const PickleValue& root) {
              REQUIRE(root.find("k"));
              CHECK(root.find("k")->integer == 7);
            });
}

TEST_CASE("a call that is allowed is kept and not made") {
  with_root(PickleWriter().global("a", "b").integer(4).op("\x85R").text("state").op("b").finish(), [](const PickleValue& root) {
    REQUIRE(root.is_call("a.b", 1));
    CHECK_FALSE(root.is_call("a.b", 2));
    CHECK(root.arguments->items.at(0)->integer == 4);
    CHECK(root.state->text == "state");
  });
}

TEST_CASE("unknown globals that are kept are values without meaning, whatever is done with them") {
  const std::vector<std::string> objects{
      PickleWriter().global("argparse", "Namespace").op(")\x81}").text("lr").integer(1).op("sb").finish(),        // NEWOBJ, BUILD
      PickleWriter().global("pathlib", "PosixPath").text("a").text("b").op("\x86R").finish(),                     // REDUCE
      PickleWriter().global("enum", "Kind").integer(1).op("\x85}\x92").finish(),                                  // NEWOBJ_EX
      PickleWriter().op("(").global("old", "Style").integer(1).op("o").finish(),                                  // OBJ
      PickleWriter().op("(").integer(1).op("iold\nStyle\n").finish(),                                             // INST
      PickleWriter().global("mine", "List").op(")\x81(").integer(1).integer(2).op("e").finish(),                  // a list's class
      PickleWriter().global("mine", "Dict").op(")\x81").text("k").integer(2).op("s").finish(),                    // a dict's class
      PickleWriter().global("builtins", "getattr").global("mine", "Outer").text("Inner").op("\x86R)R").finish(),  // a call's call
      PickleWriter().global("builtins", "set").op("](").integer(1).op("e\x85R").finish()};
  for (const std::string& bytes : objects) {
    size_t position = 0;
    const Pickle pickle(bytes, position, {}, "x.pkl", UnknownGlobals::keep);
    CHECK(pickle.root().is(Kind::call));
    CHECK_FALSE(pickle.unknown_globals().empty());
    CHECK(position == bytes.size());
    position = 0;
    const std::vector<std::string> none;
    CHECK_THROWS_AS(Pickle(bytes, position, none, "x.pkl"), DataError);
  }
}

TEST_CASE("sets are lists, a defaultdict is a dictionary") {
  with_root(PickleWriter().op("\x8f(").integer(1).integer(2).op("\x90").finish(),
            [](const PickleValue& root) { CHECK((root.is(Kind::list) && root.items.size() == 2)); });
  with_root(PickleWriter().op("(").integer(1).op("\x91").finish(), [](const PickleValue& root) { CHECK(root.items.size() == 1); });
  size_t position = 0;
  const std::string bytes =
      PickleWriter().global("collections", "defaultdict").global("builtins", "list").op("\x85R").text("k").integer(3).op("s").finish();
  const Pickle pickle(bytes, position, {}, "x.pkl", UnknownGlobals::keep);
  REQUIRE(pickle.root().find("k"));
  CHECK(pickle.root().find("k")->integer == 3);
}

TEST_CASE("lists a million deep are read and let go") {
  std::string deep = std::string("\x80\x02", 2);
  for (int i = 0; i < 1000000; ++i) deep += "]";
  for (int i = 1; i < 1000000; ++i) deep += "a";
  with_root(deep + ".", [](const PickleValue& root) { CHECK(root.items.size() == 1); });
}

TEST_CASE("damaged and endless pickles say where and what") {
  check_fails(PickleWriter().op("t").finish(), "no mark");
  check_fails(PickleWriter().op("s").finish(), "stack is empty");
  check_fails(PickleWriter().op("0").finish(), "stack is empty");
  check_fails(PickleWriter().finish(), "stack is empty");
  check_fails(PickleWriter().op("h\x05").finish(), "memorised as 5");
  check_fails(PickleWriter().op(std::string("X\xff\xff\xff\xff", 5)).finish(), "are left");
  check_fails(PickleWriter().op("N").text("x").op("a").finish(), "no list");
  check_fails(PickleWriter().op("N)R").finish(), "no global");
  check_fails(PickleWriter().op("csys\nexit\n)R").finish(), "'sys.exit'");
  check_fails("\x80\x09.", "protocol 9");
  check_fails(PickleWriter().op(std::string(5000000, 'N')).finish(), "longer than");

  std::string pairs = std::string("\x80\x02", 2) + "](";
  for (int i = 0; i < 1000; ++i) pairs += "(NNt";
  pairs += "eq" + std::string(1, '\1');
  for (int i = 0; i < 5000; ++i) pairs += "ccollections\nOrderedDict\nh" + std::string(1, '\1') + "\x85R0";
  check_fails(pairs + ".", "too often");
}
