// The bastion's configuration: any bytes are a configuration, or mistakes in lines that are there.
#include <algorithm>

#include "bastion/config.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using spl::test::require;
  const auto text = spl::test::text_of(data, size);
  const auto parsed = bastion::parse_config(text);
  require((parsed.config == nullptr) == !parsed.mistakes.empty(), "neither or both");
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  for (const auto& mistake : parsed.mistakes) {
    require(mistake.line <= lines, "a line that is not there", text);
    require(!mistake.text.empty() && mistake.text.size() < 1000, "what is wrong?", text);
  }
  if (!parsed.config) return 0;
  require(!parsed.config->host_keys.empty() && !parsed.config->users.empty(), "half of one", text);
  return 0;
}
