"""Fails when a linked crate has no licence from the list below, which has no copyleft. deny.toml has the same list for cargo-deny."""

import json
import re
import subprocess
import sys

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "OpenSSL", "Unicode-3.0", "Unlicense", "Zlib",
}


def permits(expression: str) -> bool:
    """Evaluates an SPDX expression with AND, OR and parentheses."""
    names = re.findall(r"[A-Za-z0-9.+-]+ WITH [A-Za-z0-9.+-]+|\(|\)|[A-Za-z0-9.+-]+", expression.replace("/", " OR "))
    words = {"AND": "and", "OR": "or", "(": "(", ")": ")"}
    return eval(" ".join(words.get(name, str(name in ALLOWED)) for name in names))  # Only True, False, and, or, ( and ) remain.


metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--locked"]))
bad = [f"{p['name']} {p['version']}: {p['license']}" for p in metadata["packages"] if not permits(p["license"] or "NONE")]
print("\n".join(bad) or f"{len(metadata['packages'])} crates, all of permissive licences")
sys.exit(bool(bad))
