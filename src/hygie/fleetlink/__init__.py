"""What a practice's computers and its server share: messages, enrolment, signatures, the outbox, what may leave."""
