"""`python -m ccdeploy.cli`."""

from .main import cli

cli()
