"""Any choice of folds for a random network, not only the planner's."""

import numpy as np
from networks import device, random_network

from quantnn.plan.assemble import Choice
from quantnn.plan.options import LayerOptions


def drawn(seed):
    """A random network, some with tables and a rescale layer, and a random choice of folds for it."""
    random = np.random.default_rng(seed)
    network = random_network(seed, [int(w) for w in random.integers(1, 12, random.integers(2, 6))])
    logic = bool(random.integers(2))
    layers = LayerOptions(network, device(multipliers=200), logic_multipliers=logic, logic_memories=logic)
    while True:
        options, beat, per_beat = [], 1, 1
        for number in range(len(network.layers)):
            found = layers.of(number, beat)
            if not found:
                break
            option = found[random.integers(len(found))]
            if number == 0:
                divisors = [n for n in range(1, option.fold.word + 1) if option.fold.word % n == 0]
                per_beat = int(random.choice(divisors))
            options.append(option)
            beat = option.fold.lanes
        else:
            return layers, Choice(tuple(options), per_beat)
