// Requests and their answers, over the loopback.
#include <gtest/gtest.h>

#include <stdexcept>

#include "support.hpp"

namespace spl::debug::test {
namespace {

TEST(Http, ServesThePageWithItsHeaders) {
  RunningServer server;
  const auto page = request(server, "GET", RunningServer::path(""));
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("<html"), page.body.npos);
  EXPECT_EQ(page.field("Content-Length"), std::to_string(page.body.size()));
  EXPECT_TRUE(page.field("Content-Security-Policy").starts_with("default-src 'self';"));
  EXPECT_EQ(page.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(page.field("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(page.field("Cache-Control"), "no-store");
  EXPECT_EQ(request(server, "GET", RunningServer::path("index.html")).body, page.body);
  EXPECT_EQ(request(server, "GET", RunningServer::path("?a=b")).body, page.body);

  const auto head = request(server, "HEAD", RunningServer::path(""));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), std::to_string(page.body.size()));
  EXPECT_EQ(head.body, "");
}

TEST(Http, ServesDescriptions) {
  RunningServer server;
  const auto policy = request(server, "GET", RunningServer::path("api/policy/ping"));
  EXPECT_EQ(policy.status, 200);
  EXPECT_EQ(policy.field("Content-Type"), "application/json");
  EXPECT_EQ(policy.body, kDescription);
  EXPECT_EQ(request(server, "GET", RunningServer::path("api/policy/%70ing")).status, 200);
  for (const char* name : {"api/policy/", "api/policy/pong", "api/policy/%", "api/policy/%7",
                           "api/policy/%zz", "api/policy/ping/"}) {
    EXPECT_EQ(request(server, "GET", RunningServer::path(name)).status, 404) << name;
  }
}

TEST(Http, WithoutTheTokenThereIsNothing) {
  RunningServer server;
  std::string wrong = kToken;
  wrong.back() = 'x';
  const auto nothing = request(server, "GET", "/");
  EXPECT_EQ(nothing.status, 404);
  for (const auto& path :
       {std::string("/") + wrong + "/", "/" + wrong + "/api/stream", std::string("//"),
        std::string("/") + kToken + "x/", std::string("/") + std::string(kToken).substr(1) + "/",
        std::string("/favicon.ico"), std::string("*"), std::string(kToken)}) {
    for (const char* method : {"GET", "POST", "DELETE"}) {
      const auto answer = request(server, method, path);
      EXPECT_EQ(answer.status, 404) << method << " " << path;
      EXPECT_EQ(answer.body, nothing.body) << method << " " << path;
    }
  }
  // Not even by a wrong Host.
  EXPECT_EQ(request(server, "GET", "/", "Host: evil.example\r\n").status, 404);
}

TEST(Http, TheTokenAloneLeadsToThePage) {
  RunningServer server;
  const auto answer = request(server, "GET", std::string("/") + kToken);
  EXPECT_EQ(answer.status, 308);
  EXPECT_EQ(answer.field("Location"), RunningServer::path(""));
}

TEST(Http, TheHostMustBeOurs) {
  RunningServer server;
  const auto port = std::to_string(server.port());
  const auto page = RunningServer::path("");
  for (const auto& host :
       {"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port, "127.1.2.3:" + port}) {
    EXPECT_EQ(request(server, "GET", page, "Host: " + host + "\r\n").status, 200) << host;
  }
  for (const auto& host :
       {std::string("evil.example"), "evil.example:" + port, std::string("127.0.0.1"),
        "127.0.0.1:1" + port, "127.0.0.1.evil.example:" + port, "localhost.evil.example:" + port,
        "127.0.1:" + port, "127.0.0.0.1:" + port, "127.0.0.example:" + port, std::string("[::1]"),
        "[::2]:" + port, std::string(), ":" + port, "127.0.0.1:" + port + "x",
        "127.0.0.1:" + port + "\r\nHost: 127.0.0.1:" + port}) {
    EXPECT_EQ(request(server, "GET", page, "Host: " + host + "\r\n").status, 403) << host;
  }
  Client old(server.port());
  old.send("GET " + page + " HTTP/1.0\r\n\r\n");
  EXPECT_EQ(parse_response(old.receive_all()).status, 403);
}

TEST(Http, AnyHostIfItWasForced) {
  ServerOptions options;
  options.any_host = true;
  options.capabilities = {"step"};
  options.on_command = [](std::string_view, std::string_view) { return Reply{}; };
  RunningServer server(options);
  const std::string host = "Host: box.example:1\r\n";
  EXPECT_EQ(request(server, "GET", RunningServer::path(""), host).status, 200);
  // By another name, the page's own origin is another one, too.
  EXPECT_EQ(request(server, "POST", RunningServer::path("api/step"),
                    host + "Origin: http://box.example:1\r\n", "{}")
                .status,
            200);
}

TEST(Http, WrongMethodsAreToldTheRightOnes) {
  RunningServer server;
  for (const char* path : {"", "api/policy/ping"}) {
    const auto answer = request(server, "POST", RunningServer::path(path), {}, "x");
    EXPECT_EQ(answer.status, 405) << path;
    EXPECT_EQ(answer.field("Allow"), "GET, HEAD");
  }
  EXPECT_EQ(request(server, "HEAD", RunningServer::path("api/stream")).field("Allow"), "GET");
  EXPECT_EQ(request(server, "BREW", RunningServer::path("")).status, 405);
  EXPECT_EQ(request(server, "GET", RunningServer::path("nothing.js")).status, 404);
  EXPECT_EQ(request(server, "GET", RunningServer::path("../secret")).status, 404);
}

TEST(Http, CommandsOnlyIfThereAreAny) {
  RunningServer live;
  EXPECT_EQ(request(live, "POST", RunningServer::path("api/step"), {}, "{}").status, 404);

  ServerOptions options;
  options.capabilities = {"step"};
  options.on_command = [](std::string_view name, std::string_view body) {
    return Reply{body == "bad" ? 400U : 200U,
                 "\"" + std::string(name) + "," + std::string(body) + "\""};
  };
  RunningServer server(options);
  const auto path = RunningServer::path("api/step");
  const auto done = request(server, "POST", path, {}, "{}");
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(done.body, "\"step,{}\"");
  EXPECT_EQ(done.field("Content-Type"), "application/json");
  EXPECT_EQ(request(server, "POST", path, {}, "bad").status, 400);
  EXPECT_EQ(request(server, "POST", RunningServer::path("api/undo"), {}, "{}").status, 404);
  EXPECT_EQ(request(server, "GET", path).field("Allow"), "POST");
  // Other sites.
  const auto ours = "Origin: http://localhost:" + std::to_string(server.port()) + "\r\n";
  EXPECT_EQ(request(server, "POST", path, ours, "{}").status, 200);
  for (const char* origin : {"null", "https://evil.example", "http://127.0.0.1", "http://"}) {
    const auto field = std::string("Origin: ") + origin + "\r\n";
    EXPECT_EQ(request(server, "POST", path, field, "{}").status, 403) << origin;
  }
}

TEST(Http, WhatIsTooLongIsRefused) {
  ServerOptions options;
  options.capabilities = {"step"};
  options.on_command = [](std::string_view, std::string_view) { return Reply{}; };
  RunningServer server(options);
  const auto path = RunningServer::path("api/step");
  EXPECT_EQ(request(server, "POST", path, {}, std::string(4096, 'x')).status, 200);
  EXPECT_EQ(request(server, "POST", path, {}, std::string(4097, 'x')).status, 413);
  EXPECT_EQ(request(server, "GET", "/" + std::string(40'000, 'x')).status, 431);
  EXPECT_EQ(request(server, "GET", "/", "X: " + std::string(40'000, 'x') + "\r\n").status, 431);
}

TEST(Http, AnyBytesGetAnAnswer) {
  RunningServer server;
  for (const auto& bytes :
       {std::string("hello\r\n\r\n"), std::string("\0\1\2\3\r\n\r\n", 8),
        std::string("\r\n\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
        std::string("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        std::string("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n")}) {
    Client client(server.port());
    client.send(bytes);
    client.end_of_sending();
    EXPECT_EQ(parse_response(client.receive_all()).status, 400) << bytes;
  }
  EXPECT_EQ(request(server, "GET", RunningServer::path("")).status, 200);
}

TEST(Http, ConnectionsAreKept) {
  RunningServer server;
  Client client(server.port());
  const auto text =
      "HEAD " + RunningServer::path("") + " HTTP/1.1\r\nHost: " + server.host() + "\r\n\r\n";
  client.send(text + text);  // pipelined
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(client.receive_until("\r\n\r\n").starts_with("HTTP/1.1 200")) << i;
  }
  client.send(text);
  EXPECT_TRUE(client.receive_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST(Http, SlowAndSilentClientsAreEnded) {
  ServerOptions options;
  options.limits.request = std::chrono::milliseconds(50);
  RunningServer server(options);
  Client silent(server.port());
  Client slow(server.port());
  slow.send("GET / HTTP/1.1\r\nHost: ");
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_EQ(slow.receive_all(), "");
}

TEST(Http, ConnectionsAreBounded) {
  ServerOptions options;
  options.limits.connections = 2;
  options.limits.request = std::chrono::minutes(10);  // nobody is ended for being slow
  RunningServer server(options);
  {
    Client first(server.port());
    Client second(server.port());
    Client third(server.port());
    EXPECT_EQ(third.receive_all(), "");
  }
  // Those that went make room.
  while (request(server, "GET", RunningServer::path("")).status != 200) {
  }
}

TEST(Server, WantsAToken) {
  const auto listening = listen_on("127.0.0.1:0");
  boost::asio::io_context context;
  ServerOptions options;
  options.listening = listening.socket;
  for (const char* token : {"", "short", "0123456789abcde/0123"}) {
    options.token = token;
    EXPECT_THROW(Server(context, options, {}), std::invalid_argument) << token;
  }
  options.token = kToken;
  options.listening = -1;
  EXPECT_THROW(Server(context, options, {}), std::system_error);
}

}  // namespace
}  // namespace spl::debug::test
