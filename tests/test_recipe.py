"""A recipe survives its file, and refuses what is not one."""

import pytest
import torch
import yaml
from pydantic import ValidationError

from ksyn.data import Mask
from ksyn.errors import OptionError, ReadError, ShapeError, WriteError
from ksyn.pipeline.stamp import check_stamp, stamped
from ksyn.recipe import (
    DEMO,
    NEWEST,
    AsAcquired,
    DrawnMask,
    FileMask,
    Input,
    MethodChoice,
    PatternMask,
    Preparation,
    Recipe,
)

MASKS = [
    AsAcquired(),
    PatternMask(name="uniform", options={"acceleration": 4.0, "acs": 24}, seed=3),
    FileMask(path="/scans/mask.npy", sha256="ab"),
    DrawnMask.of(Mask(torch.eye(5, 7, dtype=torch.bool)[None, None])),
]


def recipe(**changes):
    return Recipe(input=Input(path="/scans/a.h5", key="kspace"), **changes)


def written(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("mask", MASKS, ids=lambda mask: mask.source)
def test_a_recipe_read_back_is_the_one_written(mask, tmp_path):
    first = recipe(mask=mask, slice=3, frame=1, samples=4, seed=2**62)
    first.save(tmp_path / "r.yaml")
    assert Recipe.load(tmp_path / "r.yaml") == first


def test_every_option_of_a_method_is_kept(tmp_path):
    first = recipe(method=MethodChoice(name="cg-sense", options={"λ": 1e-7, "on": True, "n": None}))
    first.save(tmp_path / "r.yaml")
    assert Recipe.load(tmp_path / "r.yaml").method.options == {"λ": 1e-7, "on": True, "n": None}


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 5, 7), (3, 9, 4)])
def test_a_drawn_mask_comes_back_bit_for_bit(shape, rng):
    frames, ky, kx = shape
    mask = Mask(torch.rand(frames, 1, ky, kx, generator=rng) > 0.5)
    assert torch.equal(DrawnMask.of(mask).mask().samples, mask.samples)


def test_paths_move_with_the_folder(tmp_path):
    (tmp_path / "a" / "results").mkdir(parents=True)
    first = Recipe(input=Input(path=str(tmp_path / "a" / "scan.npy")))
    first.save(tmp_path / "a" / "results" / "r.yaml")
    (tmp_path / "a").rename(tmp_path / "b")
    moved = Recipe.load(tmp_path / "b" / "results" / "r.yaml")
    assert moved.input.path == str(tmp_path / "b" / "scan.npy")


def test_the_file_names_no_folder_above_the_scan_and_the_recipe(tmp_path):
    Recipe(input=Input(path=str(tmp_path / "scan.npy"))).save(tmp_path / "r.yaml")
    assert str(tmp_path) not in (tmp_path / "r.yaml").read_text(encoding="utf-8")


def test_the_built_in_scan_is_no_path(tmp_path):
    Recipe(input=Input(path=DEMO)).save(tmp_path / "r.yaml")
    assert Recipe.load(tmp_path / "r.yaml").input.path == DEMO


def test_two_results_in_one_folder_keep_their_own_recipes(tmp_path):
    a = recipe(seed=1).save_beside(tmp_path / "x.npy")
    b = recipe(seed=2).save_beside(tmp_path / "x.png")
    assert (Recipe.load(a).seed, Recipe.load(b).seed) == (1, 2)
    assert Recipe.load(tmp_path / NEWEST).seed == 2


def test_a_recipe_of_the_user_is_never_overwritten(tmp_path):
    mine = written(tmp_path, "# mine\n")
    recipe().save_beside(tmp_path / "x.npy")
    assert mine.read_text(encoding="utf-8") == "# mine\n"


def test_a_failed_write_leaves_no_rubbish(tmp_path):
    (tmp_path / "r.yaml").mkdir()
    with pytest.raises(WriteError, match="cannot be written"):
        recipe().save(tmp_path / "r.yaml")
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["r.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        "- a\n- list\n",
        "{unclosed",
        "\x00\x01",
        "when: !!timestamp 2001-99-99",
        "!!python/object/apply:os.getcwd []",
        "&a [*a]",
        "[" * 1200,
    ],
)
def test_junk_is_refused_with_a_hint(text, tmp_path):
    with pytest.raises(ReadError) as caught:
        Recipe.load(written(tmp_path, text))
    assert caught.value.hint


def test_bytes_that_are_not_text_are_refused(tmp_path):
    path = tmp_path / "image.npy"
    path.write_bytes(b"\x93NUMPY\xff\xfe" * 10)
    with pytest.raises(ReadError, match="not YAML"):
        Recipe.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ReadError, match=r"nowhere\.yaml"):
        Recipe.load(tmp_path / "nowhere.yaml")


def fields(**changes):
    return yaml.safe_dump(recipe().model_dump(mode="json") | changes)


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_schema_version_is_refused(version, tmp_path):
    with pytest.raises(ReadError, match="schema version"):
        Recipe.load(written(tmp_path, fields(schema_version=version)))


def test_an_unknown_field_is_answered_with_the_nearest(tmp_path):
    with pytest.raises(OptionError, match="Did you mean 'slice'"):
        Recipe.load(written(tmp_path, fields(slize=3)))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"slice": -1}, "slice"),
        ({"samples": 0}, "samples"),
        ({"seed": "x"}, "seed"),
        ({"device": "tpu"}, "device"),
        ({"mask": {"source": "guessed"}}, "mask"),
        ({"preparation": {"maps": "magic"}}, "preparation.maps"),
        ({"input": {}}, "input.path"),
    ],
)
def test_a_value_out_of_range_is_named_with_its_place(changes, where, tmp_path):
    with pytest.raises(OptionError, match=where):
        Recipe.load(written(tmp_path, fields(**changes)))


@pytest.mark.parametrize("bits", ["", "AA==", "not base64!", "AAAAAAAAAAAAAAAA"])
def test_a_damaged_drawn_mask_is_refused(bits):
    with pytest.raises(ShapeError, match="drawn mask"):
        DrawnMask(shape=(1, 5, 7), bits=bits).mask()


def test_a_stamp_holds_hash_options_and_versions(tmp_path):
    scan = written(tmp_path, "abc")
    stamp = stamped(Recipe(input=Input(path=str(scan))), "cpu")
    assert stamp.input.sha256.startswith("ba7816bf")
    assert stamp.versions.torch == torch.__version__
    check_stamp(stamp)


def test_a_changed_scan_is_refused(tmp_path):
    scan = written(tmp_path, "abc")
    stamp = stamped(Recipe(input=Input(path=str(scan))), "cpu")
    scan.write_text("abd", encoding="utf-8")
    with pytest.raises(ReadError, match="its hash differs"):
        check_stamp(stamp)


def test_a_scan_that_is_gone_is_named(tmp_path):
    with pytest.raises(ReadError, match=r"gone\.npy"):
        check_stamp(Recipe(input=Input(path=str(tmp_path / "gone.npy"), sha256="ab")))


def test_a_recipe_does_not_change():
    with pytest.raises(ValidationError):
        recipe().seed = 3


def test_replacing_a_field_checks_it():
    assert recipe().with_(seed=3).seed == 3
    with pytest.raises(ValidationError):
        recipe().with_(seed=-3)


def test_preparation_options_have_limits():
    with pytest.raises(OptionError, match="map_sets"):
        Preparation.of({"map_sets": "0"})
