#include "formats/pretrained/pickle_machine.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/printable.h"
#include "formats/file_content.h"

namespace tnn {
namespace {

constexpr int64_t kMostOperations = int64_t{1} << 22;
constexpr std::string_view kOrderedDict = "collections.OrderedDict", kDefaultDict = "collections.defaultdict";
constexpr size_t kLongestName = 200, kMostUnknown = 100;

}  // namespace

const PickleValue* PickleMachine::run() {
  for (int64_t operations = 0; operations < kMostOperations; ++operations) {
    const auto opcode = static_cast<unsigned char>(take(1).front());
    if (opcode == '.') return pop();
    step(opcode);
  }
  fail(fmt::format("longer than {} operations", kMostOperations));
}

void PickleMachine::step(unsigned char opcode) {
  if (push_constant(opcode) || push_number(opcode) || push_text(opcode) || push_collection(opcode) || use_memo(opcode) ||
      change_collection(opcode) || call(opcode))
    return;
  switch (opcode) {
    case 0x80:  // PROTO
      if (const uint64_t protocol = number(1); protocol < 2 || protocol > 5) fail(fmt::format("protocol {} (allowed: 2 to 5)", protocol));
      return;
    case 0x95:  // FRAME
      number(8);
      return;
    case '0':  // POP; of a mark, too
      if (stack_.empty()) fail("the stack is empty");
      return stack_.pop_back();
    case '1':  // POP_MARK
      pop_to_mark();
      return;
    case '2':  // DUP
      return push(top());
    case 'c': {  // GLOBAL
      const std::string_view module = line();
      return push_global(module, line());
    }
    case 0x93: {  // STACK_GLOBAL
      const PickleValue *name = pop(), *module = pop();
      if (!name->is(Kind::text) || !module->is(Kind::text)) fail("a global's name is not text");
      return push_global(module->text, name->text);
    }
    case 'Q': {  // BINPERSID
      const PickleValue* identifier = pop();
      push(Kind::persistent).items = {identifier};
      return;
    }
    default:
      --position_;
      fail(fmt::format("opcode 0x{:02x} is not one that tensors and numbers need", opcode));
  }
}

bool PickleMachine::call(unsigned char opcode) {
  const auto tuple_to_mark = [&](size_t skipped) {
    auto items = pop_to_mark();
    if (items.size() < skipped) fail("a class is missing");
    push(Kind::tuple).items.assign(items.begin() + static_cast<std::ptrdiff_t>(skipped), items.end());
    return std::make_pair(pop(), std::move(items));
  };
  switch (opcode) {
    case 0x92:  // NEWOBJ_EX: with named arguments, which mean nothing here
      pop();
      [[fallthrough]];
    case 'R':     // REDUCE
    case 0x81: {  // NEWOBJ
      const PickleValue *arguments = pop(), *callee = pop();
      reduce(callee, arguments);
      return true;
    }
    case 'o': {  // OBJ: of Python 2's old classes
      const auto [arguments, items] = tuple_to_mark(1);
      reduce(items.front(), arguments);
      return true;
    }
    case 'i': {  // INST: likewise
      const std::string_view module = line(), name = line();
      const PickleValue* arguments = tuple_to_mark(0).first;
      push_global(module, name);
      reduce(pop(), arguments);
      return true;
    }
    case 'b':
      build();
      return true;
    default:
      return false;
  }
}

bool PickleMachine::push_collection(unsigned char opcode) {
  const auto filled = [&](Kind kind, std::vector<const PickleValue*> items) {
    push(kind).items = std::move(items);
    return true;
  };
  switch (opcode) {
    case ')':
      return filled(Kind::tuple, {});
    case ']':
      return filled(Kind::list, {});
    case '}':
      return filled(Kind::dictionary, {});
    case 't':
      return filled(Kind::tuple, pop_to_mark());
    case 0x85:
    case 0x86:
    case 0x87:
      return filled(Kind::tuple, pop_several(static_cast<size_t>(opcode - 0x84)));
    case 'l':
      return filled(Kind::list, pop_to_mark());
    case 0x8f:  // EMPTY_SET
      return filled(Kind::list, {});
    case 0x91:  // FROZENSET
      return filled(Kind::list, pop_to_mark());
    case 'd': {
      const auto items = pop_to_mark();
      push(Kind::dictionary);
      add_pairs(items);
      return true;
    }
    default:
      return false;
  }
}

bool PickleMachine::use_memo(unsigned char opcode) {
  switch (opcode) {
    case 'q':
    case 'r':
      memo_[number(opcode == 'q' ? 1 : 4)] = top();
      return true;
    case 0x94: {  // MEMOIZE
      const uint64_t next = memo_.size();
      memo_[next] = top();
      return true;
    }
    case 'h':
    case 'j': {
      const uint64_t index = number(opcode == 'h' ? 1 : 4);
      const auto found = memo_.find(index);
      if (found == memo_.end()) fail(fmt::format("nothing was memorised as {}", index));
      push(found->second);
      return true;
    }
    default:
      return false;
  }
}

bool PickleMachine::change_collection(unsigned char opcode) {
  switch (opcode) {
    case 'a':
      add_items(pop_several(1));
      return true;
    case 'e':
    case 0x90:  // ADDITEMS
      add_items(pop_to_mark());
      return true;
    case 's':
      add_pairs(pop_several(2));
      return true;
    case 'u':
      add_pairs(pop_to_mark());
      return true;
    default:
      return false;
  }
}

void PickleMachine::push_global(std::string_view module, std::string_view name) {
  const std::string whole = std::string(module) + "." + std::string(name);
  const bool known = std::find(globals_.begin(), globals_.end(), whole) != globals_.end();
  if (!known && whole != kOrderedDict) {
    const std::string shown = printable_beginning(whole, kLongestName);
    if (unknown_ == UnknownGlobals::refuse)
      throw DataError(fmt::format("'{}' refers to '{}': only tensors, numbers, texts and containers of them are read, nothing is executed",
                                  file_, shown));
    auto& unknown = pickle_.unknown_;
    if (unknown.size() < kMostUnknown && std::find(unknown.begin(), unknown.end(), shown) == unknown.end()) unknown.push_back(shown);
  }
  pickle_.names_.push_back(whole);
  push(Kind::global).text = pickle_.names_.back();
}

void PickleMachine::reduce(const PickleValue* callee, const PickleValue* arguments) {
  const bool callable =
      callee->is(Kind::global) || (unknown_ == UnknownGlobals::keep && (callee->is(Kind::call) || callee->is(Kind::persistent)));
  if (!callable || !arguments->is(Kind::tuple)) fail("a call of something that is no global, or without arguments");
  if (callee->is(Kind::global) && callee->text == kOrderedDict) return fill_ordered_dict(*arguments);
  if (callee->is(Kind::global) && callee->text == kDefaultDict) {
    push(Kind::dictionary);
    return;
  }
  PickleValue& value = push(Kind::call);
  if (callee->is(Kind::global)) value.text = callee->text;
  if (callee->is(Kind::persistent) && callee->items.front()->is(Kind::tuple))  // a class with its source, as older PyTorch files name it
    for (const PickleValue* part : callee->items.front()->items)
      if (part->is(Kind::global)) value.text = part->text;
  value.arguments = arguments;
}

void PickleMachine::fill_ordered_dict(const PickleValue& arguments) {
  push(Kind::dictionary);
  if (arguments.items.empty()) return;
  for (const PickleValue* pair : arguments.items.front()->items) {  // Python 2: of a list of pairs
    if (!pair->is_sequence()) fail("an OrderedDict of something else than pairs");
    expanded_ += static_cast<int64_t>(pair->items.size()) + 1;
    if (expanded_ > kMostOperations) fail("OrderedDicts repeat their pairs too often");
    add_pairs(pair->items);
  }
}

void PickleMachine::build() {
  const PickleValue* state = pop();
  PickleValue* object = top();
  if (object->is(Kind::dictionary)) return;  // attributes, such as the versions of a state_dict's modules
  if (!object->is(Kind::call)) fail("a state for something that has none");
  object->state = state;
}

}  // namespace tnn
