// Policies that between them use every form of table and every kind of refusal.
#pragma once

#include <string>
#include <vector>

namespace spl::test {

struct NamedPolicy {
  const char* name;
  std::string text;
};

inline std::string many_automata() {
  std::string out;
  for (int a = 0; a < 12; ++a) {
    const auto n = std::to_string(a);
    out += "automaton a" + n + "() { multiple { Shared; S" + n + "; optional { S" +
           std::to_string((a + 1) % 12) + "; } } }\n";
  }
  return out;
}

inline std::vector<NamedPolicy> sample_policies() {
  return {
      {"ping",
       "automaton ping(int count, bool got) {\n"
       "  multiple {\n    always_allow (Tick) {\n      Transmit_Ping; count = count + 1;\n"
       "      optional { Timeout; }\n"
       "      either (count < 3) { Receive_Ping; got = true; } or (count >= 3) { Abandon; exit; }\n"
       "    }\n  }\n}\n"},
      {"allow_at_wait_points", "automaton a() { always_allow (D) { multiple { A; } } B; }\n"},
      {"handles",
       "automaton a(bool seen) {\n  during {\n    A; B; optional { C; } D;\n"
       "  } handle {\n    Interrupt; optional { More; } seen = true;\n"
       "  } handle {\n    Stop; exit;\n  }\n  either (seen) { E; } or (!seen) { F; }\n}\n"},
      {"aborts",
       "automaton a(int n) {\n  multiple {\n    A; n = n + 1;\n"
       "    either (n < 3) { } or (n >= 3) { abort; }\n  }\n}\n"},
      {"arithmetic",
       "automaton a(int n, int(0..5) small) {\n  multiple { either { Overflow; n = 2147483647 + n "
       "+ 1; }\n"
       "  or { Divide; n = 1 / n; }\n  or { Range; small = small + 6; }\n"
       "  or { Fine; small = 5; Again; small = small + 1; } }\n}\n"},
      {"dead_start",
       "automaton dead(int n) { n = 1 / n; A; B; }\nautomaton alive() { multiple { A; } C; }\n"},
      {"two_violate", "automaton x() { A; B; C; } automaton y() { B; A; C; } automaton z() { C; }"},
      {"unmentioned",
       "statecalls { A, B, Never, Zz }\nautomaton x() { A; B; }\nautomaton y() { B; }\n"},
      {"nondeterministic",
       "automaton a() { multiple { A; } either { A; B; } or { A; C; } or { A; A; D; } }\n"},
      {"calls",
       "function twice(int n) { multiple (2) { A; n = n + 1; } optional { B; exit; } C; }\n"
       "automaton a(int n) { twice(n); twice(n); either (n == 4) { Done; } or (n != 4) { Odd; } "
       "}\n"},
      {"names",
       "automaton class() { EOF; NULL; A__b; }\nautomaton _x__y() { EOF; }\n"
       "automaton errno() { NULL; }\nautomaton class_() { A__b; }\n"},
      {"wide_cells", "automaton a() { multiple (300) { A; } B; }\n"},
      {"wider_cells", "automaton a() { multiple (33000) { A; } B; }\n"},
      {"many_automata", many_automata()},
      {"no_statecalls", "automaton a() { }\n"},
      {"finishes_at_once", "automaton a() { }\nautomaton b() { optional { A; } }\n"},
  };
}

}  // namespace spl::test
