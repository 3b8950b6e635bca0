"""Certificates of one test, made by openssl's command: stored ones would end one day."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Certificates:
    """A folder with the authority `ca`; every certificate NAME is NAME.pem and NAME.key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.authority("ca")

    def pem(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def flags(self, name: str = "server", client_ca: str | None = None) -> tuple[str, ...]:
        """What riskd serve takes to serve with a certificate of this folder."""
        flags = ("--tls-cert", str(self.pem(name)), "--tls-key", str(self.key(name)))
        return flags + (("--client-ca", str(self.pem(client_ca))) if client_ca else ())

    def authority(self, name: str) -> None:
        self._make_key(name)
        self._openssl(
            "req", "-x509", "-key", f"{name}.key", "-subj", f"/CN={name}", "-days", "2",
            "-out", f"{name}.pem",
        )

    def issue(self, name: str, *, by: str = "ca", days: int = 1) -> None:
        """A certificate for this machine; with days below 0 its time has passed."""
        self._make_key(name)
        names = self.folder / f"{name}.names"
        names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", "csr")
        self._openssl(
            "x509", "-req", "-in", "csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key",
            "-days", str(days), "-extfile", names.name, "-out", f"{name}.pem",
        )

    def _make_key(self, name: str) -> None:
        self._openssl(
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-out", f"{name}.key",
        )
        self.key(name).chmod(0o600)

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60
        )
