"""Build the included tables: `python -m tests.tools.build SOURCE [OUT]`, typed beside README.md."""
