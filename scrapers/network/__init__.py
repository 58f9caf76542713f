"""What the client is made of: addresses, encodings, robots.txt, turns per host."""
