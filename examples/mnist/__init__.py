"""Networks for MNIST and Fashion-MNIST: the script that trains them, and a reader of the files they come in."""
