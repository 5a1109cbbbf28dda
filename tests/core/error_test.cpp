#include "core/error.h"

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("the nearest name is suggested for a slip and not for something else") {
  const std::vector<std::string> names{"epochs", "batch_size", "learning_rate"};
  CHECK(nearest_name("epoch", names) == "epochs");
  CHECK(nearest_name("lerning_rate", names) == "learning_rate");
  CHECK(nearest_name("zzzzzzzz", names).empty());
  CHECK_THAT(unknown_name_message("key", "epoch", names), ContainsSubstring("did you mean 'epochs'?") && ContainsSubstring("batch_size"));
}
