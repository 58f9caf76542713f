"""The parts of the client: addresses, encodings, robots.txt, turns per host."""
