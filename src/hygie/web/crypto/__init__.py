"""The practice's keys and the fields they encrypt: where the keys live, how a value is sealed, how a key is renewed."""
