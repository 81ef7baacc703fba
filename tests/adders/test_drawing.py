import xml.etree.ElementTree as ElementTree

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.drawing import drawing
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.solve import solve
from quantnn.arithmetic import Box, IntegerRange

SVG = "{http://www.w3.org/2000/svg}"
GRAPH = AdderGraph(2, [3], [[0, 1, 3, 0, -1], [1, 0, 2, 0, 1], [4, 2, 0, 1, 1]], [[3, 1, -1], [5, 0, 1], [-1, 0, 1]])
"""Inputs x, y; -2·(8x - y), x + 4y + 6, and 0."""


def read(graph):
    return ElementTree.fromstring(drawing(graph))


def test_boxes_say_what_they_are():
    titles = [each.text for each in read(GRAPH).iter(f"{SVG}title")]
    assert titles == ["x0", "x1", "3", "8x0 - x1", "x0 + 4x1", "x0 + 4x1 + 6", "y0", "y1", "y2"]


def test_lines_are_operands_with_their_shifts_and_signs():
    picture = read(GRAPH)
    lines = [each.get("class") for each in picture.iter(f"{SVG}path")]
    assert lines.count("edge") == 6 and lines.count("edge minus") == 2
    shifts = [each.text for each in picture.iter(f"{SVG}text") if each.get("class") == "shift"]
    assert shifts == ["×8", "×4", "×2", "×2"]


def test_levels_stand_side_by_side_and_no_two_boxes_in_one_place():
    boxes = [(int(box.get("x")), int(box.get("y")), box.get("class")) for box in read(GRAPH).iter(f"{SVG}rect")]
    assert [x for x, _, _ in boxes] == [20, 20, 20, 230, 230, 440, 650, 650, 650]
    assert len({(x, y) for x, y, _ in boxes}) == len(boxes)
    assert [kind for _, _, kind in boxes] == ["leaf"] * 3 + ["adder"] * 3 + ["output"] * 3


def test_long_forms_are_shortened_in_the_box_and_whole_in_its_title():
    matrix = np.arange(1, 9).reshape(-1, 1)
    graph = solve(LinearMap(matrix, Box.uniform(IntegerRange(0, 1), 8)))
    picture = read(graph)
    whole = "x0 + 2x1 + 3x2 + 4x3 + 5x4 + 6x5 + 7x6 + 8x7"
    assert whole in [each.text for each in picture.iter(f"{SVG}title")]
    assert all(len(each.text) <= 17 for each in picture.iter(f"{SVG}text"))


def test_everything_lies_in_the_picture():
    picture = read(GRAPH)
    for box in picture.iter(f"{SVG}rect"):
        assert int(box.get("x")) + int(box.get("width")) <= int(picture.get("width"))
        assert int(box.get("y")) + int(box.get("height")) <= int(picture.get("height"))


def test_a_graph_without_adders_can_be_drawn():
    assert [each.text for each in read(AdderGraph(1, [], [], [[0, 2, -1]])).iter(f"{SVG}title")] == ["x0", "y0"]
