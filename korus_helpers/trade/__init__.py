"""What is calculated: balances, changes, shares, sectors and windows."""
