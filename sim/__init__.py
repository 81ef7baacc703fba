"""cocotb benches and the simulator runner of quantnn, installed as ``quantnn.sim``."""
