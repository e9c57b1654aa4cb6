"""Where figures come from: shipped tables, partners, vintages, official files, the Census API."""
