// Any bytes as the debug log of an OpenSSH client or server.
#include "driver/openssh_log.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spl::test;
  using namespace spl::driver;
  const auto text = text_of(data, size);
  const std::optional<OpensshRole> roles[] = {std::nullopt, OpensshRole::client,
                                              OpensshRole::server};
  for (const auto& role : roles) {
    const auto log = read_openssh_log(text, role);
    if (const auto* error = std::get_if<OpensshLogError>(&log)) {
      require(!error->message.empty(), "an error without a message");
      continue;
    }
    for (const auto& trace : std::get<OpensshLog>(log).traces) {
      require(!trace.statecalls.empty(), "an empty trace");
      for (const auto& s : trace.statecalls) {
        require(!s.name.empty() && s.line >= trace.line, "a statecall from nowhere");
      }
    }
  }
  return 0;
}
