"""The chart of a plan as our own SVG: attributes and classes only, no style, no script; links stay links."""

from roadmap.gantt.chart import SCALE, ZOOMS, Chart, fitted, window
from roadmap.gantt.drawing import Drawn, draw

__all__ = ["SCALE", "ZOOMS", "Chart", "Drawn", "draw", "fitted", "window"]
