// Names for what a composition's model consists of, and its printed lines read back.
#include "composition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "names.hpp"

namespace spl::promela {
namespace {

const char* verb(ComposeStep::Kind kind) {
  switch (kind) {
    case ComposeStep::Kind::local:
      return "does";
    case ComposeStep::Kind::send:
      return "sends";
    case ComposeStep::Kind::receive:
      return "receives";
  }
  return "does";
}

}  // namespace

std::string location(Role role) {
  return fmt::format("at_{}", to_string(role));
}

std::string channel(Role to) {
  return fmt::format("to_{}", to_string(to));
}

CompositionNames::CompositionNames(const Composition& composition, const RolePolicies& policies) {
  NameTable table;
  for (const auto* taken : {"at_client", "at_server", "to_client", "to_server", "client", "server",
                            "deadlock", "reception", "orphan", "overflow"}) {
    (void)table.take(taken);
  }
  std::map<std::string, std::string> identifiers;  // a message that both send is one mtype
  for (const auto role : kRoles) {
    const auto& vocabulary = policies[index(role)].program->vocabulary;
    const auto& theirs = policies[index(other(role))].program->vocabulary;
    const auto& side = composition.sides[index(role)];
    for (const auto& l : side.locals) {
      locals[index(role)].push_back(table.take(vocabulary.name(l.alike.front())));
    }
    std::map<StatecallId, int> uses;
    for (const auto& l : side.sends) ++uses[l.alike.front().sent];
    for (const auto& l : side.sends) {
      const auto& m = l.alike.front();
      auto wish = vocabulary.name(m.sent);
      if (uses[m.sent] > 1) wish += "_as_" + theirs.name(m.received);
      const auto [at, is_new] = identifiers.try_emplace(wish);
      if (is_new) mtypes.push_back(at->second = table.take(wish));
      letters[index(role)].push_back(at->second);
    }
  }
}

std::string CompositionNames::line(const ModelStep& step) const {
  const auto sender = step.kind == ComposeStep::Kind::receive ? other(step.role) : step.role;
  const auto& list =
      step.kind == ComposeStep::Kind::local ? locals[index(step.role)] : letters[index(sender)];
  return fmt::format("statecall {} {} {}", to_string(step.role), verb(step.kind), list[step.which]);
}

std::optional<ModelStep> CompositionNames::step(std::string_view text) const {
  for (const auto role : kRoles) {
    for (const auto kind :
         {ComposeStep::Kind::local, ComposeStep::Kind::send, ComposeStep::Kind::receive}) {
      const auto head = fmt::format("statecall {} {} ", to_string(role), verb(kind));
      if (!text.starts_with(head)) continue;
      const auto sender = kind == ComposeStep::Kind::receive ? other(role) : role;
      const auto& list =
          kind == ComposeStep::Kind::local ? locals[index(role)] : letters[index(sender)];
      const auto found = std::ranges::find(list, text.substr(head.size()));
      if (found == list.end()) return std::nullopt;
      return ModelStep{role, kind, static_cast<std::size_t>(found - list.begin())};
    }
  }
  return std::nullopt;
}

}  // namespace spl::promela
