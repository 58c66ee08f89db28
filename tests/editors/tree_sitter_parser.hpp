// The tree-sitter parser of SPL, loaded at run time as editors load it.
#pragma once

#include <tree_sitter/api.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace spl::test {

struct TreeDelete {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
using Tree = std::unique_ptr<TSTree, TreeDelete>;

class TreeSitterParser {
 public:
  /// Loads the shared object that STATECALL_TREE_SITTER names; throws std::runtime_error if there
  /// is none, or the library does not speak its version.
  TreeSitterParser();

  /// Any bytes. Never null.
  [[nodiscard]] Tree parse(std::string_view text) const;
  /// `text` was the text of `old` up to byte `at`, and is from its `tail` last bytes on; this
  /// parse takes over what it can.
  [[nodiscard]] Tree parse_again(const Tree& old, std::size_t old_size, std::string_view text,
                                 std::size_t at, std::size_t tail) const;

 private:
  struct ParserDelete {
    void operator()(TSParser* parser) const { ts_parser_delete(parser); }
  };
  std::unique_ptr<TSParser, ParserDelete> parser_;
};

/// Whether the tree has an ERROR or MISSING node.
[[nodiscard]] bool has_error(const Tree& tree);
/// The tree as an S-expression.
[[nodiscard]] std::string shown(const Tree& tree);

}  // namespace spl::test
