"""Where figures come from: the tables that ship, partners, and vintages."""
