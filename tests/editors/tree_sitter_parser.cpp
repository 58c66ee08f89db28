#include "tree_sitter_parser.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>

namespace spl::test {
namespace {

const TSLanguage* load_language() {
  const char* path = std::getenv("STATECALL_TREE_SITTER");
  if (path == nullptr) throw std::runtime_error("STATECALL_TREE_SITTER is not set");
  // Never unloaded: the language lives as long as its parsers.
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  using Maker = const TSLanguage* (*)();
  const auto make = reinterpret_cast<Maker>(dlsym(library, "tree_sitter_spl"));
  if (make == nullptr) throw std::runtime_error(dlerror());
  return make();
}

TSPoint point_at(std::string_view text, std::size_t at) {
  TSPoint point{0, 0};
  for (std::size_t i = 0; i < at; ++i) {
    if (text[i] == '\n') {
      ++point.row;
      point.column = 0;
    } else {
      ++point.column;
    }
  }
  return point;
}

}  // namespace

TreeSitterParser::TreeSitterParser() : parser_(ts_parser_new()) {
  static const TSLanguage* const language = load_language();
  if (!ts_parser_set_language(parser_.get(), language)) {
    throw std::runtime_error("the library does not take this version of parsers");
  }
}

Tree TreeSitterParser::parse(std::string_view text) const {
  ts_parser_reset(parser_.get());
  return Tree(ts_parser_parse_string(parser_.get(), nullptr, text.data(),
                                     static_cast<std::uint32_t>(text.size())));
}

Tree TreeSitterParser::parse_again(const Tree& old, std::size_t old_size, std::string_view text,
                                   std::size_t at, std::size_t tail) const {
  const Tree edited(ts_tree_copy(old.get()));
  // Rows and columns matter to tree-sitter only where they are asked for; bytes decide what is
  // parsed again. The text before `at` is common, so its point is too.
  TSInputEdit edit{};
  edit.start_byte = static_cast<std::uint32_t>(at);
  edit.old_end_byte = static_cast<std::uint32_t>(old_size - tail);
  edit.new_end_byte = static_cast<std::uint32_t>(text.size() - tail);
  edit.start_point = point_at(text, at);
  edit.new_end_point = point_at(text, text.size() - tail);
  const auto end = ts_node_end_point(ts_tree_root_node(old.get()));
  edit.old_end_point = end;
  ts_tree_edit(edited.get(), &edit);
  ts_parser_reset(parser_.get());
  return Tree(ts_parser_parse_string(parser_.get(), edited.get(), text.data(),
                                     static_cast<std::uint32_t>(text.size())));
}

bool has_error(const Tree& tree) {
  return ts_node_has_error(ts_tree_root_node(tree.get()));
}

std::string shown(const Tree& tree) {
  char* text = ts_node_string(ts_tree_root_node(tree.get()));
  std::string copy(text);
  std::free(text);  // NOLINT: the library allocates with malloc
  return copy;
}

}  // namespace spl::test
