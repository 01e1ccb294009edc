"""Write the OpenAPI documents that docs/reference/openapi keeps."""

import json
from pathlib import Path

from kinora.apis.pixverse.reference import REFERENCE as PIXVERSE
from kinora.apis.useapi.reference import REFERENCE as USEAPI

OUT = Path(__file__).parents[1] / "docs" / "reference" / "openapi"

if __name__ == "__main__":
    for reference in (PIXVERSE, USEAPI):
        path = OUT / f"{reference.name}.json"
        path.write_text(json.dumps(reference.document(), indent=2, ensure_ascii=False) + "\n")
        print(f"wrote {path}")
