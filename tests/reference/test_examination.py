"""The rules of the examination: what is shipped is whole, what is wrong is refused with its reason."""

import re
from pathlib import Path

import pytest

from hygie.reference import examination
from hygie.reference.errors import BrokenReference
from hygie.reference.examination import VERDICTS, examination_rules, load_examination

TEXT = (Path(examination.__file__).parent / "examination.toml").read_text()


def test_the_three_conclusions_have_words_and_someone_to_call():
    rules = examination_rules()
    assert tuple(one.id for one in rules.verdicts) == VERDICTS
    for verdict in rules.verdicts:
        assert verdict.contacts
        assert "prestataire" in verdict.call


def test_no_sentence_says_that_all_is_well_or_shouts():
    words = [one for sign in examination_rules().signs for one in (sign.one, sign.several)]
    words += [one for verdict in examination_rules().verdicts for one in (verdict.sentence, verdict.call)]
    for sentence in words:
        assert not re.search(r"tout va bien|rassur|rien à craindre|sans danger|!", sentence)
        assert sentence[0].isupper() or sentence.startswith("{n}")
        assert sentence.endswith((".", "?"))


def test_signs_of_attack_name_a_playbook_and_the_others_do_not():
    for sign in examination_rules().signs:
        assert (sign.playbook is not None) == (sign.weight in {"strong", "weak"})


@pytest.mark.parametrize(("old", "new", "reason"), [
    ('id = "files"', 'id = "fichiers"', "valeur inattendue"),
    ("entropy = 7.2", "entropy = 9", "valeur inattendue"),
    ("weak_signs_for_attack = 2", "weak_signs_for_attack = 1", "valeur inattendue"),
    ('marks = ["25504446"]', 'marks = ["PDF"]', "valeur inattendue"),
    ('playbook = "ransomware"', 'playbook = "rancon"', "marche à suivre"),
    ('contacts = ["17cyber"', 'contacts = ["18cyber"', "contact"),
    ("({folders})", "({file})", "trou inconnu"),
    ('id = "ransom_note"', 'id = "root_twins"', "même identifiant"),
    ('"XFS .*(?:Corruption|shutdown)"', '"XFS (("', "motif"),
    ('id = "attack"', 'id = "fault"', "trois conclusions"),
    ("recent_days = 7", "recent_days = 7\nextra = 1", "n'y a pas de sens"),
])  # fmt: skip
def test_a_broken_file_is_refused(tmp_path, old, new, reason):
    assert old in TEXT
    path = tmp_path / "examination.toml"
    path.write_text(TEXT.replace(old, new))
    with pytest.raises(BrokenReference, match=reason):
        load_examination(path)
