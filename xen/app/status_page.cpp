// HTTP/1.1 (RFC 9112), as much as a page needs: one request a connection, GET and HEAD. "/" is for
// people, "/status.json" for programs.
#include <utility>

#include "app/services.hpp"

namespace xenrt::app {
namespace {

constexpr std::size_t kRows = 200;

struct Number {
  const char* name;
  std::uint64_t value;
};

std::vector<Number> numbers(const NetStats& s, Instant up) {
  return {{"uptime_seconds", static_cast<std::uint64_t>(
                                 std::chrono::duration_cast<std::chrono::seconds>(up).count())},
          {"policed", s.policed ? 1U : 0U},
          {"connections", s.connections},
          {"accepted", s.accepted},
          {"connected", s.connected},
          {"segments_in", s.segments_in},
          {"segments_out", s.segments_out},
          {"refused_in", s.refused_in},
          {"refused_out", s.refused_out},
          {"resets_for_no_connection", s.resets_out},
          {"half_open_dropped", s.half_open_dropped},
          {"disagreements", s.disagreements},
          {"frames_in", s.frames_in},
          {"frames_out", s.frames_out},
          {"frames_dropped", s.frames_dropped},
          {"memory", s.memory},
          {"memory_peak", s.memory_peak},
          {"memory_limit", s.memory_limit}};
}

}  // namespace

// No text on these pages comes from outside: addresses are printed from their bytes.
std::string status_json(const Stack& stack, Instant up) {
  std::string out = "{";
  for (const auto& n : numbers(stack.stats(), up)) {
    out += "\"" + std::string(n.name) + "\":" + std::to_string(n.value) + ",";
  }
  out += "\"addresses\":[";
  for (const bool v6 : {false, true}) {
    const auto address = stack.address(v6);
    if (!address) continue;
    out += (out.back() == '[' ? "\"" : ",\"") + to_string(*address) + "\"";
  }
  out += "],\"tcp\":[";
  bool first = true;
  for (const auto& c : stack.connections()) {
    if (!std::exchange(first, false)) out += ",";
    out += "{\"local\":\"" + to_string(c.local) + "\",\"remote\":\"" + to_string(c.remote) +
           "\",\"state\":\"" + c.state + "\",\"bytes_in\":" + std::to_string(c.bytes_in) +
           ",\"bytes_out\":" + std::to_string(c.bytes_out) +
           ",\"refused_in\":" + std::to_string(c.refused_in) + "}";
  }
  return out + "]}\n";
}

namespace {

std::string html(const Stack& stack, Instant up) {
  std::string out =
      "<!doctype html><html lang=en><meta charset=utf-8><title>Policed TCP</title>"
      "<style>body{font:15px sans-serif;margin:2em}td,th{padding:.15em .8em;text-align:left}"
      "td:nth-child(n+4){text-align:right}</style><h1>Policed TCP</h1><table>";
  for (const auto& n : numbers(stack.stats(), up)) {
    std::string name = n.name;
    for (auto& c : name) c = c == '_' ? ' ' : c;
    out += "<tr><td>" + name + "<td>" + std::to_string(n.value);
  }
  out +=
      "</table><h2>Connections, and where their monitors are</h2><table><tr><th>local<th>remote"
      "<th>state<th>bytes in<th>bytes out<th>refused";
  std::size_t rows = 0;
  const auto all = stack.connections();
  for (const auto& c : all) {
    if (++rows > kRows) break;
    out += "<tr><td>" + to_string(c.local) + "<td>" + to_string(c.remote) + "<td>" + c.state +
           "<td>" + std::to_string(c.bytes_in) + "<td>" + std::to_string(c.bytes_out) + "<td>" +
           std::to_string(c.refused_in);
  }
  out += "</table>";
  if (all.size() > kRows) out += "<p>and " + std::to_string(all.size() - kRows) + " more";
  return out + "\n";
}

std::string response(const char* status, const char* type, const std::string& body, bool head) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n" + (head ? "" : body);
}

}  // namespace

std::string answer_http(std::string_view request, const Stack& stack, Instant up) {
  const auto line = request.substr(0, request.find("\r\n"));
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last ||
      !line.substr(last + 1).starts_with("HTTP/1.")) {
    return response("400 Bad Request", "text/plain", "This is no HTTP/1.1 request.\n", false);
  }
  const auto method = line.substr(0, first);
  const auto path = line.substr(first + 1, last - first - 1);
  const bool head = method == "HEAD";
  if (!head && method != "GET") {
    return response("405 Method Not Allowed", "text/plain", "GET and HEAD only.\n", false);
  }
  if (path == "/") return response("200 OK", "text/html", html(stack, up), head);
  if (path == "/status.json") {
    return response("200 OK", "application/json", status_json(stack, up), head);
  }
  return response("404 Not Found", "text/plain", "There are / and /status.json.\n", head);
}

}  // namespace xenrt::app
