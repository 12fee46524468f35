"""What is uploaded is a zip that others read. Run by `make template`: `python -m unittest discover -s infra/deploy/tests`."""

import io
import sys
import unittest
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import package  # noqa: E402


class Zip(unittest.TestCase):
    def test_a_zip_has_the_binary_as_its_program(self):
        binary = bytes(range(256)) * 4_000
        body = package.zipped(binary)
        self.assertLess(len(body), len(binary) / 10)
        self.assertEqual(body, package.zipped(binary))
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            self.assertEqual(file.namelist(), ["bootstrap"])
            self.assertEqual(file.read("bootstrap"), binary)
            self.assertEqual(file.infolist()[0].external_attr >> 16, 0o100755)
            self.assertEqual(file.infolist()[0].date_time, (1980, 1, 1, 0, 0, 0))


if __name__ == "__main__":
    unittest.main()
