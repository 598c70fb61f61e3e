import re

from hygie.reference.glossary import glossary


def test_the_words_are_plain_and_distinct() -> None:
    words = glossary()
    assert len({word.term for word in words}) == len(words) >= 15
    for word in words:
        assert all(len(sentence.split()) <= 22 for sentence in re.split(r"(?<=[.:]) ", word.plain)), word.term
        assert "!" not in word.plain
