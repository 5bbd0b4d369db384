"""The clocks that rules on notice, publication and call-in set running, and the ways out when one is missed."""
