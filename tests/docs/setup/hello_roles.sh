# A client and a server that fit together; the page shows such files further down.
echo 'automaton client() { Transmit_Hello; Receive_Hello; }' >client.spl
echo 'automaton server() { Receive_Hello; Transmit_Hello; }' >server.spl
