"""Build the tables that ship: `python -m korus_helpers.data.build FOLDER`."""
