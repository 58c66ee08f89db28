// The table behind mutant_test.cpp. A property that no change could break would prove nothing.
//
// Every `from` is a piece of the policy's text; a test fails if it is no longer there, so whoever
// changes a policy finds the line here.
#include "mutants.hpp"

namespace spl::test {
namespace {

constexpr auto kAuth = "ssh-server/policy/auth.spl";
constexpr auto kChannel = "ssh-server/policy/channel.spl";
constexpr auto kConnection = "ssh-server/policy/connection.spl";
constexpr auto kPing = "examples/ping.spl";
constexpr auto kPrivsep = "ssh-server/policy/privsep.spl";
constexpr auto kSftp = "ssh-server/policy/sftp.spl";
constexpr auto kSsh = "ssh-server/policy/ssh.spl";
constexpr auto kSshAll = "ssh-server/policy/ssh_all.spl";
constexpr auto kTransport = "ssh-server/policy/transport.spl";

using Edits = std::vector<Edit>;

/// The keys cannot be changed.
Edits no_rekey() {
  return {{"transport.spl",
           "or {\n"
           "      rekey(accepted, success, ext_in);",
           "or (false) {\n"
           "      rekey(accepted, success, ext_in);"}};
}

/// The layers above are let through before the key exchange.
Edits services_in_the_clear() {
  return {{"transport.spl",
           "      noise_in();\n"
           "      early = true;",
           "      either {\n"
           "        noise_in();\n"
           "      } or {\n"
           "        service_in();\n"
           "      } or {\n"
           "        service_out();\n"
           "      } or {\n"
           "        Transmit_Transport_ServiceAccept;\n"
           "      } or {\n"
           "        Transmit_Auth_Success;\n"
           "      }"}};
}

/// The connection layer does not wait for authentication.
Edits no_login() {
  return {{"connection.spl", "    Transmit_Auth_Success;\n",
           "    optional {\n"
           "      Transmit_Auth_Success;\n"
           "    }\n"}};
}

std::vector<Mutant> transport_mutants() {
  return {
      {"strict_means_strict",
       kTransport,
       {{"transport.spl",
         "        exchange();\n"
         "        first_newkeys(ext_in, ext_out, strict);\n"
         "        strict = false;",
         "        always_allow (Receive_Transport_Ignore) {\n"
         "          exchange();\n"
         "        }\n"
         "        first_newkeys(ext_in, ext_out, strict);\n"
         "        strict = false;"}}},
      {"strict_from_the_start",
       kTransport,
       {{"transport.spl",
         "either (early) {\n"
         "        abort;\n"
         "      } or (!early) {",
         "either (false) {\n"
         "        abort;\n"
         "      } or {"}}},
      {"encrypted_stays_encrypted",
       kTransport,
       {{"transport.spl", "    encrypted = true;\n",
         "    encrypted = true;\n"
         "    Receive_Transport_Ignore;\n"
         "    encrypted = false;\n"}}},
      {"encrypted_needs_both_newkeys",
       kTransport,
       {{"transport.spl", "      strict = true;\n",
         "      strict = true;\n"
         "      encrypted = true;\n"}}},
      {"keys_come_from_an_exchange",
       kTransport,
       {{"transport.spl",
         "        exchange();\n"
         "        first",
         "        optional {\n"
         "          exchange();\n"
         "        }\n"
         "        first"}}},
      {"exchange_needs_kexinit",
       kTransport,
       {{"transport.spl", "until (kexinit_in && kexinit_out)",
         "until (kexinit_in || kexinit_out)"}}},
      {"silent_after_disconnect",
       kTransport,
       {{"transport.spl",
         "    Transmit_Transport_Disconnect;\n"
         "    exit;",
         "    Transmit_Transport_Disconnect;"}}},
      {"quiet_while_rekeying",
       kTransport,
       {{"transport.spl",
         "      service_in();\n"
         "      ext_in = false;\n"
         "    } or {\n"
         "      noise_out();",
         "      service_out();\n"
         "      ext_in = false;\n"
         "    } or {\n"
         "      noise_out();"}}},
      {"one_kexinit_per_exchange",
       kTransport,
       {{"transport.spl",
         "  Transmit_Transport_KexInit;\n"
         "  multiple {",
         "  multiple (1..) {\n"
         "    Transmit_Transport_KexInit;\n"
         "  }\n"
         "  multiple {"}}},
      {"client_quiet_while_rekeying",
       kTransport,
       {{"transport.spl",
         "    Receive_Transport_KexInit;\n"
         "    multiple {\n"
         "      either {\n"
         "        outgoing(accepted, success);",
         "    Receive_Transport_KexInit;\n"
         "    multiple {\n"
         "      either {\n"
         "        service_in();"}}},
      {"extensions_are_encrypted",
       kTransport,
       {{"transport.spl", "      version_out = true;\n",
         "      version_out = true;\n"
         "      optional {\n"
         "        Transmit_Transport_ExtInfo;\n"
         "      }\n"}}},
      {"client_extensions_are_encrypted",
       kTransport,
       {{"transport.spl", "      version_in = true;\n",
         "      version_in = true;\n"
         "      optional {\n"
         "        Receive_Transport_ExtInfo;\n"
         "      }\n"}}},
      {"server_may_rekey", kTransport, no_rekey()},
      {"client_may_rekey", kTransport, no_rekey()},
      {"data_during_rekey",
       kTransport,
       {{"transport.spl",
         "      service_in();\n"
         "      ext_in = false;\n"
         "    } or {\n"
         "      noise_out();",
         "      noise_out();"}}},
  };
}

std::vector<Mutant> auth_mutants() {
  return {
      {"no_forged_success",
       kAuth,
       {{"auth.spl",
         "    Receive_Auth_Success;\n"
         "    abort;",
         "    Receive_Auth_Success;"}}},
      {"success_at_most_once", kAuth, {{"auth.spl", "until (authenticated)", "until (false)"}}},
      {"silent_after_success", kAuth, {{"auth.spl", "until (authenticated)", "until (false)"}}},
      {"success_needs_service", kAuth, {{"auth.spl", "    serv_auth = true;\n", ""}}},
      {"success_answers_a_request",
       kAuth,
       {{"auth.spl",
         "or (answer && !query) {\n"
         "        // The other",
         "or {\n"
         "        // The other"}}},
      {"each_request_is_answered",
       kAuth,
       {{"auth.spl", "(!answer && failures < 20)", "(failures < 20)"}}},
      {"query_is_no_login",
       kAuth,
       {{"auth.spl",
         "or (answer && !query) {\n"
         "        // The other",
         "or (answer) {\n"
         "        // The other"}}},
      {"guessing_ends", kAuth, {{"auth.spl", "(!answer && failures < 20)", "(!answer)"}}},
      {"login_after_failures", kAuth, {{"auth.spl", "failures < 20", "failures < 19"}}},
      {"login_in_two_factors",
       kAuth,
       {{"auth.spl", "        Transmit_Auth_PartialSuccess;\n",
         "        Transmit_Auth_PartialSuccess;\n"
         "        exit;\n"}}},
      {"login_by_questions",
       kAuth,
       {{"auth.spl",
         "        Receive_Auth_InfoResponse;\n"
         "        info = false;\n"
         "        answer = true;",
         "        Receive_Auth_InfoResponse;\n"
         "        info = false;\n"
         "        answer = false;"}}},
  };
}

std::vector<Mutant> connection_mutants() {
  return {
      {"login_before_sessions", kConnection, no_login()},
      {"login_before_commands", kConnection, no_login()},
      {"login_before_forwarding", kConnection, no_login()},
      {"uninvited_channels", kConnection, {{"connection.spl", "or (invited) {", "or {"}}},
      {"answers_follow_requests",
       kConnection,
       {{"connection.spl", "int (0..2) requests", "int (0..2) requests = 1"}}},
      {"client_answers_follow_requests",
       kConnection,
       {{"connection.spl", "or (probed) {", "or {"}}},
      {"channels_are_confirmed", kConnection, {{"connection.spl", "or (opened) {", "or {"}}},
  };
}

std::vector<Mutant> channel_mutants() {
  return {
      {"nothing_after_our_close", kChannel, {{"channel.spl", "or (!close_out) {", "or {"}}},
      {"nothing_after_their_close",
       kChannel,
       {{"channel.spl", "either (!close_in) {", "either {"}}},
      {"over_when_both_closed",
       kChannel,
       {{"channel.spl",
         "until (close_in && close_out);\n"
         "    gone();",
         "until (close_in && close_out);\n"
         "    Receive_Channel_Data;\n"
         "    gone();"}}},
      {"close_is_answered",
       kChannel,
       {{"channel.spl", "until (close_in && close_out)", "until (close_in)"}}},
      {"eof_ends_data", kChannel, {{"channel.spl", "(flows && !eof_out)", "(flows)"}}},
      {"one_program", kChannel, {{"channel.spl", "            started = true;\n", ""}}},
      {"terminal_before_program", kChannel, {{"channel.spl", "(!started && !pty)", "(!pty)"}}},
      {"exit_needs_program", kChannel, {{"channel.spl", "(started && !exited)", "(!exited)"}}},
      {"one_exit", kChannel, {{"channel.spl", "(started && !exited)", "(started)"}}},
      {"only_sessions_run_programs", kChannel, {{"channel.spl", "or (session) {", "or {"}}},
      {"data_needs_a_confirmed_channel", kChannel, {{"channel.spl", "    opened = true;\n", ""}}},
      {"a_whole_session", kChannel, {{"channel.spl", "          exited = true;\n", ""}}},
      {"a_forwarded_connection",
       kChannel,
       {{"channel.spl", "(flows && !eof_in)", "(session && flows && !eof_in)"}}},
  };
}

std::vector<Mutant> session_mutants() {
  return {
      {"serv_auth_implies_encrypted", kSsh, services_in_the_clear()},
      {"no_success_in_the_clear", kSsh, services_in_the_clear()},
      {"no_password_in_the_clear", kSsh, services_in_the_clear()},
      {"no_channel_in_the_clear", kSsh, services_in_the_clear()},
      {"rekey_before_login", kSsh, no_rekey()},
      {"login_after_rekey", kSsh, no_rekey()},
      {"login_outlives_rekey",
       kSsh,
       {{"auth.spl",
         "    while {\n"
         "      late_request();",
         "    Receive_Auth_Request_None;\n"
         "    authenticated = false;\n"
         "    while {\n"
         "      late_request();"}}},
      {"other_services_end_it",
       kSsh,
       {{"auth.spl",
         "        Transmit_Transport_Disconnect;\n"
         "        exit;\n",
         ""}}},
      {"everyone_finishes",
       kSsh,
       {{"connection.spl",
         "    Receive_Transport_Disconnect;\n"
         "    exit;",
         "    Receive_Transport_Disconnect;"}}},
      {"channels_belong_to_somebody", kSshAll, no_login()},
      {"programs_belong_to_somebody", kSshAll, no_login()},
      {"session_outlives_rekey", kSshAll, no_rekey()},
      {"full_login_with_exec", kSshAll, {{"channel.spl", "          exited = true;\n", ""}}},
      {"full_login_with_terminal", kSshAll, {{"channel.spl", "            pty = true;\n", ""}}},
  };
}

std::vector<Mutant> ping_mutants() {
  return {
      {"answers_follow_questions",
       kPing,
       {{"ping.spl",
         "    Notify_Ping_SummaryWanted;\n"
         "    Notify",
         "    Receive_Ping_EchoReply;\n"
         "    Notify"}}},
      {"waits_after_request", kPing, {{"ping.spl", "      waiting = true;\n", ""}}},
      {"gives_up", kPing, {{"ping.spl", "until (lost == 3)", "until (false)"}}},
      {"may_end_happily",
       kPing,
       {{"ping.spl",
         "        Notify_Ping_Done;\n"
         "        exit;",
         "        Notify_Ping_Done;"}}},
  };
}

std::vector<Mutant> sftp_mutants() {
  const auto optionally = [](const std::string& statecall) {
    return "    optional {\n      " + statecall + ";\n    }\n";
  };
  const std::string init = "    Receive_Sftp_Init;\n";
  const std::string version = "    Transmit_Sftp_Version;\n";
  const Edits no_exit = {{"sftp.spl",
                          "    Notify_Sftp_End;\n"
                          "    exit;",
                          "    Notify_Sftp_End;"}};
  const Edits uncounted = {{"sftp.spl", "        one_less_request(requests);\n", ""}};
  const Edits unasked = {{"sftp.spl", "or (requests > 0) {", "or {"}, uncounted[0]};
  return {
      {"sftp_init_first", kSftp, {{"sftp.spl", init, optionally("Receive_Sftp_Init")}}},
      {"sftp_version_before_requests",
       kSftp,
       {{"sftp.spl", version, optionally("Transmit_Sftp_Version")}}},
      {"sftp_one_init", kSftp, {{"sftp.spl", init, init + optionally("Receive_Sftp_Init")}}},
      {"sftp_one_version",
       kSftp,
       {{"sftp.spl", version, version + optionally("Transmit_Sftp_Version")}}},
      {"sftp_answers_follow_requests", kSftp, unasked},
      {"sftp_one_answer_each", kSftp, uncounted},
      {"sftp_requests_ahead",
       kSftp,
       {{"sftp.spl",
         "either {\n"
         "        request();",
         "either (requests == 0) {\n"
         "        request();"}}},
      {"sftp_data_needs_handle", kSftp, {{"sftp.spl", "or (opened) {", "or {"}}},
      {"sftp_handle_needs_open", kSftp, {{"sftp.spl", "or (opening) {", "or {"}}},
      {"sftp_silent_after_end", kSftp, no_exit},
      {"sftp_ends_together", kSftp, no_exit},
  };
}

std::vector<Mutant> privsep_mutants() {
  const auto changed = [](const std::string& property, const std::string& from,
                          const std::string& to) {
    return Mutant{property, kPrivsep, {{"privsep.spl", from, to}}};
  };
  const std::string attempt = "        attempt(authenticated, asked);\n";
  const std::string allow =
      "      always_allow (Receive_Privsep_SignExchange, Transmit_Privsep_Signature) {\n";
  const std::string key_ok = "      Transmit_Privsep_AuthPublicKeyOk;\n";
  const std::string until = "} until (authenticated);";
  const std::string for_ever = "} until (authenticated && asked);";
  const std::string other = "      Receive_Privsep_AuthOther;\n    }\n";
  const std::string prompts = "      Transmit_Privsep_AuthPrompts;\n";
  return {
      changed(
          "nothing_before_login", attempt,
          "        either {\n          service();\n        } or {\n  " + attempt + "        }\n"),
      changed("login_is_the_monitors_word", key_ok, key_ok + "      authenticated = true;\n"),
      changed("login_needs_an_exchange", "    exchanged = true;\n", ""),
      changed("no_attempt_before_exchange", "      Transmit_Privsep_Signature;\n    }\n    do {",
              "      optional {\n        Transmit_Privsep_Signature;\n      }\n    }\n    do {"),
      changed("no_proof_before_exchange",
              "    Receive_Privsep_SignExchange;\n    Transmit_Privsep_Signature;\n    exchanged",
              "    optional {\n      Receive_Privsep_ProveHostKeys;\n      "
              "Transmit_Privsep_Proofs;\n    }\n"
              "    Receive_Privsep_SignExchange;\n    Transmit_Privsep_Signature;\n    exchanged"),
      changed("privsep_success_at_most_once", until, for_ever),
      changed("no_attempt_after_success", until, for_ever),
      changed("one_attempt_at_a_time", other,
              other + "    optional {\n      Receive_Privsep_AuthNone;\n    }\n"),
      changed("privsep_query_is_no_login", key_ok,
              key_ok +
                  "    } or {\n      Transmit_Privsep_AuthSuccess;\n      authenticated = true;\n"),
      changed("answers_need_questions", "} or (asked) {", "} or {"),
      changed("nothing_after_the_end", "  while (!ended) {", "  while {"),
      changed("login_is_possible", "    Transmit_Privsep_Program;\n",
              "    Transmit_Privsep_Program;\n    abort;\n"),
      changed("second_exchange_during_login", allow + attempt + "      }\n", attempt),
      changed("privsep_login_by_questions", prompts + "      asked = true;\n", prompts),
  };
}

std::vector<Mutant> client_mutants() {
  const std::string client = "ssh-server/policy/client/";
  const auto before_exchange = [&](const std::string& what) {
    return Edits{{"transport.spl", "    Transmit_Kex_EcdhInit;\n",
                  "    optional {\n"
                  "      " +
                      what +
                      ";\n"
                      "    }\n"
                      "    Transmit_Kex_EcdhInit;\n"}};
  };
  const Edits in_the_clear = {{"transport.spl",
                               "      noise_in();\n"
                               "      early = true;",
                               "      either {\n"
                               "        service_in();\n"
                               "      } or {\n"
                               "        service_out();\n"
                               "      } or {\n"
                               "        Receive_Auth_Success;\n"
                               "      }"}};
  return {
      {"nothing_before_newkeys", client + "transport.spl",
       before_exchange("Transmit_Channel_Data")},
      {"no_noise_before_newkeys", client + "transport.spl",
       before_exchange("Transmit_Transport_Ignore")},
      {"server_extensions_are_encrypted",
       client + "transport.spl",
       {{"transport.spl", "      version_in = true;\n",
         "      version_in = true;\n"
         "      optional {\n"
         "        Receive_Transport_ExtInfo;\n"
         "      }\n"}}},
      {"nothing_after_success",
       client + "auth.spl",
       {{"auth.spl", "    // There is nothing more",
         "    Transmit_Auth_Request_None;\n"
         "    // There is nothing more"}}},
      {"service_before_credentials",
       client + "auth.spl",
       {{"auth.spl", "    Receive_Transport_ServiceAccept;\n",
         "    optional {\n"
         "      Receive_Transport_ServiceAccept;\n"
         "    }\n"}}},
      {"responses_are_asked_for", client + "auth.spl", {{"auth.spl", "or (info) {", "or {"}}},
      {"one_request_at_a_time",
       client + "auth.spl",
       {{"auth.spl", "(!answer && failures < 20)", "(failures < 20)"}}},
      {"no_sessions_for_servers",
       client + "connection.spl",
       {{"connection.spl",
         "    Receive_Connection_Open_Session;\n"
         "    abort;",
         "    Receive_Connection_Open_Session;"}}},
      {"server_answers_follow_requests",
       client + "connection.spl",
       {{"connection.spl", "connection(int (0..2) requests,",
         "connection(int (0..2) requests = 1,"}}},
      {"answers_are_asked_for", client + "channel.spl", {{"channel.spl", "or (asked) {", "or {"}}},
      {"credentials_are_encrypted", client + "ssh.spl", in_the_clear},
      {"login_is_encrypted", client + "ssh.spl", in_the_clear},
  };
}

}  // namespace

std::vector<Mutant> mutants() {
  std::vector<Mutant> all;
  for (auto* group :
       {transport_mutants, auth_mutants, connection_mutants, channel_mutants, session_mutants,
        privsep_mutants, sftp_mutants, client_mutants, tcp_mutants, stray_mutants, ping_mutants}) {
    for (auto& mutant : group()) all.push_back(std::move(mutant));
  }
  return all;
}

}  // namespace spl::test
