"""What PyTorch saves: state dicts, checkpoints, TorchScript, exported programs; and modules in memory."""
