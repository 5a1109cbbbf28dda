#pragma once

#include <unordered_map>

#include "formats/pretrained/pickle.h"

namespace tnn {

/// The stack machine that a pickle is a program for; it builds the values of one Pickle.
class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, std::string_view bytes, size_t position, const std::vector<std::string>& globals, const std::string& file,
                UnknownGlobals unknown)
      : pickle_(pickle), bytes_(bytes), position_(position), globals_(globals), file_(file), unknown_(unknown) {}

  const PickleValue* run();
  size_t position() const { return position_; }

 private:
  using Kind = PickleValue::Kind;

  void step(unsigned char opcode);
  bool push_constant(unsigned char opcode);
  bool push_number(unsigned char opcode);
  bool push_text(unsigned char opcode);
  bool push_collection(unsigned char opcode);
  bool use_memo(unsigned char opcode);
  bool change_collection(unsigned char opcode);
  bool call(unsigned char opcode);
  void push_global(std::string_view module, std::string_view name);
  void push_long(size_t size);
  void reduce(const PickleValue* callee, const PickleValue* arguments);
  void fill_ordered_dict(const PickleValue& arguments);
  void build();

  // ---- bytes
  std::string_view take(uint64_t count);
  /// Unsigned, lowest byte first.
  uint64_t number(size_t size);
  std::string_view line();

  // ---- stack; nullptr is a mark
  PickleValue& push(Kind kind);
  void push(PickleValue* value) { stack_.push_back(value); }
  PickleValue* pop();
  PickleValue* top();
  std::vector<const PickleValue*> pop_to_mark();
  std::vector<const PickleValue*> pop_several(size_t count);
  void add_pairs(const std::vector<const PickleValue*>& items);
  void add_items(const std::vector<const PickleValue*>& items);

  [[noreturn]] void fail(const std::string& what) const;

  Pickle& pickle_;
  std::string_view bytes_;
  size_t position_;
  const std::vector<std::string>& globals_;
  const std::string& file_;
  const UnknownGlobals unknown_;
  std::vector<PickleValue*> stack_;
  std::unordered_map<uint64_t, PickleValue*> memo_;
  int64_t expanded_ = 0;  // pairs that OrderedDicts have copied
};

}  // namespace tnn
