"""What is shown: sentences, tables and charts, each one output of a notebook."""
