import pytest

from platform_app.analysis.names import plays, resolve

CAST = ["Ingrid Solberg", "Dr. Jonas Berg-Ødegård", "María José Núñez", "Jonas Lind"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ingrid Solberg", "Ingrid Solberg"),
        ("  INGRID   solberg ", "Ingrid Solberg"),
        ("Ingrid", "Ingrid Solberg"),
        ("Ms. Solberg", "Ingrid Solberg"),
        ("Jonas Berg-Odegard", "Dr. Jonas Berg-Ødegård"),
        ("Maria Jose Nunez", "María José Núñez"),
    ],
)
def test_a_name_in_other_letters_is_the_same_person(written: str, meant: str) -> None:
    assert resolve(written, CAST) == meant


@pytest.mark.parametrize("written", ["Jonas", "Bob", "", "Ingrid Solberg Lie", "Sol"])
def test_a_name_that_is_unknown_or_could_be_two_people_is_nobody(written: str) -> None:
    assert resolve(written, CAST) is None


@pytest.mark.parametrize(
    "student_role",
    [
        "Elena Rossi",
        "elena rossi",
        "Elena Rossi, chief executive",
        "Chief executive (Elena Rossi)",
        "Elena Rossi – CEO",
    ],
)
def test_the_student_plays_the_person_whom_the_role_names(student_role: str) -> None:
    assert plays(student_role, name="Elena Rossi", role="Head of the family")


def test_the_student_plays_the_person_who_has_the_position() -> None:
    assert plays("Chief Executive", name="Elena Rossi", role="chief executive")


@pytest.mark.parametrize(
    "student_role", ["Adviser to Elena Rossi", "Elena's successor", "Consultant, new in Bergen"]
)
def test_the_student_does_not_play_somebody_who_is_only_mentioned(student_role: str) -> None:
    assert not plays(student_role, name="Elena Rossi", role="")
