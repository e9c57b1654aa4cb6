"""Build the tables that ship from the source tables: `python -m korus_helpers.data.build FOLDER`."""
