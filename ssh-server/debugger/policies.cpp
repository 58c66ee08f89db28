// See policies.hpp. The embedded descriptions are put in by embedded_descriptions.cpp.in.
#include "debugger/policies.hpp"

#include <array>

#include "channel.hpp"
#include "privsep.hpp"
#include "sftp_policy.hpp"
#include "ssh.hpp"
#include "ssh/tell.hpp"

namespace ssh::debugger {

struct EmbeddedDescription {
  const char* name;
  const char* begin;
  const char* end;
};
extern const EmbeddedDescription kEmbeddedDescriptions[];
extern const std::size_t kEmbeddedDescriptionCount;

namespace {

template <class P>
std::string_view automaton_name(std::uint32_t automaton) {
  return P::automaton_name(automaton);
}
template <class P>
std::string_view statecall_name(std::uint32_t statecall) {
  return P::names()[statecall];
}

template <class P>
constexpr PolicyFacts facts_of(std::string_view name) {
  return {name,
          P::automaton_count,
          P::statecall_count,
          &automaton_name<P>,
          &statecall_name<P>,
          &policy_has_state<P>};
}

constexpr std::array<PolicyFacts, kPolicies> kFacts{
    facts_of<policy::Policy>("ssh"), facts_of<channel_policy::Policy>("channel"),
    facts_of<sftp_policy::Policy>("sftp"), facts_of<privsep::Policy>("privsep")};

constexpr bool fit(const PolicyFacts& facts) {
  return facts.automata <= kMostStates && facts.statecalls <= kMostExpected;
}
static_assert(fit(kFacts[0]) && fit(kFacts[1]) && fit(kFacts[2]) && fit(kFacts[3]));

}  // namespace

const PolicyFacts& facts(Policy policy) {
  return kFacts[static_cast<std::size_t>(policy)];
}

std::map<std::string, std::string> descriptions() {
  std::map<std::string, std::string> found;
  for (std::size_t i = 0; i < kEmbeddedDescriptionCount; ++i) {
    const EmbeddedDescription& each = kEmbeddedDescriptions[i];
    found.emplace(each.name, std::string(each.begin, each.end));
  }
  return found;
}

}  // namespace ssh::debugger
