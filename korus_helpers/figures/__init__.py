"""Figures at hand: tables that are included or were stored, releases, partners, names."""
