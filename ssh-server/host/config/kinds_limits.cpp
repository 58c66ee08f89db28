// Keywords about listening and limits: see kinds_apart.hpp; sshd_config(5).
#include <fmt/format.h>

#include <algorithm>

#include "host/config/kinds_apart.hpp"

namespace ssh::config {

Status PortKind::read(const Input& input, ServerOptions& options) {
  const auto port = read_number(input.words[0], 1, 65535);
  if (port) options.ports.push_back(static_cast<std::uint16_t>(*port));
  return status_of(port);
}

void PortKind::print(const ServerOptions& options, Printer& printer) {
  for (const auto port : options.ports) printer.line(std::to_string(port));
}

Status ListenAddressKind::read(const Input& input, ServerOptions& options) {
  const auto address = read_listen_address(input.words[0]);
  if (address) options.listen_given.push_back(*address);
  return status_of(address);
}

void ListenAddressKind::print(const ServerOptions& options, Printer& printer) {
  for (const auto& address : options.listen) printer.line(to_string(address));
}

Status CompressionKind::read(const Input& input, ServerOptions& options) {
  // There is no compression before authentication, so "delayed" is what "yes" means.
  if (lower_case(input.words[0]) == "delayed") {
    options.compression = true;
    return {};
  }
  return Choice<&ServerOptions::compression>::read(input, options);
}

void CompressionKind::print(const ServerOptions& options, Printer& printer) {
  Choice<&ServerOptions::compression>::print(options, printer);
}

Status RekeyLimitKind::read(const Input& input, ServerOptions& options) {
  RekeyLimit limit;
  if (lower_case(input.words[0]) != "default") {
    const auto bytes = read_size(input.words[0]);
    if (!bytes) return status_of(bytes);
    // OpenSSH's bound; zero is the default.
    if (*bytes != 0 && *bytes < 16) return failure("fewer than 16 bytes");
    limit.bytes = *bytes;
  }
  if (input.words.size() > 1 && lower_case(input.words[1]) != "none") {
    const auto time = read_time(input.words[1]);
    if (!time) return status_of(time);
    limit.time = *time;
  }
  options.rekey_limit = limit;
  return {};
}

void RekeyLimitKind::print(const ServerOptions& options, Printer& printer) {
  printer.line(fmt::format("{} {}", options.rekey_limit.bytes, options.rekey_limit.time.count()));
}

Status MaxStartupsKind::read(const Input& input, ServerOptions& options) {
  const auto parts = split(input.words[0], ':');
  if (parts.size() != 1 && parts.size() != 3) {
    return failure(quote(input.words[0]) + " is neither NUMBER nor START:RATE:FULL");
  }
  MaxStartups startups;
  const auto start = read_number(parts.front(), 1, 1'000'000);
  const auto full = read_number(parts.back(), 1, 1'000'000);
  if (!start || !full) return status_of(start ? full : start);
  startups.start = static_cast<unsigned>(*start);
  startups.full = static_cast<unsigned>(*full);
  if (parts.size() == 3) {
    const auto rate = read_number(parts[1], 1, 100);
    if (!rate) return status_of(rate);
    startups.rate = static_cast<unsigned>(*rate);
  }
  if (startups.start > startups.full) return failure("START is more than FULL");
  options.max_startups = startups;
  return {};
}

void MaxStartupsKind::print(const ServerOptions& options, Printer& printer) {
  const MaxStartups& startups = options.max_startups;
  printer.line(fmt::format("{}:{}:{}", startups.start, startups.rate, startups.full));
}

Status PerSourceMaxStartupsKind::read(const Input& input, ServerOptions& options) {
  options.per_source_max_startups.reset();
  if (lower_case(input.words[0]) == "none") return {};
  const auto number = read_number(input.words[0], 1, 1'000'000);
  if (number) options.per_source_max_startups = static_cast<unsigned>(*number);
  return status_of(number);
}

void PerSourceMaxStartupsKind::print(const ServerOptions& options, Printer& printer) {
  const auto& number = options.per_source_max_startups;
  printer.line(number ? std::to_string(*number) : "none");
}

Status NetBlockSizeKind::read(const Input& input, ServerOptions& options) {
  const auto parts = split(input.words[0], ':');
  if (parts.size() > 2) return failure(quote(input.words[0]) + " is no BITS[:BITS]");
  const auto v4 = read_number(parts[0], 0, 32);
  const auto v6 = parts.size() == 2 ? read_number(parts[1], 0, 128) : Result<std::uint64_t>(128);
  if (!v4 || !v6) return status_of(v4 ? v6 : v4);
  options.per_source_net_block_size = {static_cast<unsigned>(*v4), static_cast<unsigned>(*v6)};
  return {};
}

void NetBlockSizeKind::print(const ServerOptions& options, Printer& printer) {
  const NetBlockSize& size = options.per_source_net_block_size;
  printer.line(fmt::format("{}:{}", size.v4, size.v6));
}

namespace {

/// The parts of PerSourcePenalties: exactly one of the members is there.
struct Penalty {
  std::string_view name;
  Seconds PerSourcePenalties::*time;
  unsigned PerSourcePenalties::*number;
  bool PerSourcePenalties::*permissive;
};
constexpr Penalty kPenalties[] = {
    {"crash", &PerSourcePenalties::crash, nullptr, nullptr},
    {"authfail", &PerSourcePenalties::auth_fail, nullptr, nullptr},
    {"noauth", &PerSourcePenalties::no_auth, nullptr, nullptr},
    {"grace-exceeded", &PerSourcePenalties::grace_exceeded, nullptr, nullptr},
    {"refuseconnection", &PerSourcePenalties::refuse_connection, nullptr, nullptr},
    {"max", &PerSourcePenalties::max, nullptr, nullptr},
    {"min", &PerSourcePenalties::min, nullptr, nullptr},
    {"max-sources4", nullptr, &PerSourcePenalties::max_sources4, nullptr},
    {"max-sources6", nullptr, &PerSourcePenalties::max_sources6, nullptr},
    {"overflow", nullptr, nullptr, &PerSourcePenalties::overflow4_permissive},
    {"overflow6", nullptr, nullptr, &PerSourcePenalties::overflow6_permissive},
};

/// The values of one part; `set`: it is the first of its name.
Status read_penalty(const Penalty& penalty, std::string_view value, bool set,
                    PerSourcePenalties& penalties) {
  if (penalty.time != nullptr) {
    const auto time = read_time(value);
    if (time && set) penalties.*penalty.time = *time;
    return status_of(time);
  }
  if (penalty.number != nullptr) {
    const auto number = read_number(value, 1, 10'000'000);
    if (number && set) penalties.*penalty.number = static_cast<unsigned>(*number);
    return status_of(number);
  }
  if (value != "permissive" && value != "deny-all") {
    return failure(quote(value) + " is none of permissive, deny-all");
  }
  if (set) penalties.*penalty.permissive = value == "permissive";
  return {};
}

}  // namespace

Status PenaltiesKind::read(const Input& input, ServerOptions& options) {
  PerSourcePenalties& penalties = options.per_source_penalties;
  // Bit 0 is for yes and no; what is given first counts, part by part, as in OpenSSH.
  const auto first_time = [&](std::size_t bit) {
    const bool first = (penalties.given & 1U << bit) == 0;
    penalties.given |= 1U << bit;
    return first;
  };
  for (const std::string& word : input.words) {
    const std::string lower = lower_case(word);
    if (lower == "yes" || lower == "no" || lower == "off") {
      if (first_time(0)) penalties.enabled = lower == "yes";
      continue;
    }
    const auto* const penalty = std::find_if(
        std::begin(kPenalties), std::end(kPenalties),
        [&](const Penalty& known) { return word.starts_with(std::string(known.name) + ":"); });
    if (penalty == std::end(kPenalties)) return failure(quote(word) + " is no penalty");
    const auto bit = static_cast<std::size_t>(penalty - std::begin(kPenalties)) + 1;
    const auto done = read_penalty(*penalty, std::string_view(word).substr(word.find(':') + 1),
                                   first_time(bit), penalties);
    if (!done) return done;
    // "overflow" is for both, unless overflow6 says otherwise.
    if (penalty->name == "overflow" && (penalties.given & 1U << (bit + 1)) == 0) {
      penalties.overflow6_permissive = penalties.overflow4_permissive;
    }
  }
  return {};
}

void PenaltiesKind::print(const ServerOptions& options, Printer& printer) {
  const PerSourcePenalties& penalties = options.per_source_penalties;
  if (!penalties.enabled) return printer.line("no");
  std::string text;
  for (const Penalty& penalty : kPenalties) {
    if (!text.empty()) text += ' ';
    text += std::string(penalty.name) + ":";
    if (penalty.time != nullptr) text += std::to_string((penalties.*penalty.time).count());
    if (penalty.number != nullptr) text += std::to_string(penalties.*penalty.number);
    if (penalty.permissive != nullptr) {
      text += penalties.*penalty.permissive ? "permissive" : "deny-all";
    }
  }
  printer.line(text);
}

Status ExemptListKind::read(const Input& input, ServerOptions& options) {
  options.per_source_penalty_exempt_list.clear();
  if (lower_case(input.words[0]) == "none") return {};
  const auto checked = match_address_list("", input.words[0]);
  if (checked) options.per_source_penalty_exempt_list = input.words[0];
  return status_of(checked);
}

void ExemptListKind::print(const ServerOptions& options, Printer& printer) {
  print_or_none(options.per_source_penalty_exempt_list, printer);
}

}  // namespace ssh::config
