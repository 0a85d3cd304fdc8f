"""Each row of the format's tables, and each reason for refusing, names the tests that hold it; none is left out.

The tables stand in resources/manual/format.md. Where a person is told something, the first test has the sentence.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sync import test_file, test_handover, test_merge, test_older, test_packages, test_refusals

FORMAT = (Path(__file__).parents[2] / "resources" / "manual" / "format.md").read_text(encoding="utf-8")

Tests = tuple[Callable[..., Any], ...]

VERSIONS: dict[str, Tests] = {
    "theirs seen by ours": (test_merge.test_theirs_seen_by_ours_changes_nothing,),
    "ours missing, or seen by theirs": (
        test_merge.test_ours_missing_takes_theirs_with_its_stamps,
        test_merge.test_ours_seen_by_theirs_takes_theirs_with_its_stamps,
    ),
    "neither": (
        test_merge.test_versions_that_have_not_seen_each_other_become_their_maximum,
        test_merge.test_both_sides_merge_to_the_same_row_so_nothing_echoes,
    ),
}

FIELDS: dict[str, Tests] = {
    "the same stamp, equal values": (test_merge.test_same_stamp_keeps_the_value,),
    "the same stamp, different values": (
        test_refusals.test_the_same_stamp_with_two_values_is_a_fork,
        test_handover.test_a_forked_stamp_from_a_new_replica_is_a_conflict_not_a_dead_end,
        test_merge.test_same_stamp_with_two_values_is_a_fork,
        test_merge.test_a_fork_that_a_new_replica_brings_is_decided_by_a_person,
    ),
    "their stamp is seen by our version": (test_merge.test_their_stamp_seen_by_us_keeps_ours,),
    "our stamp is seen by their version": (test_merge.test_our_stamp_seen_by_them_takes_theirs,),
    "neither seen, equal values": (test_merge.test_neither_seen_and_equal_keeps_the_value_with_the_greater_stamp,),
    "neither seen, different values": (
        test_handover.test_a_conflict_waits_for_a_person,
        test_handover.test_a_decision_stands_on_both_sides,
        test_handover.test_a_conflict_put_off_keeps_ours_and_is_decided_later,
        test_handover.test_a_later_row_replaces_the_one_put_off,
        test_merge.test_neither_seen_and_different_is_a_conflict,
        test_merge.test_two_deletions_are_a_conflict_like_any_other,
    ),
    "edited on one side, deleted on the other, neither seen": (
        test_handover.test_edited_here_and_deleted_there_waits_for_a_person,
        test_merge.test_edited_here_and_deleted_there_is_a_conflict,
        test_merge.test_deleted_here_and_edited_there_is_a_conflict,
        test_merge.test_who_deleted_having_seen_the_edit_deletes_it,
        test_merge.test_a_decision_about_a_deletion_ends_it,
    ),
}

CHAINS: dict[str, Tests] = {
    "the next sequence, or a later one whose `since` it has": (
        test_handover.test_the_next_sequence_is_imported,
        test_handover.test_a_later_sequence_whose_base_is_here_is_imported_and_the_earlier_superseded,
        test_handover.test_a_lost_stick_needs_no_repair,
    ),
    "a sequence it has, same digest": (test_handover.test_a_doubled_package_is_already_imported,),
    "a sequence it has, other digest; or the next one with another `previous`": (
        test_handover.test_two_computers_behind_one_replica_are_a_fork,
        test_handover.test_a_fork_is_seen_by_the_chain_where_numbers_agree,
    ),
    "a sequence below the last": (
        test_handover.test_a_later_sequence_whose_base_is_here_is_imported_and_the_earlier_superseded,
    ),
    "`changes` whose `since` it does not have": (
        test_handover.test_a_receiver_that_was_restored_asks_for_what_is_missing,
    ),
    "a replica it has not met, of a known office": (
        test_handover.test_a_new_replica_with_changes_only_is_refused,
        test_handover.test_a_new_replica_sends_a_snapshot_and_gets_all_back,
        test_handover.test_a_fork_ends_with_a_new_replica_whose_differences_a_person_decides,
    ),
    "a newer schema or format than its own": (
        test_handover.test_a_newer_schema_is_refused,
        test_refusals.test_a_newer_format_is_refused_before_anything_else_is_read,
    ),
    "an older schema": (
        test_older.test_an_older_package_brings_a_renamed_a_split_and_a_recoded_column,
        test_older.test_a_column_that_an_older_program_did_not_know_keeps_its_value,
        test_packages.test_a_townships_package_is_taken_into_a_fresh_store,
    ),
}

REASONS: dict[str, Tests] = {
    "damaged": (test_refusals.test_a_member_that_is_not_due_is_refused, test_file.test_every_truncation_is_refused),
    "not-for-us": (
        test_handover.test_a_package_for_another_office_is_not_for_us,
        test_refusals.test_a_package_for_another_office_sealed_for_us_is_not_for_us,
    ),
    "unknown-sender": (
        test_handover.test_an_unknown_sender_is_refused,
        test_refusals.test_an_office_that_has_not_joined_takes_nothing_in,
    ),
    "bad-signature": (
        test_handover.test_a_package_signed_by_another_key_is_refused,
        test_refusals.test_a_first_package_that_does_not_know_the_secret_is_refused,
        test_refusals.test_a_burnt_secret_brings_no_other_keys,
    ),
    "revoked": (test_handover.test_lost_computer_revoke_enrol_again_and_get_everything_back,),
    "fork": CHAINS["a sequence it has, other digest; or the next one with another `previous`"],
    "gap": CHAINS["`changes` whose `since` it does not have"],
    "newer-schema": CHAINS["a newer schema or format than its own"],
    "not-allowed": (
        test_handover.test_a_township_writes_only_its_own,
        test_handover.test_a_township_cannot_take_a_record_of_another,
        test_refusals.test_the_county_writes_no_other_townships_records_into_ours,
        test_refusals.test_a_package_of_the_wrong_direction_is_refused,
    ),
    "too-large": (
        test_file.test_a_manifest_over_one_mebibyte_and_a_table_that_claims_too_much_are_too_large,
        test_refusals.test_a_line_over_one_mebibyte_is_too_large,
        test_refusals.test_an_attachment_of_another_size_is_refused,
        test_refusals.test_a_file_over_sixteen_gibibytes_is_not_read_at_all,
    ),
    "invalid-record": (
        test_handover.test_a_wrong_row_names_table_line_and_column,
        test_refusals.test_a_row_that_may_not_be_says_where,
    ),
}


def rows_under(head: str) -> list[str]:
    """The first column of the table that has this head."""
    (body,) = re.findall(rf"^\| {re.escape(head)} \|[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)", FORMAT, re.MULTILINE)
    return [line.split(" | ")[0].removeprefix("| ") for line in body.splitlines()]


@pytest.mark.parametrize(
    ("head", "held"),
    [("versions", VERSIONS), ("one field, concurrent", FIELDS), ("the receiver sees", CHAINS)],
    ids=["versions", "fields", "chains"],
)
def test_every_row_of_a_table_has_its_tests(head: str, held: dict[str, Tests]) -> None:
    assert rows_under(head) == list(held)
    assert all(held.values())


def test_every_reason_for_refusing_has_its_tests() -> None:
    (section,) = re.findall(r"## Reasons for refusing\n(.*?)\. A refused", FORMAT, re.DOTALL)
    assert re.findall(r"`([a-z-]+)`", section) == list(REASONS)
