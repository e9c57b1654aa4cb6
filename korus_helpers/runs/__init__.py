"""What is run: notebooks and their reports."""
