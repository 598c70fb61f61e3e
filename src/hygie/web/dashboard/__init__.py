"""Today: the sentence, the actions, the seven measures, a finding's page, answers, exceptions, proofs, questions."""
