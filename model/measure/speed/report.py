"""What benchmarks share: a line of the report, and the drawing that they read."""

import cv2
import numpy as np


def report(what: str, figure: float, unit: str, n: int, goal: float | None = None) -> None:
    """Print one line: what was measured, its median, n, and whether that is at most the goal."""
    verdict = "" if goal is None else f"   {compare(figure, goal, unit)}"
    print(f"{what:<66} {figure:10.3f} {unit:<4} (n = {n}){verdict}", flush=True)


def compare(figure: float, goal: float, unit: str) -> str:
    """Say what the goal is, and whether the figure is at most that."""
    return f"goal ≤ {goal:g} {unit}: {'met' if figure <= goal else 'MISSED'}"


def draw_seven(size_px: int = 280) -> np.ndarray:
    """Draw a seven as on the canvas: an ink image, uint8 (size_px, size_px), paper 0, ink 255."""
    ink = np.zeros((size_px, size_px), np.uint8)
    points = np.array([[90, 70], [190, 68], [150, 150], [130, 220]])
    return cv2.polylines(ink, [points], False, 255, 18, cv2.LINE_AA)
