"""pyproject.toml declares the direct dependencies; the two locks and environment.yml say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from rattler import BuildString, MatchSpec, PackageName, PackageRecord

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def declared(*, to_test: bool = True) -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["dev"] * to_test
    return {requirement.name: requirement for requirement in map(Requirement, lines)}


def conda() -> dict[str, MatchSpec]:
    lines = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    specs = [MatchSpec(line) for line in lines if isinstance(line, str)]
    return {spec.name.normalized: spec for spec in specs}


def from_pypi() -> dict[str, Requirement]:
    lines = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (pip,) = (line["pip"] for line in lines if isinstance(line, dict))
    return {requirement.name: requirement for requirement in map(Requirement, pip)}


def locked(lock: str = "requirements-dev.lock") -> dict[str, list[str]]:
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", lock_text(lock), re.MULTILINE):
        versions.setdefault(name, []).append(version)
    return versions


def record_of(name: str, version: str) -> PackageRecord:
    return PackageRecord(PackageName(name), version, BuildString("0"), 0, "noarch")


def lock_text(lock: str) -> str:
    return (ROOT / lock).read_text()


@pytest.mark.parametrize("name", sorted(declared()))
def test_the_lock_holds_each_direct_dependency_in_a_version_it_may_have(name):
    assert name in locked()
    for version in locked()[name]:
        assert declared()[name].specifier.contains(version), version


@pytest.mark.parametrize("name", sorted(declared()))
def test_the_conda_environment_would_accept_the_locked_versions(name):
    for version in locked()[name]:
        if name in from_pypi():
            assert from_pypi()[name].specifier.contains(version)
        else:
            record = record_of(name, version)
            assert conda()[name].matches(record), f"{name} {version} against {conda()[name]}"


def test_the_conda_environment_holds_nothing_else():
    assert set(conda()) | set(from_pypi()) == set(declared()) | {"python", "pip"}


def test_a_conda_range_that_excludes_the_locked_version_would_be_noticed():
    record = record_of("pandas", locked()["pandas"][0])
    assert not MatchSpec("pandas <2").matches(record)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash_and_the_lock_names_no_address(lock):
    packages = re.split(r"\n(?=[a-z0-9])", lock_text(lock).split("\n", 2)[2])
    assert len(packages) > 50
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in lock_text(lock)


def test_what_the_tests_need_comes_to_what_runs_and_changes_none_of_it():
    to_run, to_test = map(locked, LOCKS)
    assert to_run.items() <= to_test.items()
    assert set(declared(to_test=False)) <= set(to_run)
    assert not set(to_run) & set(declared()) - set(declared(to_test=False))
