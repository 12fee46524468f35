//! Where ministack (the second opinion) is known to differ from the AWS documentation. The stand-ins follow the documentation.

/// The test, and what ministack 1.5.33 does instead.
const DIFFERENCES: &[(&str, &str)] = &[
    ("a_query_costs_the_sum_of_its_items", "a query always costs one unit, whatever it reads"),
    ("a_read_unit_is_four_kilobytes_and_half_of_it_if_eventually_consistent", "a read always costs one unit"),
    ("sixteen_megabytes_end_a_batch_and_the_rest_is_unprocessed", "a batch has no limit in bytes"),
    ("a_deletion_can_be_repeated", "the second deletion is ReceiptHandleIsInvalid"),
    ("an_old_receipt_handle_deletes_nothing", "an old receipt handle is ReceiptHandleIsInvalid"),
    ("visibility_changes_only_in_flight", "the visibility of a visible message can be changed"),
    ("a_move_task_brings_messages_back_to_their_source", "there is no StartMessageMoveTask"),
    ("a_move_task_has_a_destination_and_needs_a_dead_letter_queue", "there is no StartMessageMoveTask"),
    ("bad_message_attributes_are_refused", "message attributes are not checked"),
    ("queue_attributes_have_names_and_ranges", "queue attributes are not checked"),
    ("queue_names_are_letters_digits_and_two_signs", "queue names are not checked"),
    ("a_receive_has_its_ranges", "numbers are not checked"),
    ("delays_and_timeouts_have_their_ranges", "numbers are not checked"),
];

pub(crate) fn reason_to_skip(test: &str) -> Option<&'static str> {
    DIFFERENCES.iter().find(|(name, _)| *name == test).map(|(_, reason)| *reason)
}
