"""How well and how fast: measured beside the peers, on real pages."""
