// The part of the table in mutants.cpp that is about TCP.
#include "mutants.hpp"

namespace spl::test {
namespace {

constexpr auto kTcp = "xen/policy/tcp.spl";
constexpr auto kStray = "xen/policy/stray.spl";

}  // namespace

std::vector<Mutant> tcp_mutants() {
  return {
      {"data_needs_handshake",
       kTcp,
       {{"tcp.spl", "Receive_Tcp_Unacceptable, Transmit_Tcp_SynAck, Transmit_Tcp_Ack)",
         "Receive_Tcp_Unacceptable, Transmit_Tcp_SynAck, Transmit_Tcp_Ack, Receive_Tcp_Data)"}}},
      {"handshake_is_mutual",
       kTcp,
       {{"tcp.spl", "      Receive_Tcp_AckOfSyn;", "      Receive_Tcp_Ack;"}}},
      {"no_second_handshake",
       kTcp,
       {{"tcp.spl", "    Receive_Tcp_Data;\n",
         "    Receive_Tcp_Data;\n"
         "  } or {\n"
         "    Transmit_Tcp_SynAck;\n"}}},
      {"closes_after_handshake", kTcp, {{"tcp.spl", "      established = true;\n", ""}}},
      {"close_before_handshake",
       kTcp,
       {{"tcp.spl",
         "      multiple {\n"
         "        Transmit_Tcp_Fin;",
         "      multiple (0..0) {\n"
         "        Transmit_Tcp_Fin;"}}},
      {"fin_is_last",
       kTcp,
       {{"tcp.spl",
         "function acknowledgements() {\n"
         "  either {\n",
         "function acknowledgements() {\n"
         "  either {\n"
         "    Receive_Tcp_Data;\n"
         "  } or {\n"}}},
      {"nothing_new_after_our_fin",
       kTcp,
       {{"tcp.spl",
         "    Transmit_Tcp_Fin;\n"
         "  } or {\n"
         "    Transmit_Tcp_Retransmission;",
         "    Transmit_Tcp_Fin;\n"
         "  } or {\n"
         "    Transmit_Tcp_Data;"}}},
      {"nothing_again_after_it_is_acknowledged",
       kTcp,
       {{"tcp.spl",
         "function incoming() {\n"
         "  either {\n",
         "function incoming() {\n"
         "  either {\n"
         "    Transmit_Tcp_Retransmission;\n"
         "  } or {\n"}}},
      {"fin_needs_close",
       kTcp,
       {{"tcp.spl",
         "        Notify_Tcp_Close;\n"
         "        closing(",
         "        optional {\n"
         "          Notify_Tcp_Close;\n"
         "        }\n"
         "        closing("}}},
      {"acknowledged_fin_was_sent",
       kTcp,
       {{"tcp.spl",
         "function incoming() {\n"
         "  either {\n",
         "function incoming() {\n"
         "  either {\n"
         "    Receive_Tcp_AckOfFin;\n"
         "  } or {\n"}}},
      {"time_wait_after_both_fins",
       kTcp,
       {{"tcp.spl",
         "    Receive_Tcp_Fin;\n"
         "    fin_in = true;\n"
         "  } or (fin_in",
         "    fin_in = true;\n"
         "  } or (fin_in"}}},
      {"fins_cross_before_ours_leaves",
       kTcp,
       {{"tcp.spl", "    last_ack(fin_out, fin_acked);\n    waits(time_wait);\n",
         "    last_ack(fin_out, fin_acked);\n"}}},
      {"time_wait_for_who_closed_first",
       kTcp,
       {{"tcp.spl",
         "  Receive_Tcp_AckOfFin;\n"
         "  fin_acked = true;\n"
         "}",
         "  Receive_Tcp_AckOfFin;\n"
         "  fin_acked = true;\n"
         "  Notify_Tcp_TimeWaitOver;\n"
         "}"}}},
      {"reset_ends_it",
       kTcp,
       {{"tcp.spl",
         "    reset = true;\n"
         "    exit;",
         "    reset = true;"}}},
      {"silent_after_reset",
       kTcp,
       {{"tcp.spl",
         "    reset = true;\n"
         "    exit;",
         "    reset = true;"}}},
      {"orderly_end", kTcp, {{"tcp.spl", "    reset = true;\n", ""}}},
      {"simultaneous_open",
       kTcp,
       {{"tcp.spl",
         "      Transmit_Tcp_SynAck;\n"
         "      syn_received(active, closed, fin_out);",
         "      abort;"}}},
      {"simultaneous_close",
       kTcp,
       {{"tcp.spl", "or (fin_in && !fin_acked) {", "or (false) {"},
        {"tcp.spl", "    last_ack(fin_out, fin_acked);\n    waits(time_wait);\n",
         "    last_ack(fin_out, fin_acked);\n"}}},
      {"half_close",
       kTcp,
       {{"tcp.spl",
         "    multiple {\n"
         "      incoming();\n"
         "    }\n"
         "    Receive_Tcp_Fin;",
         "    multiple {\n"
         "      acknowledgements();\n"
         "    }\n"
         "    Receive_Tcp_Fin;"}}},
      {"data_after_peer_closed",
       kTcp,
       {{"tcp.spl",
         "      text();\n"
         "    } or {\n"
         "      acknowledgements();",
         "      Transmit_Tcp_Ack;\n"
         "    } or {\n"
         "      acknowledgements();"},
        {"tcp.spl",
         "            text();\n"
         "          } or {\n"
         "            acknowledgements();",
         "            Transmit_Tcp_Ack;\n"
         "          } or {\n"
         "            acknowledgements();"}}},
      {"whole_passive_life",
       kTcp,
       {{"tcp.spl", "      Notify_Tcp_Listen;\n",
         "      Notify_Tcp_Listen;\n"
         "      exit;\n"}}},
  };
}

std::vector<Mutant> stray_mutants() {
  const auto changed = [](const std::string& property, const std::string& from,
                          const std::string& to) {
    return Mutant{property, kStray, {{"stray.spl", from, to}}};
  };
  const auto optionally = [](const std::string& statecall) {
    return "      optional {\n        " + statecall + ";\n      }\n";
  };
  const std::string rst = "      Receive_Stray_Rst;\n";
  const std::string ack = "      Receive_Stray_Ack;\n";
  const std::string syn = "      Receive_Listen_Syn;\n";
  const std::string done = "    Notify_Stray_Done;\n";
  const std::string by_ack = optionally("Transmit_Stray_Rst");
  const std::string by_other = optionally("Transmit_Stray_RstAck");
  const std::string opened = optionally("Notify_Listen_Opened");
  return {
      changed("resets_are_not_answered", rst, rst + by_ack),
      changed("reset_answers_an_ack", rst, rst + by_ack),
      changed("acknowledging_reset_answers_what_has_no_ack", rst, rst + by_other),
      changed("one_answer", by_ack, by_ack + by_ack),
      changed("only_a_syn_opens", ack, ack + opened),
      changed("opens_once", opened, opened + opened),
      changed("a_syn_that_opens_is_not_reset", syn, syn + by_other),
      changed("one_at_a_time", done, "    optional {\n      Notify_Stray_Done;\n    }\n"),
      changed("silence_is_allowed", by_other, "      Transmit_Stray_RstAck;\n"),
      changed("a_port_scan", by_other, by_other + "      exit;\n"),
      changed("half_open_recovery", by_ack, ""),
      changed("a_connection_opens", opened, ""),
  };
}

}  // namespace spl::test
