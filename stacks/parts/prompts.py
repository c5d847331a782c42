"""Sound files of the centre."""

from __future__ import annotations

from pathlib import Path

import pulumi

from ..resources import Prompt
from .site import Site, options, renamed
from .storage import register_prompts_bucket

_TYPE = "ccdeploy:index:Prompt"


def register_prompts(site: Site) -> None:
    """One prompt a sound file; flows name it by the asset's key."""
    if not site.center.prompts:
        return
    bucket = register_prompts_bucket(site)
    for prompt in site.center.prompts.values():
        for asset in prompt.assets:
            title = prompt.title if asset.language is None else f"{prompt.title} ({asset.language})"
            site.prompts[asset.key] = Prompt(
                asset.key,
                instance_id=site.instance_id,
                name=site.name(_TYPE, asset.key, title, renamed(prompt, asset.key)),
                description=prompt.description or None,
                bucket=bucket.id,
                source=pulumi.FileAsset(str(Path(site.center.folder) / asset.path)),
                tags=site.tags(_TYPE, asset.key, prompt),
                opts=options(was=renamed(prompt, asset.key)),
            )
            site.export("prompts", asset.key, {"id": site.prompts[asset.key].prompt_id})
