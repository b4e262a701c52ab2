"""Which service of a compose file is PostgreSQL."""

from pathlib import Path

import pytest

from dbtool.errors import UsageError
from dbtool.server.containers.compose_file import find_service

ORDINARY = """\
x-common: &common
  restart: unless-stopped
services:
  web:
    <<: *common
    build: .
    environment: {POSTGRES_HOST: db, POSTGRES_PASSWORD: "${PASSWORD:?say it}"}
  admin: {image: "dpage/pgadmin4:9"}
  exporter: {image: quay.io/prometheuscommunity/postgres-exporter}
  store:
    <<: *common
    image: "postgres:${PG:-18}-alpine"
    ports: !override ["5432:5432"]
"""
CASES = {
    "ordinary": (ORDINARY, "store"),
    "by its usual name": ("services: {other: {image: postgres}, db: {image: 'pgvector/pgvector:pg18'}}", "db"),
    "of an image with a digest": ("services: {x: {image: 'mirror.example/lib/postgis@sha256:00'}}", "x"),
    "built here": ("services: {x: {build: db, environment: [POSTGRES_PASSWORD=x]}}", "x"),
    "by a variable alone": ("services: {x: {image: '${IMAGE}', environment: {POSTGRES_USER: x}}}", "x"),
    "bitnami's": ("services: {x: {image: bitnami/postgresql, environment: [POSTGRESQL_PASSWORD=x]}}", "x"),
    "an application": ("services: {x: {image: shop, environment: [POSTGRES_PASSWORD=x]}}", None),
    "another database": ("services: {db: {image: 'mysql:9'}}", None),
    "nothing": ("", None),
    "a list": ("- services", None),
    "no services": ("services:", None),
    "a service without anything": ("services: {x: }", None),
}


@pytest.mark.parametrize("name", CASES)
def test_the_service_is_found(tmp_path: Path, name: str) -> None:
    text, wanted = CASES[name]
    (tmp_path / "compose.yaml").write_text(text)
    found = find_service(tmp_path)
    assert (found.name if found else None) == wanted
    assert found is None or str(found) == f"service {wanted} of compose.yaml"


def test_several_are_refused_unless_one_has_a_usual_name(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text("services: {one: {image: postgres}, two: {image: postgres}}")
    with pytest.raises(UsageError, match=r"docker-compose.yml has several services that are PostgreSQL: one, two"):
        find_service(tmp_path)


def test_no_file_no_service_and_a_bad_one_is_told_with_its_place(tmp_path: Path) -> None:
    assert find_service(tmp_path) is None
    (tmp_path / "compose.yml").write_text("services:\n  db: {image: postgres\n")
    with pytest.raises(UsageError, match=r"compose.yml:3:1: this is not YAML"):
        find_service(tmp_path)
    (tmp_path / "compose.yaml").write_text("services: {db: {image: postgres}}")
    assert find_service(tmp_path) is not None, "the first of the usual names is the one that compose takes"


def test_the_files_that_compose_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base.yaml").write_text("services: {web: {build: .}}")
    (tmp_path / "dev.yaml").write_text("services: {db: {image: postgres}}")
    monkeypatch.setenv("COMPOSE_FILE", "base.yaml:dev.yaml:missing.yaml")
    found = find_service(tmp_path)
    assert found is not None and found.name == "db"
