"""The 8×8 digits network: model.npz with test_x.npy and test_y.npy, and the script that made them."""
