"""A small head, its masks, and what the pipeline makes of them."""

from functools import cache

import torch

from ksyn.data import Mask
from ksyn.methods.zero_filled import ZeroFilled
from ksyn.phantoms import head_kspace
from ksyn.pipeline import finish, prepare, reference_of, stream
from ksyn.recipe import Input, Recipe


@cache
def head(matrix=(48, 44), n_coils=4):
    return head_kspace(matrix, n_coils, noise=0.001)


def columns(matrix, step=3, acs=16, frames=1):
    samples = torch.zeros(frames, 1, *matrix, dtype=torch.bool)
    samples[..., ::step] = True
    middle = matrix[1] // 2
    samples[..., middle - acs // 2 : middle + acs // 2] = True
    return Mask(samples)


def full(matrix):
    return Mask(torch.ones(1, 1, *matrix, dtype=torch.bool))


def prepared_head():
    return prepare(head(), columns(head().matrix), reference=reference_of(head()))


def result_of(prepared):
    *_, last = stream(prepared, ZeroFilled())
    recipe = Recipe(input=Input(path="demo"))
    return finish(prepared, last, recipe, seconds=2.0, seconds_first_step=1.0)
