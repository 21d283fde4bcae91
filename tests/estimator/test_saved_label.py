"""What a counselor's label may look like without a question, and what is asked about."""

import pytest

from estimator.saved_label import looks_like, tidied

KNOWN = ["Spinraza", "Aetna Choice", "Original Medicare, Part B"]

FINE = [
    "",
    "blue folder 7",
    "Room 4, Tuesday",
    "case 14-2",
    "Spinraza Medicare",
    "Aetna Choice PPO",
    "Part B, plan G",
    "Family of four",
    "50/28 mg switch",
    "J2326 in Q3 2026",
    "start 2026-04",
]
PERSONAL = {
    "John Smith": "a person's name",
    "Smith, John": "a person's name",
    "JOHN SMITH": "a person's name",
    "J. Smith": "a person's name",
    "J.Smith": "a person's name",
    "José Núñez": "a person's name",
    "Mary-Jane O'Neil": "a person's name",
    "call Anna Berg again": "a person's name",
    "1/5/2014": "a date of birth",
    "01-05-14": "a date of birth",
    "2014-01-05": "a date of birth",
    "20140105": "a date of birth",
    "01052014": "a date of birth",
    "Jan 5, 2014": "a date of birth",
    "5 March 2014": "a date of birth",
    "5Mar14": "a date of birth",
    "０１/０５/２０１４": "a date of birth",
    "dob in the file": "a date of birth",
    "123-45-6789": "a Social Security number",
    "123 45 6789": "a Social Security number",
    "123456789": "a Social Security number",
    "(612) 555-0100": "a phone number",
    "612.555.0100": "a phone number",
    "555-0100": "a phone number",
    "anna@example.org": "an e-mail address",
    "a＠b": "an e-mail address",
    "MRN 4711": "a member or record number",
    "88123456": "a member or record number",
}


@pytest.mark.parametrize("label", FINE)
def test_a_label_that_tells_nothing_is_not_asked_about(label):
    assert looks_like(tidied(label), KNOWN) == []


@pytest.mark.parametrize(("label", "what"), PERSONAL.items())
def test_a_label_that_may_tell_who_it_is_about_is_asked_about(label, what):
    assert what in looks_like(tidied(label), KNOWN)


def test_a_label_is_one_line_of_plain_characters():
    assert tidied(" blue\t\nfolder\u202e  ７ \x00") == "blue folder 7"
