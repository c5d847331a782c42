"""What a killed Pulumi CLI leaves in its file backend, made whole again without the CLI."""

from __future__ import annotations

from pathlib import Path

from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.engine.pulumi_cli.place import Place


def test_a_state_that_was_being_saved_is_readable_again_and_an_older_one_is_told(tmp_path: Path) -> None:
    place = Place(tmp_path / "pulumi", FileStore(tmp_path), "ccdeploy", "line.dev")
    folder = tmp_path / "pulumi" / "backend" / ".pulumi" / "stacks" / "ccdeploy"
    folder.mkdir(parents=True)
    state, backup = folder / "line.dev.json", folder / "line.dev.json.bak"
    attributes = folder / "line.dev.json.attrs"
    state.write_text('{"version": 3}', encoding="utf-8")
    backup.write_text('{"version": 3, "older": true}', encoding="utf-8")
    attributes.write_text("", encoding="utf-8")
    assert not place.mend()
    assert not attributes.exists(), "an empty one makes the state unreadable for the CLI"
    for torn in (None, b"", b'{"version": 3'):
        if torn is None:
            state.unlink()
        else:
            state.write_bytes(torn)
        assert place.exists
        assert place.mend(), torn
        assert state.read_bytes() == backup.read_bytes()
    backup.write_bytes(b"")
    state.write_bytes(b"")
    assert not place.mend(unreadable=True), "neither can be used"


def test_where_a_full_disk_tore_state_and_backup_the_one_that_was_kept_counts(tmp_path: Path) -> None:
    place = Place(tmp_path / "pulumi", FileStore(tmp_path), "ccdeploy", "line.dev")
    folder = tmp_path / "pulumi" / "backend" / ".pulumi" / "stacks" / "ccdeploy"
    folder.mkdir(parents=True)
    state, backup = folder / "line.dev.json", folder / "line.dev.json.bak"
    state.write_text('{"version": 3, "kept": true}', encoding="utf-8")
    place.keep()
    for torn in ('{"version": 3', ""):
        state.write_text(torn, encoding="utf-8")
        backup.write_text(torn, encoding="utf-8")
        place.keep()  # nothing to remember
        assert place.mend()
        assert state.read_text(encoding="utf-8") == '{"version": 3, "kept": true}'
        assert not place.mend(unreadable=True), "there is nothing older"
