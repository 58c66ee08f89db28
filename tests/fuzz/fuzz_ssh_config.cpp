// Any bytes as an sshd_config that may include itself. What is accepted has to have effective
// values, also for connections, and what is printed of it has to be printed the same way always.
#include <algorithm>

#include "fuzz.hpp"
#include "host/config/config.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ssh::config;
  using spl::test::require;
  static const AlgorithmLists lists = {{"curve25519-sha256", "ecdh-sha2-nistp256"},
                                       {"chacha20-poly1305@openssh.com", "aes128-ctr"},
                                       {"hmac-sha2-256"},
                                       {"ssh-ed25519", "rsa-sha2-256"}};
  const std::vector<ConfigFile> files = {{"fuzz", spl::test::text_of(data, size)}};
  // A few times: what a file costs that includes itself without end is for the tests.
  int times = 0;
  const auto include = [&](const std::string&) -> ssh::Result<std::vector<ConfigFile>> {
    if (++times > 4) return ssh::failure("enough");
    return files;
  };
  const auto parsed = parse_config(files, lists, include);
  for (const auto& diagnostic : parsed.diagnostics) {
    require(!diagnostic.text.empty() && !diagnostic.file.empty(), "a diagnostic of nothing");
  }
  for (std::size_t i = 1; i < parsed.config.conditions.size(); ++i) {
    require(parsed.config.conditions[i].parent < i, "a condition before its parent");
  }
  for (const auto& setting : parsed.config.settings) {
    require(setting.condition < parsed.config.conditions.size(), "a setting without a condition");
  }
  const auto options = effective(parsed.config, {.user = "ann",
                                                 .groups = {"staff", "wheel"},
                                                 .host = "",
                                                 .address = "10.0.0.1",
                                                 .local_address = "::1",
                                                 .local_port = 22});
  require(!options.ciphers.empty() && !options.kex_algorithms.empty() && !options.macs.empty(),
          "a list without algorithms");
  require(!options.listen.empty() && !options.host_keys.empty(), "nowhere to listen");
  require(options.max_auth_tries >= 1 && options.max_auth_tries <= 20, "too many tries");
  require(options.max_startups.start <= options.max_startups.full, "MaxStartups");
  require(print_effective(options) == print_effective(options), "printed in two ways");
  const auto allowed = check_access(options, "ann", {"staff"}, "", "10.0.0.1");
  require(allowed || !allowed.error().text.empty(), "kept out without a reason");
  return 0;
}
