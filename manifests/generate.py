"""Writes what is generated under manifests/, charts/ and frontend/ from its single sources.

Run by ``make generate``; ``make verify`` fails when a committed file differs.
"""

from pathlib import Path

from chart_files import chart_files, dump
from monitoring.documents import write as write_monitoring
from rendering import installation

from quarterdeck_contract.crds import definitions
from quarterdeck_gateway.published import write_openapi

HERE = Path(__file__).parent


def main() -> None:
    for crd in definitions():
        (HERE / "crds" / f"{crd['spec']['names']['plural']}.yaml").write_text(dump(crd))
    for path, text in chart_files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    write_monitoring()
    (HERE / "install.yaml").write_text(dump(*installation()))
    write_openapi(HERE.parent / "frontend" / "openapi.json")


if __name__ == "__main__":
    main()
