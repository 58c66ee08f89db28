#include "web/router.hpp"

#include <algorithm>
#include <charconv>

#include "web/page.hpp"

namespace spl::debug::web {
namespace {

constexpr std::string_view kJson = "application/json";

std::string_view type_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".json", kJson},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"}};
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

/// Takes as long for any wrong text of a length: how much of it was right cannot be measured.
bool same_secret(std::string_view given, std::string_view secret) {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i]) ^
                  static_cast<unsigned>(static_cast<unsigned char>(secret[i % secret.size()]));
  }
  return difference == 0;
}

/// "%2e" -> "."; nullopt for what is no escape.
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    const auto hex = text.substr(i + 1, 2);
    const auto end = hex.data() + hex.size();
    const auto [stop, error] = std::from_chars(hex.data(), end, value, 16);
    if (hex.size() != 2 || error != std::errc() || stop != end) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

/// A loopback host as a URL names it.
bool loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  if (!host.starts_with("127.")) return false;
  int dots = 0;
  for (const char c : host) {
    if (c == '.') ++dots;
    if (c != '.' && (c < '0' || c > '9')) return false;
  }
  return dots == 3;
}

/// Static things are asked for by GET and HEAD.
bool reads(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

Answer wrong_method(std::string_view allow) {
  auto answer = plain(405, "Not by this method.\n");
  answer.allow = allow;
  return answer;
}

}  // namespace

Answer plain(unsigned status, std::string text) {
  Answer answer;
  answer.status = status;
  answer.owned = std::make_shared<const std::string>(std::move(text));
  answer.body = *answer.owned;
  return answer;
}

Router::Router(const ServerOptions& options, std::uint16_t port,
               const std::map<std::string, std::string>& descriptions)
    : options_(options), port_(port), descriptions_(descriptions) {}

bool Router::our_host(std::string_view host) const {
  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && host.find(']', colon) == host.npos;
  const auto port = has_port ? host.substr(colon + 1) : std::string_view("80");
  return port == std::to_string(port_) && loopback(has_port ? host.substr(0, colon) : host);
}

bool Router::our_origin(std::string_view origin) const {
  constexpr std::string_view kScheme = "http://";
  return origin.starts_with(kScheme) && our_host(origin.substr(kScheme.size()));
}

Answer Router::route(const Request& request) const {
  // Whoever does not know the token learns nothing but this.
  auto path = request.target.substr(0, request.target.find('?'));
  if (!path.starts_with('/')) return plain(404, "There is nothing here.\n");
  path.remove_prefix(1);
  const auto token = path.substr(0, path.find('/'));
  if (!same_secret(token, options_.token)) return plain(404, "There is nothing here.\n");
  if (!options_.any_host && (request.hosts != 1 || !our_host(request.host))) {
    return plain(403,
                 "The Host of the request is not the loopback address that this server has. "
                 "Through a tunnel, use the same port at both ends.\n");
  }
  if (path.size() == token.size()) {
    auto answer = plain(308, "The page has a / at the end.\n");
    answer.location = "/" + options_.token + "/";
    return answer;
  }
  return below_token(request, path.substr(token.size() + 1));
}

Answer Router::below_token(const Request& request, std::string_view path) const {
  constexpr std::string_view kApi = "api/";
  constexpr std::string_view kPolicy = "api/policy/";
  if (path == "api/stream") {
    if (request.method != "GET") return wrong_method("GET");
    Answer answer;
    answer.stream = true;
    return answer;
  }
  if (path.starts_with(kPolicy)) {
    const auto name = unescaped(path.substr(kPolicy.size()));
    const auto found = name ? descriptions_.find(*name) : descriptions_.end();
    if (found == descriptions_.end()) return plain(404, "There is no such policy.\n");
    if (!reads(request.method)) return wrong_method("GET, HEAD");
    Answer answer;
    answer.type = kJson;
    answer.body = found->second;
    return answer;
  }
  if (path.starts_with(kApi)) return command(request, path.substr(kApi.size()));
  const auto wanted = path.empty() ? std::string_view("index.html") : path;
  for (const auto& file : page_files()) {
    if (file.name != wanted) continue;
    if (!reads(request.method)) return wrong_method("GET, HEAD");
    Answer answer;
    answer.type = type_of(file.name);
    answer.body = file.text();
    return answer;
  }
  return plain(404, "There is no such file.\n");
}

Answer Router::command(const Request& request, std::string_view name) const {
  const auto& known = options_.capabilities;
  if (std::find(known.begin(), known.end(), name) == known.end() || !options_.on_command) {
    return plain(404, "There is no such command.\n");
  }
  if (request.method != "POST") return wrong_method("POST");
  // What is no browser says nothing of an origin.
  if (!options_.any_host && !request.origin.empty() && !our_origin(request.origin)) {
    return plain(403, "Another site may not do this.\n");
  }
  auto reply = options_.on_command(name, request.body);
  auto answer = plain(reply.status, reply.body.empty() ? "{}" : std::move(reply.body));
  answer.type = kJson;
  return answer;
}

}  // namespace spl::debug::web
