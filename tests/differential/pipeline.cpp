// compile(): the same steps as the driver takes, without a disk.
#include "pipeline.hpp"

namespace spl::test {

std::unique_ptr<Compiled> compile(const std::string& text) {
  auto out = std::make_unique<Compiled>();
  const FileReader reader = [&](const std::string& path) -> std::variant<std::string, ReadError> {
    if (path == "policy.spl") return text;
    return ReadError{"No such file or directory"};
  };
  out->tree = parse_policy("policy.spl", reader, out->sources, out->diagnostics);
  out->checked = check(out->tree, out->sources, out->diagnostics);
  if (out->checked) out->program = lower(*out->checked, out->diagnostics);
  return out;
}

}  // namespace spl::test
