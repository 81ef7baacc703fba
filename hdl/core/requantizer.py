"""The hardware half of the arithmetic rule: ``y = saturate((acc·m + r) >> s)``."""

from amaranth.hdl import Module, Mux, Signal, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.plan.parameters import ParameterFormat

__all__ = ["Requantizer"]


def shape_of(values):
    """The Amaranth shape that holds an IntegerRange."""
    return signed(values.width) if values.signed else unsigned(values.width)


class Requantizer(wiring.Component):
    """One lane: a sum of products and its channel's parameters in, the layer's output out, every cycle.

    Free running, without valid or reset: what enters in cycle t leaves in cycle t + ``parameters.latency``.
    Each stage's width is derived from the proven accumulator ranges, so that nothing wraps; only the first sum is
    taken modulo the accumulator's width, in which its true value fits.

    Parameters
    ----------
    parameters : ParameterFormat

    Members
    -------
    sum : In(accumulator width)
        The products' sum without bias, modulo the accumulator's width.
    word : In(parameters.width)
        The channel's stored parameters.
    o : Out(the requantizer's output format)
    """

    def __init__(self, parameters: ParameterFormat):
        self._parameters = parameters
        super().__init__(
            {
                "sum": In(parameters.accumulator.width),
                "word": In(parameters.width),
                "o": Out(shape_of(parameters.layer.requantizer.output)),
            }
        )

    def elaborate(self, platform):
        m = Module()
        parameters, constants = self._parameters, self._parameters.constants
        stored, position = {}, 0
        for name, bits in parameters.fields:
            stored[name] = self.word[position : position + bits]
            position += bits

        def registered(value, name):
            """The value one stage later."""
            register = Signal.like(value, name=name, reset_less=True)
            m.d.sync += register.eq(value)
            return register

        def stage(number, fields):
            """The stored parameters that later stages need, one stage later."""
            return {n: registered(v, f"{n}_{number}") for n, v in fields.items()}

        accumulator = Signal(shape_of(parameters.accumulator), reset_less=True)
        m.d.sync += accumulator.eq(self.sum + stored.pop("bias"))
        fields = stage(1, stored)

        product_shape = shape_of(parameters.product)
        if parameters.multiplies:
            multiplier = fields.pop("multiplier", constants["multiplier"])
            if not parameters.one_multiplier:
                negative = fields.pop("negative_multiplier", constants["negative_multiplier"])
                multiplier = Mux(accumulator < 0, negative, multiplier)
            product = Signal(product_shape, reset_less=True)
            m.d.sync += product.eq(accumulator * multiplier)
            fields = stage(2, fields)
        elif parameters.left_shifts_vary:
            product = Signal(product_shape, reset_less=True)
            m.d.sync += product.eq(accumulator << fields.pop("left_shift"))
            fields = stage(2, fields)
        else:
            product = accumulator << (constants["multiplier"].bit_length() - 1)

        shift = fields.get("shift", constants["shift"])
        if "round" in fields:
            rounding = (fields["round"] << shift)[1:]
        elif parameters.rounds:
            rounding = (1 << shift) >> 1
        else:
            rounding = 0
        rounded = Signal(product_shape, reset_less=True)
        if parameters.shifts_vary:
            m.d.sync += rounded.eq(product + rounding)
            shift = registered(shift, "shift_3")
            shifted = registered(rounded >> shift, "shifted")
        else:
            shifted = Signal(product_shape, reset_less=True)
            m.d.sync += shifted.eq((product + rounding) >> shift)

        output, (below, above) = parameters.layer.requantizer.output, parameters.clips
        value = shifted
        if above:
            value = Mux(shifted > output.hi, output.hi, value)
        if below:
            value = Mux(shifted < output.lo, output.lo, value)
        m.d.sync += self.o.eq(value)
        return m
