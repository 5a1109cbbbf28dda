#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tnn {

/// A value that a pickle describes. Nothing is ever constructed or called: a call is kept as what was to be called with what.
struct PickleValue {
  enum class Kind {
    none,
    boolean,     ///< integer: 0 or 1
    integer,     ///< integer; where it needs more than 8 bytes, text holds them, lowest first
    real,        ///< real
    text,        ///< text, UTF-8 (of Python 2: bytes)
    bytes,       ///< text
    tuple,       ///< items
    list,        ///< items; a set, too
    dictionary,  ///< items: key, value, key, value, ...; an OrderedDict or defaultdict, too
    global,      ///< text: "module.name"
    call,        ///< text: "module.name", empty where no name was called; arguments: a tuple; state: what BUILD gave it, or nullptr; items:
                 ///< what it was filled with
    persistent   ///< items: the one identifier that the file format gives a meaning
  };
  Kind kind = Kind::none;
  int64_t integer = 0;
  double real = 0;
  std::string_view text;
  std::vector<const PickleValue*> items;
  const PickleValue *arguments = nullptr, *state = nullptr;

  bool is(Kind other) const { return kind == other; }
  /// A call of `global` with `count` arguments or more.
  bool is_call(std::string_view global, size_t count) const;
  bool is_sequence() const { return kind == Kind::tuple || kind == Kind::list; }
  /// The value of a text (or bytes) key of a dictionary, the last where there are several; nullptr where there is none.
  const PickleValue* find(std::string_view key) const;
};

/// What becomes of globals that the reader of a format does not name.
enum class UnknownGlobals {
  refuse,  ///< DataError by their name
  keep     ///< they and calls of them stay values without meaning, for what lies beside that which is wanted
};

/// A pickle (protocols 2 to 5) read without executing anything: a machine that knows None, bool, int, float, str, bytes, tuple, list, set,
/// dict, OrderedDict, defaultdict, and the names of `globals`. Values may refer to themselves: whoever walks them bounds his depth. The
/// bytes must outlive it.
class Pickle {
 public:
  /// Reads one pickle from `position` on, which is then behind it. DataError, naming `file` and the byte, where it is damaged, holds
  /// another global (if they are refused) or opcode, or is longer than 4 million operations.
  Pickle(std::string_view bytes, size_t& position, const std::vector<std::string>& globals, const std::string& file,
         UnknownGlobals unknown = UnknownGlobals::refuse);
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  const PickleValue& root() const { return *root_; }
  /// All values, in the order of their making, those too that nothing refers to any more.
  const std::deque<PickleValue>& values() const { return values_; }
  /// Globals that `globals` did not name, each once, in the order of their appearance; the first hundred.
  const std::vector<std::string>& unknown_globals() const { return unknown_; }

 private:
  friend class PickleMachine;
  std::deque<PickleValue> values_;  // in one place: neither depth nor cycles matter when they go
  std::deque<std::string> names_;
  std::vector<std::string> unknown_;
  const PickleValue* root_ = nullptr;
};

}  // namespace tnn
