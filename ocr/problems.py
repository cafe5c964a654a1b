"""What may be wrong with an invoice as read: a closed list. docs/contract.md explains each by this name."""

from __future__ import annotations

from typing import Literal, get_args

Problem = Literal[
    # What paper it is
    "not_an_invoice",  # another kind of paper, another country's, or no invoice's words at all
    "not_legible",  # too little could be read to tell what paper it is
    "credit_note",  # it takes back an invoice: a reviewer decides
    "debit_note",
    # The four fields a claim stands on
    "seller_gstin_missing",
    "invoice_number_missing",
    "invoice_date_missing",
    "total_missing",
    "seller_gstin_doubtful",
    "invoice_number_doubtful",
    "invoice_date_doubtful",
    "total_doubtful",
    # What the fields say of one another
    "sums_do_not_close",  # taxable value, taxes, charges and rounding are not the total
    "sums_not_checked",  # too few of them were read, and no amount in words agrees
    "words_disagree",  # the amount in words is another
    "lines_do_not_add_up",
    "several_totals",  # equally good totals that differ, and neither sums nor words decide
    "taxes_do_not_fit",  # central and state tax differ, or integrated stands beside them
    "tax_kind_mismatch",  # integrated tax within a state, or central and state tax across two
    "buyer_is_seller",
    "irn_mismatch",  # the printed reference number is not the hash of what was read
    "date_before_gst",  # 1 July 2017
    "date_in_future",
    "date_stale",
    # The signed e-invoice
    "einvoice_not_verified",  # consistent in itself, but no key of ours signed it: a witness, no proof
    "einvoice_invalid",
    "einvoice_differs",  # print and code say different things
    # What only the chat can look up; never an obstacle here
    "distributor_not_checked",
    "buyer_not_checked",
    "seen_before_not_checked",
]
PROBLEMS: tuple[Problem, ...] = get_args(Problem)

Field = Literal["seller_gstin", "invoice_number", "invoice_date", "total"]
MISSING: dict[Field, Problem] = {
    "seller_gstin": "seller_gstin_missing",
    "invoice_number": "invoice_number_missing",
    "invoice_date": "invoice_date_missing",
    "total": "total_missing",
}
DOUBTFUL: dict[Field, Problem] = {
    "seller_gstin": "seller_gstin_doubtful",
    "invoice_number": "invoice_number_doubtful",
    "invoice_date": "invoice_date_doubtful",
    "total": "total_doubtful",
}
REGISTERS: tuple[Problem, ...] = ("distributor_not_checked", "buyer_not_checked", "seen_before_not_checked")
# Told, but no reason to hold back a reading that is otherwise sound.
NOTES: frozenset[Problem] = frozenset([*REGISTERS, "lines_do_not_add_up", "einvoice_not_verified"])
