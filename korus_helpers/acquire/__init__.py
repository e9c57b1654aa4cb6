"""What comes from outside: downloads, official files, the Census API, gates, a new release."""
