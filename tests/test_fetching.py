"""Models are fetched whole and verified; what is hostile or damaged leaves nothing behind."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
import torch
import yaml
from typer.testing import CliRunner

from ksyn import fetching, weights
from ksyn.assets import own_models_folder
from ksyn.cli.app import app
from ksyn.diffusion.denoiser import Preconditioned
from ksyn.errors import WeightsError
from ksyn.fetching import add, fetch
from ksyn.nets import NETWORKS

OPTIONS = {"widths": [8, 16], "blocks": 1}
WORDS = ("title", "domain", "normalisation", "training_data", "licence", "training_run",
         "intended_use", "limits")  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_ships(tmp_path, monkeypatch):
    for module in (weights, fetching):
        monkeypatch.setattr(module, "models_folder", lambda: tmp_path / "shipped")
    weights._load_denoiser.cache_clear()


@pytest.fixture
def model(tmp_path):
    """The folder of a tiny model."""
    folder = tmp_path / "offered"
    folder.mkdir()
    network = Preconditioned(NETWORKS.get("unet").of(OPTIONS).build(), 0.25)
    digest = weights.save_weights(network, folder / "weights.safetensors")
    write(folder, sha256=digest)
    return folder


def write(folder, **changes):
    card = dict.fromkeys(WORDS, "–") | {"id": "mini", "network": "unet", "sigma_data": 0.25}
    card |= {"network_options": OPTIONS, "sha256": "0" * 64}
    if (folder / "card.yaml").exists():
        card |= yaml.safe_load((folder / "card.yaml").read_text())
    (folder / "card.yaml").write_text(yaml.safe_dump(card | changes))


@pytest.fixture
def server(model):
    """Serves the folder; knows ranges, and counts the bytes it gave."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = model / urlsplit(self.path).path.lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            content = path.read_bytes()
            start = int(self.headers.get("Range", "bytes=0-")[6:-1])
            given = content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(given)))
            self.end_headers()
            self.wfile.write(given)
            self.server.given += len(given)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.given = 0
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        http.address = f"http://127.0.0.1:{http.server_port}"
        yield http
        http.shutdown()
        thread.join()


def installed():
    folder = own_models_folder()
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_model_is_fetched_by_the_address_of_its_card_and_denoises(server):
    assert fetch(f"{server.address}/card.yaml").id == "mini"
    assert installed() == ["mini/card.yaml", "mini/weights.safetensors"]
    denoiser = weights.load_denoiser("mini", torch.device("cpu"))
    images = torch.zeros(1, 8, 8, dtype=torch.complex64)
    assert denoiser(images, 0.1, (0.0, 0.0)).shape == images.shape


def test_weights_of_a_card_that_ships_are_fetched_by_its_id(model, server, tmp_path):
    write(model, url=f"{server.address}/weights.safetensors")
    shipped = tmp_path / "shipped" / "mini"
    shipped.mkdir(parents=True)
    (shipped / "card.yaml").write_text((model / "card.yaml").read_text())
    assert "ksyn models fetch mini" in weights.load_card("mini").unavailable()
    fetch("mini")
    assert weights.load_card("mini").unavailable() == ""
    assert installed() == ["mini/weights.safetensors"]


def test_one_changed_byte_is_refused_and_nothing_is_left(model, server):
    data = bytearray((model / "weights.safetensors").read_bytes())
    data[-3] ^= 1
    (model / "weights.safetensors").write_bytes(data)
    with pytest.raises(WeightsError, match="it is not used"):
        fetch(f"{server.address}/card.yaml")
    assert installed() == []


def test_a_pickle_is_not_read_even_with_the_right_hash(model, server, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    torch.save(Trap(), model / "weights.safetensors")
    write(model, sha256=weights.sha256(model / "weights.safetensors"))
    with pytest.raises(WeightsError, match="no safetensors file"):
        fetch(f"{server.address}/card.yaml")
    assert not (tmp_path / "sprung").exists()
    assert installed() == []


@pytest.mark.parametrize("name", ["../../outside", "/etc/outside", "a/b", "", ".hidden", "A"])
def test_a_name_that_leads_elsewhere_is_refused(model, server, name):
    write(model, id=name)
    with pytest.raises(WeightsError, match="cannot be called"):
        fetch(f"{server.address}/card.yaml")
    assert installed() == []


def test_a_card_that_builds_python_objects_is_refused(model, server, tmp_path):
    trap = f"title: !!python/object/apply:builtins.open ['{tmp_path}/sprung', w]\n"
    (model / "card.yaml").write_text(trap)
    with pytest.raises(WeightsError, match="is not YAML"):
        fetch(f"{server.address}/card.yaml")
    assert not (tmp_path / "sprung").exists()


def test_a_model_that_ships_cannot_be_hidden(model, server, tmp_path):
    shipped = tmp_path / "shipped" / "mini"
    shipped.mkdir(parents=True)
    (shipped / "card.yaml").write_text((model / "card.yaml").read_text())
    with pytest.raises(WeightsError, match="ships with K-Syn"):
        fetch(f"{server.address}/card.yaml")


def test_a_card_cannot_send_us_to_a_local_file(model, server):
    write(model, url="file:///etc/passwd")
    with pytest.raises(WeightsError, match="not an address on the web"):
        fetch(f"{server.address}/card.yaml")


def test_an_answer_without_end_is_cut_off(server, monkeypatch):
    monkeypatch.setattr("ksyn.fetching._LARGEST_CARD", 10)
    with pytest.raises(WeightsError, match="which is no model"):
        fetch(f"{server.address}/card.yaml")


def test_an_interrupted_download_goes_on_where_it_stopped(model, server):
    content = (model / "weights.safetensors").read_bytes()
    folder = own_models_folder() / "mini"
    folder.mkdir(parents=True)
    (folder / "weights.safetensors.part").write_bytes(content[:-100])
    fetch(f"{server.address}/card.yaml")
    assert server.given == 100 + (model / "card.yaml").stat().st_size
    assert (folder / "weights.safetensors").read_bytes() == content


def test_a_dead_address_says_so(server):
    with pytest.raises(WeightsError, match="cannot be fetched"):
        fetch(f"{server.address}/nothing.yaml")
    assert installed() == []


def test_a_model_of_ones_own_is_added_and_replaced(model):
    add(model)
    write(model, title="another")
    add(model)
    assert weights.load_card("mini").title == "another"
    assert installed() == ["mini/card.yaml", "mini/weights.safetensors"]


def test_the_command_lists_fetches_and_tells_what_is_missing(server):
    def ksyn(*words):
        return CliRunner().invoke(app, ["models", *words])

    assert "No models" in ksyn().output
    assert ksyn("fetch").exit_code == 1
    assert ksyn("fetch", f"{server.address}/card.yaml").exit_code == 0
    assert "mini" in ksyn().output
