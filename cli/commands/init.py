"""`ccdeploy init`: a starter folder that passes `validate`."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import settings


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@settings("json", "quiet")
@click.option("--template", default="hotline", show_default=True, metavar="T", help="Which starter to write.")
@click.option("--name", metavar="KEY", help="The centre's key. [default: from the folder's name]")
@click.option("--title", help="What people see. [default: in the language]")
@click.option("--region", default="eu-central-1", show_default=True, help="A Region that has Connect.")
@click.option("--language", default="en-GB", show_default=True, help="en-GB, en-US, fr-FR, de-DE, es-ES or it-IT.")
@click.option("--time-zone", help="An IANA name. [default: of the language's country]")
@click.option("--country", help="Of the phone number, two letters. [default: of the language]")
def command(given: Settings, folder: Path, template: str, language: str, **said: str | None) -> None:
    """Write a starter folder that passes validate.

    Nothing that exists is overwritten.
    """
    from .. import starter
    from ..output import out, out_json, talk

    blanks = _blanks(folder, language, said)
    if template not in starter.templates():
        raise click.BadParameter(
            f"there is no {template!r}; there is: {', '.join(starter.templates())}", param_hint="--template"
        )
    files, schemas = starter.filled(template, blanks), starter.schema_texts()
    starter.write_new(folder, files)
    starter.write_schemas(folder, schemas)
    if given.json:
        out_json({"folder": str(folder), "files": [*files, *schemas]})
        return
    for name in files:
        out(str(folder / name))
    if not given.quiet:
        talk(f"Next: ccdeploy validate {folder}, then: ccdeploy up {folder}")


def _blanks(folder: Path, language: str, said: dict[str, str | None]) -> dict[str, str]:
    """The words that fill the template's blanks. A Region or language that does not exist is a usage mistake."""
    from ...specs.regions import all_regions, nearest_with_connect, with_connect
    from .. import starter
    from ..main import nearest

    table = starter.languages()
    if language not in table:
        raise click.BadParameter(
            f"{language!r} is none of {', '.join(table)}.{nearest(language, table)}", param_hint="--language"
        )
    region = str(said.pop("region"))
    if region not in with_connect():
        near = nearest_with_connect(region) if region in all_regions() else ()
        names = [place.name for place in near] or with_connect()
        raise click.BadParameter(f"{region!r} has no Amazon Connect. Use {' or '.join(names)}.", param_hint="--region")
    name = starter.key_of(said.pop("name") or folder.resolve().name)
    chosen = {key: value for key, value in said.items() if value}
    alias = name if name.endswith("-line") else f"{name}-line"
    return {**table[language], "language": language, "region": region, "name": name, "alias": alias, **chosen}
