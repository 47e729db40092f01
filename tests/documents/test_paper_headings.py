"""The heading of a paper is found only where it is certain."""

import pytest

from essay_scorer.documents.paper_heading import split_heading

ESSAY = "A Pool for Everyone\n\nOur town wants to close the pool on Mondays."
HEADINGS = {
    "MLA": ("Ann Lee\n\nMr. Smith\n\nEnglish 10\n\n5 May 2026\n\n", ""),
    "MLA, American date": ("Ann Lee\nMrs. O’Brien\nAP English\nMay 5, 2026\n\n", ""),
    "MLA, in capitals": ("ANN LEE\nDr. Roe\nPeriod 3\nMonday, May 5th, 2026\n\n", ""),
    "labels": ("Name: Ann Lee\nClass: 9b\nDate: 5/5/2026\n\n", ""),
    "one label": ("Name: Ann Lee\n\n", ""),
    "French": ("Nom : Léa Petit\nClasse : 3e B\nDate : 5 mai 2026\n\n", ""),
    "French, without labels": (
        "Léa Petit\n\nMme Durand\n\n5 mai 2026\n\n",
        "",
    ),
    "a known name and a date": ("Ann Lee\n\n2026-05-05\n\n", "Lee, Ann"),
    "last name first": ("Lee, Ann\n\nMs. Roe\n\n8th grade\n\n", ""),
}
NONE = {
    "an essay": "",
    "a title of two words": "Swimming Pools\n\nPublic Health\n\n",
    "a date alone": "May 5, 2026\n\n",
    "a letter": "Dear Mr. Smith,\n\n",
    "a first sentence with a date": "On 5 May 2026, Mr. Smith closed it.\n\nIt was raining.\n\n",
    "a name alone": "Ann Lee\n\n",
    "a question": "English 10?\n\n",
}


@pytest.mark.parametrize("what", HEADINGS)
def test_a_heading_is_split_from_the_essay(what: str) -> None:
    lines, writer = HEADINGS[what]
    heading = split_heading(lines + ESSAY, writer)
    assert heading.rest == ESSAY
    assert list(heading.lines) == [line for line in lines.split("\n") if line]


@pytest.mark.parametrize("what", NONE)
def test_what_may_be_the_essay_stays(what: str) -> None:
    heading = split_heading(NONE[what] + ESSAY)
    assert heading.rest == NONE[what] + ESSAY
    assert heading.lines == ()


def test_a_text_that_is_nothing_but_a_heading_stays() -> None:
    text = "Name: Ann Lee\nDate: 5 May 2026"
    assert split_heading(text).rest == text
