"""What Python programs and the command line work with: models, networks, designs. ``import quantnn`` has all of it."""
