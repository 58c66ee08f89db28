#include "support.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace spl::debug::test {

RunningServer::RunningServer(ServerOptions options) : work_(context_.get_executor()) {
  const auto listening = listen_on("127.0.0.1:0");
  port_ = static_cast<std::uint16_t>(std::stoi(listening.address.substr(10)));
  options.listening = listening.socket;
  if (options.token.empty()) options.token = kToken;
  options.title = "a \"title\"";
  options.version = "1.2.3";
  options.main_policy = "ping";
  server_ = std::make_unique<Server>(context_, std::move(options),
                                     std::map<std::string, std::string>{{"ping", kDescription}});
  thread_ = std::thread([this] { context_.run(); });
}

RunningServer::~RunningServer() {
  boost::asio::post(context_, [this] { server_.reset(); });
  work_.reset();
  thread_.join();
}

Client::Client(std::uint16_t port, int receive_buffer)
    : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (receive_buffer != 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const timeval limit{30, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ADD_FAILURE() << "cannot connect";
    closed_ = true;
  }
}

Client::~Client() {
  ::close(socket_);
}

void Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;  // the other end had enough of it
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Client::end_of_sending() const {
  ::shutdown(socket_, SHUT_WR);
}

bool Client::receive_some() {
  std::array<char, 1 << 16> buffer;
  const auto n = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (n <= 0) {
    closed_ = true;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) ADD_FAILURE() << "nothing came";
    return false;
  }
  received_.append(buffer.data(), static_cast<std::size_t>(n));
  return true;
}

std::string Client::receive_until(std::string_view end) {
  std::size_t at = 0;
  while ((at = received_.find(end)) == std::string::npos) {
    if (!receive_some()) return std::exchange(received_, {});
  }
  auto out = received_.substr(0, at + end.size());
  received_.erase(0, at + end.size());
  return out;
}

std::string Client::event() {
  while (true) {
    auto text = receive_until("\n\n");
    if (text.empty()) return {};
    if (text.starts_with("data: ")) return text.substr(6, text.size() - 8);
    if (closed_) return {};
  }
}

std::string Client::receive_all() {
  while (receive_some()) {
  }
  return std::exchange(received_, {});
}

std::string Response::field(std::string_view name) const {
  const auto at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Response parse_response(const std::string& text) {
  Response out;
  const auto end = text.find("\r\n\r\n");
  out.head = text.substr(0, end == std::string::npos ? end : end + 2);
  if (end != std::string::npos) out.body = text.substr(end + 4);
  if (text.starts_with("HTTP/1.1 ")) out.status = std::atoi(text.c_str() + 9);
  return out;
}

Response request(const RunningServer& server, std::string_view method, std::string_view path,
                 std::string_view fields, std::string_view body) {
  std::string text = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\n";
  text += fields;
  if (fields.find("Host:") == fields.npos) text += "Host: " + server.host() + "\r\n";
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "Connection: close\r\n\r\n";
  Client client(server.port());
  client.send(text);
  client.send(body);
  return parse_response(client.receive_all());
}

void open_stream(Client& client, const RunningServer& server) {
  client.send("GET " + RunningServer::path("api/stream") + " HTTP/1.1\r\nHost: " + server.host() +
              "\r\n\r\n");
  const auto head = client.receive_until("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n")) << head;
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), head.npos) << head;
}

Subject subject(std::uint64_t id) {
  Subject s;
  s.id = id;
  s.policy = "ping";
  s.title = "connection " + std::to_string(id);
  s.states = {0};
  return s;
}

Step step(std::uint64_t subject, std::uint64_t number) {
  return {subject, number, 0, 1, Verdict::accepted, {static_cast<std::uint32_t>(number % 3)}};
}

}  // namespace spl::debug::test
