"""How to save a model in a way that can be read, for the ends of messages."""

__all__ = ["SAVE_ONNX", "SAVE_STATE"]

SAVE_ONNX = "torch.onnx.export(model, x, 'model.onnx')"
SAVE_STATE = "torch.save(model.state_dict(), 'model.pt')"
