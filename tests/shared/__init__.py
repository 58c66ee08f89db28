"""What tests of several folders need: pieces without arguments of their own, which those folders' support.py gather."""
