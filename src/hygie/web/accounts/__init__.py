"""Who may enter and do what: people of the practice, their accounts, roles, sessions, arrivals and departures."""
