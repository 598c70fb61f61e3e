import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.errors import HygieError
from hygie.web.server.errors import AddressNotUnderstood, Exposed, HostRefused
from hygie.web.server.listen import DEFAULT, Listen, host_name, parse_listen, refuse_exposure


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        (DEFAULT, Listen("127.0.0.1", 8642)),
        ("[::1]:8642", Listen("::1", 8642)),
        ("[0:0::1]:1", Listen("::1", 1)),
        (" 0.0.0.0:443 ", Listen("0.0.0.0", 443)),
        ("Accueil.LOCAL:8642", Listen("accueil.local", 8642)),
        ("localhost:0", Listen("localhost", 0)),
    ],
)
def test_an_address_and_a_port_are_understood(text: str, listen: Listen) -> None:
    assert parse_listen(text) == listen


@pytest.mark.parametrize(
    "text",
    [
        "", ":", ":8642", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:٣", "127.0.0.1:1_0",
        "::1:8642", "[::1]", "[::1:8642", "[127.0.0.1]:80", "999.1.1.1:80", "127.1:80", "[fe80::1%eth0]:80",
        "a b:80", "-a:80", "été.local:80", "http://a:80", "a/b:80", "a" * 400 + ":80", "127.0.0.1:000080",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_french(text: str) -> None:
    with pytest.raises(AddressNotUnderstood) as refusal:
        parse_listen(text)
    assert refusal.value.exit_code == 2
    assert refusal.value.sentence.startswith("L’adresse d’écoute n’est pas comprise")


@given(st.text(max_size=400))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        listen = parse_listen(text)
    except HygieError:
        return
    assert parse_listen(str(listen)) == listen


@pytest.mark.parametrize("text", ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"])
def test_this_machine_alone_needs_no_encryption(text: str) -> None:
    refuse_exposure(parse_listen(text), encrypted=False)


@pytest.mark.parametrize("text", ["0.0.0.0:1", "[::]:1", "192.168.1.10:1", "accueil.local:1", "[::ffff:127.0.0.1]:1"])
def test_the_network_is_refused_without_encryption(text: str) -> None:
    refuse_exposure(parse_listen(text), encrypted=True)
    with pytest.raises(Exposed) as refusal:
        refuse_exposure(parse_listen(text), encrypted=False)
    assert refusal.value.exit_code == 5


@pytest.mark.parametrize("name", ["", "a..b", "10.0.0.1", "*.fr", "été", "a_b", "x" * 64, "a." * 130 + "fr", "a\nb"])
def test_a_host_name_is_letters_digits_and_hyphens(name: str) -> None:
    with pytest.raises(HostRefused):
        host_name(name)


def test_a_host_name_is_written_in_small_letters() -> None:
    assert host_name(" Accueil.Local. ") == "accueil.local"
