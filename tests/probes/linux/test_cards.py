"""The card reader and Cryptolib, from a fake sysfs and a fake dpkg."""

import pytest

from hygie.probes.facts import Absent, CardMiddleware, CardReader, Unknown
from hygie.probes.linux import cards


def reader(box, name: str = "1-3:1.0", kind: str = "0b") -> None:
    box.write(f"/sys/bus/usb/devices/{name}/bInterfaceClass", kind + "\n")


def test_a_reader_is_an_interface_of_the_class_of_smart_cards(box) -> None:
    box.installed("sudo")
    reader(box)
    reader(box, "1-4:1.0", "08")
    reader(box, "1-5", "0b")
    box.write("/run/pcscd/pcscd.comm", "")
    assert box.ask(cards.card_reader) == CardReader(1, service_running=True)


def test_a_reader_whose_service_does_not_run_is_told(box) -> None:
    reader(box)
    assert box.ask(cards.card_reader, running={"bash"}) == CardReader(1, service_running=False)
    assert box.ask(cards.card_reader, running={"pcscd"}) == CardReader(1, service_running=True)


def test_without_a_reader_nothing_is_said_of_cards(box) -> None:
    box.installed("sudo")
    box.folder("/sys/bus/usb/devices")
    for probe in (cards.card_reader, cards.card_middleware):
        answer = box.ask(probe)
        assert isinstance(answer, Absent)
        assert "GALSS" in answer.reason


@pytest.mark.parametrize(
    ("package", "version"),
    [("cryptolib-cps=5.2.1", "5.2.1"), ("CryptolibCPS=1:5.1.3-2", "5.1.3"), ("cps3-pkcs11=5.0.44-1", "5.0.44")],
)
def test_cryptolib_says_its_version_as_its_package_does(box, package: str, version: str) -> None:
    box.installed("sudo", package)
    assert box.ask(cards.card_middleware) == CardMiddleware(version)


def test_a_reader_without_cryptolib_is_told(box) -> None:
    box.installed("sudo")
    reader(box)
    assert box.ask(cards.card_middleware) == CardMiddleware(None)


def test_a_library_that_no_package_brought_does_not_say_its_version(box) -> None:
    box.installed("sudo")
    box.write("/usr/lib64/libcps3_pkcs11_lux.so", "")
    assert isinstance(box.ask(cards.card_middleware), Unknown)
