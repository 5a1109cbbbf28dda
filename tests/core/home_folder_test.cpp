#include "core/home_folder.h"

#include <stdlib.h>

#include <filesystem>

#include "catch_compat.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// HOME for as long as it lives.
class Home {
 public:
  explicit Home(const std::string& folder) : before_(getenv("HOME") ? getenv("HOME") : "") { setenv("HOME", folder.c_str(), 1); }
  ~Home() { setenv("HOME", before_.c_str(), 1); }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

 private:
  std::string before_;
};

}  // namespace

TEST_CASE("a leading tilde is the home folder, anywhere else it is a tilde") {
  const Home home("/home/ada/");
  CHECK(expand_home("~") == "/home/ada/");
  CHECK(expand_home("~/data/x") == "/home/ada/data/x");
  CHECK(expand_home("~/") == "/home/ada/");
  for (const std::string path : {"", "data", "/a/~/b", "a~", "./~/x", "./~bob/x"}) CHECK(expand_home(path) == path);
  CHECK(expand_home(expand_home("~/x")) == expand_home("~/x"));
}

TEST_CASE("homes of others are not looked up, and a folder with such a name is a folder") {
  CHECK_THROWS_WITH(expand_home("~bob/data"), ContainsSubstring("~bob/data") && ContainsSubstring("allowed: ~/..."));
  CHECK_THROWS_AS(expand_home("~bob"), UsageError);
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  std::filesystem::create_directories("~bob");
  CHECK(expand_home("~bob/data") == "~bob/data");
  std::filesystem::current_path(before);
}
