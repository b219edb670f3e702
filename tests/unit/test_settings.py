"""Settings of the host: from the file, from the environment, which takes precedence, and refused in a sentence."""

from importlib import import_module
from pathlib import Path

import pytest

from clsf.errors import EngineError
from clsf.settings import FILE, Settings, read


def test_nothing_set_is_the_defaults(tmp_path):
    assert read({}, tmp_path / "none.toml") == Settings()


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "clsf.toml"
    file.write_text('max_epochs = 50\nmax_images = 5_000\nsmall_host = "off"\n')
    found = read({"CLSF_MAX_EPOCHS": "70", "CLSF_SMALL_HOST": "on", "CLSF_MAX_IMAGES": " "}, file)
    assert (found.max_epochs, found.max_images, found.small_host) == (70, 5000, "on")


@pytest.mark.parametrize(
    ("environment", "text", "said"),
    [
        ({"CLSF_MAX_EPOCHS": "many"}, "", "max_epochs is 'many'"),
        ({"CLSF_MAX_EPOCHS": "-1"}, "", "max_epochs is '-1'"),
        ({"CLSF_RUNNING_PER_SESSION": "0"}, "", "running_per_session is 0, but must be a whole number from 1"),
        ({"CLSF_SMALL_HOST": "maybe"}, "", "Unknown small_host 'maybe'"),
        ({}, "max_epoch = 3", "Did you mean 'max_epochs'?"),
        ({}, "max_epochs = 3.5", "max_epochs is 3.5"),
        ({}, "max_epochs = ", "can't be read"),
        ({}, "max_epochs = " + "[" * 5000, "can't be read"),
        ({}, "max_epochs = true", "max_epochs is true"),
    ],
)
def test_what_can_not_be_used_is_named(tmp_path, environment, text, said):
    file = tmp_path / "clsf.toml"
    file.write_text(text)
    with pytest.raises(EngineError) as error:
        read(environment, file)
    assert said in str(error.value)


def test_every_setting_is_in_the_hosting_readme():
    readme = (Path(__file__).parents[2] / ".streamlit" / "README.md").read_text("utf-8")
    for name, field in Settings.__dataclass_fields__.items():
        assert f"| `{name}` " in readme, name
        assert str(field.default).replace("_", "") in readme.replace(",", ""), name


def test_the_file_is_the_project_s_from_wherever_it_is_started(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert Path(__file__).parents[2] / ".streamlit" / "clsf.toml" == FILE


@pytest.mark.parametrize(
    ("variable", "asked"), [("CLSF_HOME", "clsf.runs.database:home"), ("CLSF_DATA", "clsf.data.folder:data_folder")]
)
def test_a_tilde_is_the_users_own_folder(monkeypatch, tmp_path, variable, asked):
    module, _, function = asked.partition(":")
    place = getattr(import_module(module), function)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv(variable, "~/kept here")
    assert place() == tmp_path / "kept here"
    monkeypatch.setenv(variable, "~nobody-of-that-name/x")
    with pytest.raises(EngineError, match=f"{variable} is '~nobody-of-that-name/x', but this machine has no such user"):
        place()
    monkeypatch.setenv(variable, "  ")
    assert place().is_absolute()
