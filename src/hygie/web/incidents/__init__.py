"""The incident room: opening, one step at a time, clocks, journal and evidence, papers, register of breaches."""
