#include "language_server/file_index.hpp"

#include <algorithm>

namespace spl::lsp {
namespace {

Span span(SourceRange r) {
  return {r.begin, r.end};
}

/// One pass over the tokens. Words that begin a declaration are reserved, so that one ends whatever
/// is still open before it.
class Indexer {
 public:
  explicit Indexer(FileIndex& index) : x_(index) {}

  void run() {
    while (i_ < x_.tokens.size()) declaration();
    std::stable_sort(x_.occurrences.begin(), x_.occurrences.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
  }

 private:
  [[nodiscard]] bool more() const { return i_ < x_.tokens.size(); }
  [[nodiscard]] std::string_view text(std::size_t i) const {
    return i < x_.tokens.size() ? x_.spelt(x_.tokens[i]) : std::string_view();
  }
  [[nodiscard]] bool is(std::size_t i, TokenKind kind) const {
    return i < x_.tokens.size() && x_.tokens[i].kind == kind;
  }
  [[nodiscard]] Span at(std::size_t i) const { return span(x_.tokens[i].range); }
  [[nodiscard]] std::uint32_t end_before(std::size_t i) const {
    return i == 0 ? 0 : x_.tokens[i - 1].range.end;
  }
  /// Where the next token begins, or the text ends.
  [[nodiscard]] std::uint32_t next_begin() const {
    return more() ? at(i_).begin : static_cast<std::uint32_t>(x_.text.size());
  }
  [[nodiscard]] bool begins_declaration(std::size_t i) const {
    if (!is(i, TokenKind::keyword)) return false;
    const auto word = text(i);
    return word == "automaton" || word == "function" || word == "property" ||
           word == "statecalls" || word == "import";
  }

  void add(std::size_t token, NameKind kind, Role role, std::size_t routine = kNone,
           std::string owner = {}) {
    x_.occurrences.push_back(
        {at(token), kind, role, std::string(text(token)), routine, std::move(owner)});
  }

  void declaration() {
    const auto word = is(i_, TokenKind::keyword) ? text(i_) : std::string_view();
    if (word == "import") return import();
    if (word == "statecalls") return statecalls();
    if (word == "automaton" || word == "function") return routine();
    if (word == "property") return property();
    if (is(i_, TokenKind::statecall)) add(i_, NameKind::statecall, Role::use);
    ++i_;
  }

  void import() {
    if (!is(++i_, TokenKind::string)) return;
    auto where = at(i_);
    auto path = x_.spelt(where);
    path.remove_prefix(1);
    if (path.ends_with('"')) path.remove_suffix(1);
    x_.imports.push_back({std::string(path), where});
    ++i_;
  }

  void statecalls() {
    const auto head = at(i_++);
    const auto begin = more() ? at(i_).begin : head.end;
    const bool braced = text(i_) == "{";
    while (more() && !begins_declaration(i_) && text(i_) != "}") {
      if (is(i_, TokenKind::statecall)) add(i_, NameKind::statecall, Role::declaration);
      ++i_;
    }
    const bool closed = text(i_) == "}";
    if (closed) ++i_;
    const auto end = std::max(closed ? end_before(i_) : next_begin(), begin);
    if (!braced) return;
    x_.statecall_lists.push_back({begin, end});
    x_.blocks.push_back({"statecalls", head, {begin, end}, kNone, kNone});
  }

  void routine() {
    RoutineEntry entry;
    entry.is_automaton = text(i_) == "automaton";
    const auto head = at(i_++);
    const auto number = x_.routines.size();
    if (is(i_, TokenKind::identifier)) {
      entry.name = text(i_);
      entry.at = at(i_);
      add(i_, entry.is_automaton ? NameKind::automaton : NameKind::function, Role::declaration);
      ++i_;
    } else {
      entry.at = {head.end, head.end};
    }
    if (text(i_) == "(") parameters(entry, number);
    entry.whole.begin = head.begin;
    const auto place = end_before(i_);
    entry.body = {place, place};
    x_.routines.push_back(std::move(entry));
    if (text(i_) == "{") body(head, number);
    auto& done = x_.routines[number];
    done.whole.end = end_before(i_);
    done.reach = done.closed ? done.whole.end : next_begin();
  }

  void parameters(RoutineEntry& entry, std::size_t number) {
    ++i_;
    std::size_t type = i_;
    int depth = 0;
    for (; more() && !begins_declaration(i_) && text(i_) != "{"; ++i_) {
      if (text(i_) == "(") ++depth;
      if (text(i_) == ")" && depth-- == 0) {
        ++i_;
        return;
      }
      if (text(i_) == "," && depth == 0) type = i_ + 1;
      if (!is(i_, TokenKind::identifier)) continue;
      Parameter p{std::string(text(i_)), at(i_), {}, {}};
      if (type < i_) p.type = x_.spelt(Span{at(type).begin, end_before(i_)});
      auto value = i_ + 2;
      if (text(i_ + 1) == "=" && value < x_.tokens.size()) {
        const auto from = at(value).begin;
        if (text(value) == "-" && is(value + 1, TokenKind::integer)) ++value;
        p.initial = x_.spelt(Span{from, at(value).end});
      }
      entry.parameters.push_back(std::move(p));
      add(i_, NameKind::variable, Role::declaration, number);
    }
  }

  /// Statements up to the brace that closes the routine.
  void body(Span head, std::size_t number) {
    std::vector<std::size_t> open;
    auto keyword = head;
    int depth = 0;       // of parentheses
    bool allow = false;  // in the list of an always_allow
    const auto begin = at(i_).begin;
    do {
      const auto word = text(i_);
      if (word == "{") {
        const auto parent = open.empty() ? kNone : open.back();
        open.push_back(x_.blocks.size());
        x_.blocks.push_back({std::string(x_.spelt(keyword)), keyword, at(i_), parent, number});
        keyword = at(i_);
        depth = 0;
      } else if (word == "}") {
        x_.blocks[open.back()].at.end = at(i_).end;
        open.pop_back();
        depth = 0;
      } else if (word == "(") {
        ++depth;
      } else if (word == ")") {
        --depth;
        allow = allow && depth > 0;
      } else if (is(i_, TokenKind::statecall)) {
        add(i_, NameKind::statecall, allow ? Role::allow : Role::use, number);
      } else if (is(i_, TokenKind::identifier)) {
        identifier(number);
      } else if ((is(i_, TokenKind::keyword) || word == "||") && depth <= 0) {
        keyword = at(i_);
        allow = word == "always_allow";
      }
      ++i_;
    } while (more() && !begins_declaration(i_) && !open.empty());
    const auto end = end_before(i_);
    for (const auto block : open) x_.blocks[block].at.end = end;
    x_.routines[number].body = {begin, end};
    x_.routines[number].closed = open.empty();
  }

  void identifier(std::size_t number) {
    const auto next = text(i_ + 1);
    if (next == "(") {
      add(i_, NameKind::function, Role::call, number);
    } else {
      add(i_, NameKind::variable, next == "=" ? Role::write : Role::read, number);
    }
  }

  void property() {
    PropertyEntry entry;
    entry.whole.begin = at(i_).begin;
    const auto head_end = at(i_).end;
    ++i_;
    entry.at = {head_end, head_end};
    if (is(i_, TokenKind::identifier) && (text(i_ + 1) == ":" || i_ + 1 == x_.tokens.size())) {
      entry.name = text(i_);
      entry.at = at(i_);
      add(i_++, NameKind::property, Role::declaration);
    }
    if (text(i_) == ":") ++i_;
    entry.formula.begin = more() ? at(i_).begin : end_before(i_);
    for (; more() && !begins_declaration(i_) && text(i_) != ";" && text(i_) != "{"; ++i_) {
      if (is(i_, TokenKind::statecall)) add(i_, NameKind::statecall, Role::formula);
      if (is(i_, TokenKind::identifier)) in_formula();
    }
    entry.formula.end = std::max(end_before(i_), entry.formula.begin);
    entry.closed = text(i_) == ";";
    if (entry.closed) ++i_;
    entry.whole.end = end_before(i_);
    entry.reach = entry.closed ? entry.whole.end : next_begin();
    x_.properties.push_back(std::move(entry));
  }

  void in_formula() {
    if (text(i_ + 1) == ".") return add(i_, NameKind::automaton, Role::formula);
    const bool owned = i_ >= 2 && text(i_ - 1) == "." && is(i_ - 2, TokenKind::identifier);
    add(i_, NameKind::variable, Role::formula, kNone, owned ? std::string(text(i_ - 2)) : "");
  }

  FileIndex& x_;
  std::size_t i_ = 0;
};

}  // namespace

const Occurrence* FileIndex::find(std::uint32_t offset) const {
  const Occurrence* found = nullptr;
  auto at = std::upper_bound(occurrences.begin(), occurrences.end(), offset,
                             [](std::uint32_t o, const Occurrence& x) { return o < x.at.begin; });
  if (at != occurrences.begin() && std::prev(at)->at.touches(offset)) found = &*std::prev(at);
  return found;
}

std::size_t FileIndex::token_before(std::uint32_t offset) const {
  const auto at =
      std::lower_bound(tokens.begin(), tokens.end(), offset,
                       [](const Token& t, std::uint32_t o) { return t.range.begin < o; });
  return at == tokens.begin() ? kNone : static_cast<std::size_t>(at - tokens.begin() - 1);
}

bool FileIndex::in_comment(std::uint32_t offset) const {
  return std::any_of(comments.begin(), comments.end(), [&](const SourceRange& c) {
    const bool to_line_end = spelt(span(c)).starts_with("//");
    return c.begin < offset && (offset < c.end || (to_line_end && offset == c.end));
  });
}

namespace {

/// The entry in whose text an offset lies. The end of an open one belongs to it, that of a closed
/// one does not.
template <class Entry>
std::size_t entry_at(const std::vector<Entry>& entries, std::uint32_t offset) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& e = entries[i];
    if (e.whole.begin <= offset && (e.closed ? offset < e.reach : offset <= e.reach)) return i;
  }
  return kNone;
}

}  // namespace

std::size_t FileIndex::routine_at(std::uint32_t offset) const {
  return entry_at(routines, offset);
}

std::size_t FileIndex::property_at(std::uint32_t offset) const {
  return entry_at(properties, offset);
}

std::size_t FileIndex::block_at(std::uint32_t offset) const {
  std::size_t found = kNone;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].at.begin < offset && offset < blocks[i].at.end) found = i;
  }
  return found;
}

FileIndex index_file(std::string text) {
  FileIndex index;
  index.text = std::move(text);
  if (index.text.size() > kMaxInputBytes) return index;
  SourceMap sources;
  const auto file = sources.add("", index.text);
  auto list = tokens_of(file, sources);
  index.tokens = std::move(list.tokens);
  index.comments = std::move(list.comments);
  Indexer(index).run();
  return index;
}

}  // namespace spl::lsp
