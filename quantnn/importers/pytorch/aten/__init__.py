"""The functions that PyTorch's graphs consist of (ATen), as operators on one sample."""
