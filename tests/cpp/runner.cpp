// The part of a compiled bundle that is no template: reads runs from standard input, one a line
// ("POLICY STRICT ID ID ..."), and prints their reports.
#include "runner.hpp"

#include <iostream>
#include <sstream>

namespace bundle {
namespace {

std::string place_text(const spl::rt::Place& place) {
  return std::string(place.file) + ":" + std::to_string(place.line) + ":" +
         std::to_string(place.column) + (place.is_end ? "(end)" : "");
}

std::string state_text(const Engine& engine) {
  std::string out = " allowed";
  for (std::uint32_t s = 0; s < engine.statecalls; ++s) {
    if (engine.accepts(s)) out += " " + std::to_string(s);
  }
  out += " finished ";
  for (std::uint32_t a = 0; a < engine.automata; ++a) out += engine.finished(a) ? '1' : '0';
  return out + (engine.finished() ? " all\n" : "\n");
}

std::string refusals_text(const Engine& engine, std::uint32_t statecall) {
  std::string out;
  engine.refusals(statecall,
                  [&](std::uint32_t a, spl::rt::Reason reason, const spl::rt::Place* why) {
                    out += "  " + std::to_string(a) + " " + std::string(to_string(reason));
                    if (why != nullptr) out += " at " + place_text(*why);
                    out += " waiting";
                    engine.waiting(a, [&](const spl::rt::Place& p) { out += " " + place_text(p); });
                    out += "\n";
                  });
  return out;
}

}  // namespace

std::string run(Engine& engine, const std::vector<std::uint32_t>& trace) {
  std::string out = "start" + state_text(engine);
  for (const auto id : trace) {
    const auto contract = engine.broken_contract(id);
    const auto refusals = refusals_text(engine, id);
    const auto before = engine.states();
    const auto verdict = engine.tick(id);
    out += std::to_string(id) + " " + std::string(to_string(verdict)) + state_text(engine);
    out += refusals + contract;
    if (verdict != spl::rt::Verdict::accepted && engine.states() != before) {
      out += "BUG: a refused tick moved\n";
    }
  }
  return out;
}

}  // namespace bundle

extern const std::vector<bundle::Factory> all_policies;

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream in(line);
    std::size_t policy = 0;
    bool strict = false;
    in >> policy >> strict;
    std::vector<std::uint32_t> trace;
    for (std::uint32_t id = 0; in >> id;) trace.push_back(id);
    const auto engine = all_policies.at(policy)(strict);
    std::cout << (engine ? bundle::run(*engine, trace) : "error: strict needs a thorough bundle\n")
              << "end\n";
  }
}
