"""The page's first table has a row for every fault that is tested, and no other."""

from .local_server_faults import FAULTS, TABLE


def test_page_lists_exactly_these_faults() -> None:
    TABLE.check_faults(FAULTS)
