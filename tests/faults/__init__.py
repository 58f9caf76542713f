"""What goes wrong: hostile servers, killed writers."""
