"""What an article page says: its text, its title, its date and credits, or why it is no article."""
