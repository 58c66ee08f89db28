# A policy to import.
echo 'automaton transport() { Receive_Ping; }' >transport.spl
