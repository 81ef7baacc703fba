"""What each family of operators does to the chain."""
