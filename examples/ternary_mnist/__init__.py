"""Sparse ternary networks for MNIST: their training, the file that they are saved in, and the script."""
