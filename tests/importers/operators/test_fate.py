from quantnn.importers.operators.fate import Fates
from quantnn.importers.operators.operator import Keep


def test_the_last_statement_counts_and_the_order_is_the_files():
    first, second, third = (Keep("", "Identity") for _ in range(3))
    fates = Fates([first, second, third])
    fates.say(third, "layer 0")
    fates.say(first, "input scaling")
    fates.say(first, "folded into layer 0")
    assert fates.texts == ("folded into layer 0", "", "layer 0")
