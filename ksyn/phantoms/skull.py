"""Everything around the brain: scalp, muscle, skull, meninges."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ksyn.phantoms.regions import Dice, Region
from ksyn.phantoms.shapes import Curve, ellipse, inset

_VERTICES = 720


def skull(dice: Dice) -> tuple[list[Region], Curve]:
    """Return what lies around the brain, from the skin inwards, and the hull of the brain."""
    skin = _outline(dice)
    fat = inset(skin, dice.between(1.3e-3, 1.8e-3) * _waves(dice, 0.1))
    temporal = _temporal(dice)
    bone = inset(fat, dice.between(2.2e-3, 3.6e-3) * _waves(dice, 0.25) + temporal)
    diploe = inset(bone, 1.9e-3 * _waves(dice, 0.15))
    table = inset(diploe, dice.between(1.6e-3, 2.8e-3) * _waves(dice, 0.45))
    dura = inset(table, 1.7e-3 * _waves(dice, 0.1))
    fluid = inset(dura, 0.7e-3 * _waves(dice, 0.1))
    hull = inset(fluid, dice.between(1.0e-3, 2.0e-3) * _waves(dice, 0.4))
    names = ("air", "skin", "fat", "bone", "marrow", "bone", "dura", "csf")
    curves = (skin, fat, bone, diploe, table, dura, fluid)
    layers = [Region([c], names[n + 1], names[n]) for n, c in enumerate(curves)]
    return [*layers, _muscles(bone, temporal), *_scalp_vessels(fat, temporal, dice)], hull


def _angle() -> Tensor:
    return torch.linspace(0, 2 * math.pi, _VERTICES + 1, dtype=torch.float64)[:-1]


def _outline(dice: Dice) -> Curve:
    """Return the skin: an egg, wider behind, with a few slow waves."""
    t = _angle()
    length, width = dice.between(0.090, 0.097), dice.between(0.073, 0.079)
    egg, square = dice.between(0.03, 0.08), dice.between(0.0, 0.02)
    waves = torch.zeros_like(t)
    for n in (2, 3, 4, 5):
        waves = waves + dice.between(0, 0.005) * torch.cos(n * t + dice.between(0, 2 * math.pi))
    y, x = t.sin(), t.cos() * (1 + egg * t.sin())
    grow = 1 + waves - square * torch.cos(4 * t)
    return torch.stack([length * y, width * x], dim=1) * grow[:, None]


def _waves(dice: Dice, change: float) -> Tensor:
    """Return a factor about 1 that changes slowly around the head."""
    t = _angle()
    slow = torch.cos(2 * t + dice.between(0, 6.28)) + torch.cos(5 * t + dice.between(0, 6.28))
    return 1 + change / 2 * slow


def _temporal(dice: Dice) -> Tensor:
    """Return how thick the temporal muscles are around the head [m]."""
    t, thick = _angle(), dice.between(3.0e-3, 5.0e-3)
    front = dice.between(0.35, 0.55)
    bumps = [torch.cos(t - at).clamp_min(0.0) ** 14 for at in (-front, math.pi + front)]
    return thick * (bumps[0] + bumps[1])


def _muscles(bone: Curve, thick: Tensor) -> Region:
    """Return both temporal muscles: between the bone and a curve that much outside it."""
    outer = inset(bone, -thick.clamp_min(1e-5))
    # From the forehead on, the right half of the head comes first, then the left.
    around = (torch.arange(_VERTICES) - _VERTICES // 4) % _VERTICES
    sides = [half[thick[half] > 0.3e-3] for half in around.chunk(2)]
    curves = [torch.cat([outer[side], bone[side].flip(0)]) for side in sides]
    return Region(curves, "muscle", "fat")


def _scalp_vessels(fat: Curve, temporal: Tensor, dice: Dice) -> list[Region]:
    """Return small vessels in the fat beneath the skin."""
    found = []
    for _ in range(6):
        at = dice.index(_VERTICES)
        if temporal[at] < 0.1e-3:
            inwards = inset(fat, torch.full((_VERTICES,), 1.1e-3, dtype=torch.float64))[at]
            radius = dice.between(0.35e-3, 0.6e-3)
            centre = (float(inwards[0]), float(inwards[1]))
            found.append(Region([ellipse(centre, (radius, radius), vertices=16)], "blood", "fat"))
    return found
