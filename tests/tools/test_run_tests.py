# SPDX-License-Identifier: Apache-2.0
"""The runner of all tests counts what happened, and a failure is never lost."""

import run_tests
import pytest

CTEST = """<testsuite tests="4" failures="1">
  <testcase name="a" status="run"/>
  <testcase name="b" status="fail"><failure message="x"/></testcase>
  <testcase name="c" status="notrun"><skipped/></testcase>
  <testcase name="d" status="disabled"/>
</testsuite>"""

PYTEST = """<testsuites><testsuite>
  <testcase name="a"/>
  <testcase name="b"><error message="in a fixture"/></testcase>
  <testcase name="c"><skipped message="why"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture(autouse=True)
def results_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(run_tests, "RESULTS", tmp_path)
    monkeypatch.setattr(run_tests, "ROOT", tmp_path)


@pytest.mark.parametrize("report, count", [(CTEST, (1, 1, 2)), (PYTEST, (1, 1, 1))], ids=["ctest", "pytest"])
def test_cases_of_a_report_are_counted(tmp_path, report, count):
    (tmp_path / "report.xml").write_text(report)
    assert run_tests.counted(tmp_path / "report.xml") == count


def test_a_check_counts_as_one_test():
    assert run_tests.run(run_tests.Step("fine", ["true"])) == (1, 0, 0)


def test_a_failing_check_shows_what_it_printed(capsys):
    assert run_tests.run(run_tests.Step("bad", ["sh", "-c", "echo broken thing; exit 1"])) == (0, 1, 0)
    assert "| broken thing" in capsys.readouterr().out


def test_a_suite_that_dies_without_a_report_counts_as_failed():
    assert run_tests.run(run_tests.Step("dead", ["sh", "-c", "exit 3"], counts=True)) == (0, 1, 0)


def test_a_report_of_an_earlier_run_is_not_counted_again(tmp_path):
    (tmp_path / "dead.xml").write_text(PYTEST)
    assert run_tests.run(run_tests.Step("dead", ["false"], counts=True)) == (0, 1, 0)


def test_steps_that_need_a_failed_step_are_not_run_and_count_as_failed(monkeypatch, capsys):
    plan = [run_tests.Step("first", ["false"]), run_tests.Step("second", ["true"], needs="first")]
    monkeypatch.setattr(run_tests, "steps", lambda quick: plan)
    monkeypatch.setattr("sys.argv", ["test"])

    assert run_tests.main() == 1

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("===== 0 passed, 2 failed, 0 skipped in ")


def test_the_quick_plan_is_a_part_of_the_whole_but_for_its_own_build():
    quick = {step.name for step in run_tests.steps(quick=True)}
    whole = {step.name for step in run_tests.steps(quick=False)}
    assert quick - whole == {"build dev", "unit tests, dev"}
