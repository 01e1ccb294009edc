"""Write the OpenAPI documents that docs/reference/openapi keeps."""

import json
from pathlib import Path

from kinora.apis.pixverse.reference import document

OUT = Path(__file__).parents[1] / "docs" / "reference" / "openapi" / "pixverse.json"

if __name__ == "__main__":
    OUT.write_text(json.dumps(document(), indent=2, ensure_ascii=False) + "\n")
    print(f"wrote {OUT}")
