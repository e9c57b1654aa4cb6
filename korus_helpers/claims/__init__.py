"""What is judged: printed text, claims, verdicts, consistency and search."""
