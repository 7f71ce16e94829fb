"""Files that appear whole or not at all, with the right mode, and what other users can get at."""

from __future__ import annotations

import os
import shlex
import stat
from typing import TYPE_CHECKING

import pytest

from pipelines.constant_contact import privacy
from pipelines.constant_contact.files import make_folder, open_to_others, private, replacing
from pipelines.constant_contact.privacy import command, open_to_everybody

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Of most machines: others may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_files_are_private_while_it_lasts(tmp_path: Path) -> None:
    """Folders too; within each other it ends with the outer one; afterwards all is as before."""
    with private():
        with private():
            (tmp_path / "a").touch()
        (tmp_path / "b").mkdir()
    (tmp_path / "c").touch()
    assert [0o600, 0o700, 0o644] == [mode(tmp_path / name) for name in "abc"]


def test_an_error_ends_the_privacy_too(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), private():
        raise ZeroDivisionError
    (tmp_path / "a").touch()
    assert 0o644 == mode(tmp_path / "a")


def test_a_file_for_others_has_the_usual_mode_within_a_private_part(tmp_path: Path) -> None:
    """A report that is written while tokens are."""
    with private(), private(), replacing(tmp_path / "new" / "deep" / "report.html") as beside:
        beside.write_text("page")
    assert 0o644 == mode(tmp_path / "new" / "deep" / "report.html")
    assert [0o755, 0o755] == [mode(tmp_path / "new"), mode(tmp_path / "new" / "deep")]


@pytest.mark.parametrize("before", [0o600, 0o640, 0o664])
def test_a_file_keeps_the_mode_of_the_one_that_it_replaces(tmp_path: Path, before: int) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    path.chmod(before)
    with replacing(path) as beside:
        beside.write_text("new")
        assert "old" == path.read_text()
    assert ("new", before) == (path.read_text(), mode(path))
    assert [path] == list(tmp_path.iterdir())


def test_a_file_that_was_not_finished_does_not_appear(tmp_path: Path) -> None:
    """The old one stays, and no draft is left."""
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(FileNotFoundError), replacing(path) as beside:
        beside.write_text(f"half of {(tmp_path / 'none').read_text()}")
    assert "old" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    with replacing(link) as beside:
        beside.write_text("new")
    assert link.is_symlink()
    assert "new" == real.read_text()


def test_what_is_no_file_is_written_to_as_it_is(tmp_path: Path) -> None:
    """Such as /dev/stdout; a folder says so itself."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with replacing(pipe) as beside:
        assert pipe == beside
    with replacing(tmp_path) as beside:
        assert tmp_path == beside
    assert [pipe] == list(tmp_path.iterdir())


def test_a_folder_in_which_nothing_may_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"), replacing(tmp_path / "file" / "report.html"):
        pass


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Only those that were missing are made for others."""
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    with private():
        make_folder(own / "a" / "b")
        make_folder(own / "a" / "b")
    assert [0o700, 0o755, 0o755] == [mode(each) for each in (own, own / "a", own / "a" / "b")]


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        (0o600, False),
        (0o700, False),
        (0o640, True),
        (0o604, True),
        (0o620, True),
        (0o601, True),
        (0o644, True),
    ],
)
def test_what_others_may_read_write_or_search_is_open(tmp_path: Path, bits: int, expected: bool) -> None:
    path = tmp_path / "a"
    path.touch()
    path.chmod(bits)
    assert expected is open_to_others(path)


@pytest.mark.parametrize(
    ("folder", "bits", "expected"),
    [
        pytest.param(0o755, 0o644, True, id="a file that anybody can read"),
        pytest.param(0o755, 0o602, True, id="or write"),
        pytest.param(0o755, 0o640, False, id="its group alone"),
        pytest.param(0o755, 0o600, False, id="its owner alone"),
        pytest.param(0o700, 0o644, False, id="in a folder that nobody can enter"),
        pytest.param(0o711, 0o644, True, id="in one that can be entered and not listed"),
        pytest.param(0o744, 0o644, False, id="in one that can be listed and not entered"),
    ],
)
def test_what_any_user_can_get_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: int, bits: int, expected: bool
) -> None:
    """The folders above count; what is not there is open to nobody."""
    (tmp_path / "x").mkdir()
    path = tmp_path / "x" / "a"
    path.touch()
    path.chmod(bits)
    (tmp_path / "x").chmod(folder)
    monkeypatch.setattr(
        privacy, "_mode", lambda each: mode(each) if each.is_relative_to(tmp_path / "x") else 0o755
    )
    found = open_to_everybody([path, tmp_path / "x" / "none"])
    assert ([path] if expected else []) == found
    (tmp_path / "x").chmod(0o755)


def test_the_command_that_closes_them_can_be_pasted(tmp_path: Path) -> None:
    paths = [tmp_path / "a b", tmp_path / "c'd;e"]
    assert ["chmod", "-R", "go=", *map(str, paths)] == shlex.split(command(paths))
