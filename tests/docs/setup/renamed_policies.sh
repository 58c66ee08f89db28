# Two policies of which one has another name for a statecall.
echo 'automaton auth() { multiple { Receive_Auth_Request; } }' >old.spl
echo 'automaton auth() { multiple { Receive_Auth_Request_Password; } }' >new.spl
