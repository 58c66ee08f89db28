// See privsep_table.hpp. A kind of message without a line here does not compile, and neither does a
// statecall that the policy does not have; that each statecall has a line is what
// tests/ssh/privsep_test.cpp sees.
#include "monitor/privsep_table.hpp"

namespace ssh::host::monitor {
namespace {

using S = privsep::Statecall;

struct OfRequest {
  S operator()(const request::SignExchange&) const { return S::Receive_Privsep_SignExchange; }
  S operator()(const request::ProveHostKeys&) const { return S::Receive_Privsep_ProveHostKeys; }
  S operator()(const request::AuthNone&) const { return S::Receive_Privsep_AuthNone; }
  S operator()(const request::AuthOther&) const { return S::Receive_Privsep_AuthOther; }
  S operator()(const request::AuthPublicKey& m) const {
    return m.signature ? S::Receive_Privsep_AuthPublicKey : S::Receive_Privsep_AuthPublicKeyQuery;
  }
  S operator()(const request::AuthPassword&) const { return S::Receive_Privsep_AuthPassword; }
  S operator()(const request::AuthInteractive&) const { return S::Receive_Privsep_AuthInteractive; }
  S operator()(const request::AuthInteractiveResponse&) const {
    return S::Receive_Privsep_AuthInteractiveResponse;
  }
  S operator()(const request::StartProgram&) const { return S::Receive_Privsep_StartProgram; }
  S operator()(const request::SignalProgram&) const { return S::Receive_Privsep_SignalProgram; }
  S operator()(const request::EndProgram&) const { return S::Receive_Privsep_EndProgram; }
  S operator()(const request::ConnectTcp&) const { return S::Receive_Privsep_ConnectTcp; }
  S operator()(const request::ConnectStreamLocal&) const {
    return S::Receive_Privsep_ConnectStreamLocal;
  }
  S operator()(const request::ListenTcp&) const { return S::Receive_Privsep_ListenTcp; }
  S operator()(const request::ListenStreamLocal&) const {
    return S::Receive_Privsep_ListenStreamLocal;
  }
  S operator()(const request::ForwardAgent&) const { return S::Receive_Privsep_ForwardAgent; }
  S operator()(const request::StopListening&) const { return S::Receive_Privsep_StopListening; }
  S operator()(const request::Log&) const { return S::Receive_Privsep_Log; }
  S operator()(const request::Refused&) const { return S::Receive_Privsep_Refused; }
  S operator()(const request::Ended&) const { return S::Receive_Privsep_Ended; }
};

struct OfAnswer {
  S operator()(const AuthSuccess&) const { return S::Transmit_Privsep_AuthSuccess; }
  S operator()(const AuthFailure&) const { return S::Transmit_Privsep_AuthFailure; }
  S operator()(const AuthPublicKeyOk&) const { return S::Transmit_Privsep_AuthPublicKeyOk; }
  S operator()(const AuthPasswordChange&) const { return S::Transmit_Privsep_AuthPasswordChange; }
  S operator()(const AuthPrompts&) const { return S::Transmit_Privsep_AuthPrompts; }
};

struct OfReply {
  using O = std::optional<S>;
  O operator()(const reply::Connection&) const { return std::nullopt; }
  O operator()(const reply::Options&) const { return std::nullopt; }
  O operator()(const reply::Drain&) const { return std::nullopt; }
  O operator()(const reply::Signature&) const { return S::Transmit_Privsep_Signature; }
  O operator()(const reply::Signatures&) const { return S::Transmit_Privsep_Proofs; }
  O operator()(const reply::Authentication& m) const { return std::visit(OfAnswer{}, m.answer); }
  O operator()(const reply::Program&) const { return S::Transmit_Privsep_Program; }
  O operator()(const reply::ProgramEnded&) const { return S::Transmit_Privsep_ProgramEnded; }
  O operator()(const reply::Connected&) const { return S::Transmit_Privsep_Connected; }
  O operator()(const reply::Listening&) const { return S::Transmit_Privsep_Listening; }
  O operator()(const reply::Disconnect&) const { return S::Transmit_Privsep_Disconnect; }
};

}  // namespace

privsep::Statecall statecall_of(const Request& request) {
  return std::visit(OfRequest{}, request);
}
std::optional<privsep::Statecall> statecall_of(const Reply& reply) {
  return std::visit(OfReply{}, reply);
}

}  // namespace ssh::host::monitor
