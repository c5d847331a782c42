"""`pulumi-resource-ccdeploy`: the plugin that the Pulumi CLI finds on PATH; it prints its port and serves."""

from __future__ import annotations


def main() -> None:
    """Serve the ccdeploy provider over gRPC until the CLI goes away."""
    from ..provider.serve import serve
    from .provider import CcdeployProvider

    serve(CcdeployProvider())


if __name__ == "__main__":
    main()
